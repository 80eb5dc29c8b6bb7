"use client";

import { CircleUser, LogOut, Settings } from "lucide-react";
import Link from "next/link";
import { Button } from "../components/button.tsx";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from "../components/menu.tsx";
import { useLive } from "../live/provider.tsx";
import { paths } from "../paths.ts";
import { localeTags, spoken, useWords } from "../words/index.ts";
import { signOut } from "./sign-out.ts";
import { useLanguage } from "./use-language.ts";
import { themes, useThemeChoice } from "./use-theme-choice.ts";

/** Who is signed in; on small screens also what the top bar has no room for. */
export function UserMenu() {
  const t = useWords("shell");
  const { session } = useLive();
  const { locale, choose } = useLanguage();
  const theme = useThemeChoice();
  const label = t("user.label", { name: session.user });
  return (
    <Menu
      label={label}
      button={
        <Button kind="quiet" size="icon" aria-label={label} title={label}>
          <CircleUser aria-hidden="true" />
        </Button>
      }
    >
      <MenuLabel>
        <span className="block font-medium text-text">{t("user.signedIn", { name: session.user })}</span>
        {t(`user.role.${session.role}`)}
      </MenuLabel>
      <MenuLine />
      <MenuChoice
        label={t("language.label", { name: t(`language.${locale}`) })}
        value={locale}
        values={spoken.map((value) => ({ value, words: t(`language.${value}`), lang: localeTags[value] }))}
        onChange={choose}
      />
      <MenuLine />
      <MenuChoice
        label={t("palette.theme", { theme: t(`theme.${theme.theme}`) })}
        value={theme.theme}
        values={themes.map((value) => ({ value, words: t("palette.theme", { theme: t(`theme.${value}`) }) }))}
        onChange={theme.choose}
      />
      <MenuLine />
      <MenuItem asChild>
        <Link href={paths.settings("appearance")}>
          <Settings aria-hidden="true" />
          {t("user.settings")}
        </Link>
      </MenuItem>
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden="true" />
        {t("user.signOut")}
      </MenuItem>
    </Menu>
  );
}
