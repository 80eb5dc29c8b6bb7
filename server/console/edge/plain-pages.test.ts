import { expect, test } from "vitest";
import { locales, localeTags } from "../contract/index.ts";
import { onwardPage, signInPage, startingPage, waitingPage } from "./plain-pages.ts";

test.each(locales)(
  "[WD8] the pages that need no session are written in the reader's language: %s",
  (locale) => {
    const reader = { nonce: "n", locale };
    const pages = [
      signInPage(reader, { failure: "password", form: { action: "/signin", user: '"><script>' } }),
      onwardPage(reader, "//elsewhere"),
      waitingPage(reader),
      startingPage(reader),
    ];

    for (const { html } of pages) {
      expect(html).toContain(`<html lang="${localeTags[locale]}">`);
      expect(/[\u4e00-\u9fff]/.test(html)).toBe(locale === "zh");
      expect(html).not.toMatch(/<script|href="\/\//);
    }
  },
);
