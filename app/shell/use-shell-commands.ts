"use client";

import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { useLive } from "../live/provider.tsx";
import { useLine } from "../live/use-now.ts";
import { spoken, useWords } from "../words/index.ts";
import { absoluteLink } from "./absolute-link.ts";
import { signOut } from "./sign-out.ts";
import { useLanguage } from "./use-language.ts";
import { themes, useThemeChoice } from "./use-theme-choice.ts";

interface ShellCommand {
  readonly id: string;
  readonly label: string;
  readonly run: () => void;
}

/** What can be done on every page. */
export function useShellCommands(): readonly ShellCommand[] {
  const t = useWords("shell");
  const router = useRouter();
  const { store } = useLive();
  const paused = useLine().pausedAtMs !== null;
  const theme = useThemeChoice();
  const language = useLanguage();
  const copy = (link: string) =>
    void navigator.clipboard.writeText(link).then(
      () => toast(t("palette.copied")),
      () => toast(t("palette.notCopied")),
    );
  return [
    {
      id: "pause",
      label: paused ? t("live.resume") : t("live.pause"),
      run: () => store.setPaused(!paused),
    },
    { id: "refresh", label: t("palette.refresh"), run: () => router.refresh() },
    { id: "copy", label: t("palette.copyLink"), run: () => copy(window.location.href) },
    {
      id: "copy-absolute",
      label: t("palette.copyAbsolute"),
      run: () => copy(absoluteLink(window.location.href, Date.now())),
    },
    ...themes
      .filter((other) => other !== theme.theme)
      .map((other) => ({
        id: `theme-${other}`,
        label: t("palette.theme", { theme: t(`theme.${other}`) }),
        run: () => theme.choose(other),
      })),
    ...spoken
      .filter((other) => other !== language.locale)
      .map((other) => ({
        id: `language-${other}`,
        label: t("palette.language", { name: t(`language.${other}`) }),
        run: () => language.choose(other),
      })),
    { id: "sign-out", label: t("palette.signOut"), run: () => void signOut() },
  ];
}
