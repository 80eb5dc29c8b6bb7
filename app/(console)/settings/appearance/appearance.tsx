"use client";

import { PageHead } from "../../../components/page-head.tsx";
import { RadioCards } from "../../../components/radio-cards.tsx";
import { choices } from "../../../preferences/preferences.ts";
import { usePreferences } from "../../../preferences/provider.tsx";
import { useLanguage } from "../../../shell/use-language.ts";
import { themes, useThemeChoice } from "../../../shell/use-theme-choice.ts";
import { localeTags, spoken, useWords } from "../../../words/index.ts";
import { ZoneChoice } from "./zone-choice.tsx";

/** How this browser shows the console. Each choice counts at once. */
export function Appearance() {
  const t = useWords("appearance");
  const { preferences, prefer } = usePreferences();
  const { theme, choose: chooseTheme } = useThemeChoice();
  const { locale, choose: chooseLocale } = useLanguage();
  return (
    <>
      <PageHead title={t("title")} note={t("note")} />
      <div className="max-w-200 space-y-6">
        <RadioCards
          label={t("theme.label")}
          value={theme}
          onChange={chooseTheme}
          choices={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
        />
        <RadioCards
          label={t("language.label")}
          value={locale}
          onChange={chooseLocale}
          choices={spoken.map((value) => ({ value, label: t(`language.${value}`), lang: localeTags[value] }))}
        />
        <RadioCards
          label={t("density.label")}
          value={preferences.density}
          onChange={(density) => prefer({ density })}
          choices={choices.density.map((value) => ({
            value,
            label: t(`density.${value}`),
            note: t(`density.${value}Note`),
          }))}
        />
        <ZoneChoice zone={preferences.zone} prefer={(zone) => prefer({ zone })} />
        <RadioCards
          label={t("rail.label")}
          value={preferences.rail}
          onChange={(rail) => prefer({ rail })}
          choices={choices.rail.map((value) => ({ value, label: t(`rail.${value}`) }))}
        />
        <RadioCards
          label={t("keys.label")}
          note={t("keys.note")}
          value={preferences.keys}
          onChange={(keys) => prefer({ keys })}
          choices={choices.keys.map((value) => ({ value, label: t(`keys.${value}`) }))}
        />
      </div>
    </>
  );
}
