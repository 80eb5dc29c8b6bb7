import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { chineseFontPath, languageNameParts, locales, localeTags } from "../contract/index.ts";
import { TestConsole } from "../testing/test-console.ts";
import { holds } from "./chinese-font.ts";
import { onwardPage, signInPage, startingPage, waitingPage } from "./plain-pages.ts";

test.each(locales)(
  "[WD8] the pages that need no session are written in the reader's language: %s",
  (locale) => {
    const reader = { nonce: "n", locale, base: "" };
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

test("[WD8] a device without Chinese gets the characters of these pages, from here and before anybody signed in", async () => {
  await using weir = await TestConsole.start([], { base: "/weir" });
  const answer = await fetch(`${weir.url}/weir/signin`, { headers: { "accept-language": "zh-CN" } });
  const html = await answer.text();
  const faces = [...html.matchAll(/url\("([^"]+)"\)[^}]*unicode-range: ([^}]+) }/g)];
  const words = html.slice(html.indexOf("<body>")).match(/[\u3000-\uffef]/g) ?? [];

  expect(answer.headers.get("content-security-policy")).toContain("font-src 'self'");
  expect(words.length).toBeGreaterThan(50);
  for (const word of words)
    expect(
      faces.some(([, , range]) => holds(range!, word.codePointAt(0)!)),
      word,
    ).toBe(true);
  for (const [, path] of faces) {
    const file = await fetch(weir.url + path);
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "font/woff2"]);
    expect(Buffer.from(await file.arrayBuffer()).toString("latin1", 0, 4)).toBe("wOF2");
  }
});

test("[WD8] the language's own name has its characters where the page is in another language", async () => {
  const ranges = JSON.parse(
    readFileSync(
      createRequire(import.meta.url).resolve("@fontsource-variable/noto-sans-sc/unicode.json"),
      "utf8",
    ),
  ) as Record<string, string>;
  for (const word of "中文") {
    const code = word.codePointAt(0)!;
    const found = languageNameParts.find(({ range }) => holds(range, code));
    expect(holds(ranges[`[${found?.part}]`]!, code)).toBe(true);
  }
  await using weir = await TestConsole.start();
  for (const { part } of languageNameParts)
    expect((await fetch(weir.url + chineseFontPath(part))).status).toBe(200);
});
