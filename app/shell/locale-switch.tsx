"use client";

import { Languages } from "lucide-react";
import { Button } from "../components/button.tsx";
import { Menu, MenuChoice } from "../components/menu.tsx";
import { localeTags, spoken, useWords } from "../words/index.ts";
import { useLanguage } from "./use-language.ts";

export function LocaleSwitch() {
  const t = useWords("shell");
  const { locale, choose } = useLanguage();
  const label = t("language.label", { name: t(`language.${locale}`) });
  return (
    <Menu
      label={label}
      button={
        <Button kind="quiet" size="icon" className="max-lg:hidden" aria-label={label} title={label}>
          <Languages aria-hidden="true" />
        </Button>
      }
    >
      <MenuChoice
        label={label}
        value={locale}
        values={spoken.map((value) => ({ value, words: t(`language.${value}`), lang: localeTags[value] }))}
        onChange={choose}
      />
    </Menu>
  );
}
