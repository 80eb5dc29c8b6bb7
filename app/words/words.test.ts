import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTranslator } from "use-intl/core";
import { describe, expect, test } from "vitest";
import { localeOf } from "../../server/console/contract/locale.ts";
import { en } from "./en/index.ts";
import { placeholders } from "./icu.ts";
import { pseudo, pseudoOf } from "./pseudo.ts";
import { zh } from "./zh/index.ts";

const root = join(import.meta.dirname, "../..");

type Tree = { readonly [key: string]: string | Tree };

/** `area.key` to message, nested keys joined by points. */
function flat(words: Tree, before = ""): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === "string" ? [[before + key, value] as const] : [...flat(value, `${before}${key}.`)],
    ),
  );
}

const english = flat(en);
const all: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  en: english,
  zh: flat(zh),
  xa: flat(pseudoOf(en)),
};

test("[WD1] every area's file is joined, in every language", () => {
  for (const [locale, words] of Object.entries({ en, zh })) {
    const files = readdirSync(join(import.meta.dirname, locale)).filter((file) => file.endsWith(".json"));

    expect(files.map((file) => file.replace(".json", "")).toSorted(), locale).toEqual(
      Object.keys(words).toSorted(),
    );
  }
});

test("[WD9] no key stands twice in a file, where the later text would replace the earlier", () => {
  const files = globSync("{en,zh}/*.json", { cwd: import.meta.dirname });

  expect(
    files.flatMap((file) =>
      twice(readFileSync(join(import.meta.dirname, file), "utf8")).map((key) => `${file} ${key}`),
    ),
  ).toEqual([]);
  expect(twice(`{ "a": "{b}", "c": { "a": "\\"d\\": e" }, "a": "f" }`)).toEqual(["a"]);
});

/** Keys that an object of this JSON has twice: its reader keeps the last and says nothing. */
function twice(json: string): string[] {
  const objects: Set<string>[] = [];
  const found: string[] = [];
  for (const [token, key] of json.matchAll(/"((?:[^"\\]|\\.)*)"\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === "{") objects.push(new Set());
    else if (token === "}") objects.pop();
    else if (key !== undefined && objects.at(-1)?.has(key)) found.push(key);
    else if (key !== undefined) objects.at(-1)?.add(key);
  }
  return found;
}

test("[WD2] no language misses a key, and none has one more", () => {
  expect(
    [...english.keys()].filter((key) => !all["zh"]?.has(key)),
    "in English only",
  ).toEqual([]);
  expect(
    [...(all["zh"]?.keys() ?? [])].filter((key) => !english.has(key)),
    "in Chinese only",
  ).toEqual([]);
});

test("[WD3] a message wants the same arguments in every language", () => {
  const wants = (words: ReadonlyMap<string, string> | undefined) =>
    [...(words ?? [])].filter(([key]) => english.has(key)).map(([key, text]) => `${key} ${given(text)}`);

  expect(wants(all["zh"]).toSorted()).toEqual(wants(english).toSorted());
  expect(wants(all["xa"]).toSorted()).toEqual(wants(english).toSorted());
});

/** Chinese has no plurals: there a plural's count may stand as a plain argument. */
function given(text: string): string {
  return placeholders(text)
    .map((one) => one.replace(", plural", "").replace(", number", ""))
    .join(" ");
}

describe.each(Object.keys(all))("%s", (locale) => {
  test("[WD3] every message can be written", () => {
    const errors: string[] = [];
    for (const [key, text] of all[locale] ?? []) {
      const write = createTranslator({
        locale: locale === "zh" ? "zh" : "en",
        messages: { text },
        timeZone: "UTC",
        onError: (error) => errors.push(`${key}: ${error.message}`),
      });
      const values = placeholders(text).map((one) => {
        const name = one.replace(/[{}<>]|,.*/g, "");
        if (one.startsWith("<")) return [name, (chunks: unknown) => chunks];
        return [name, /, (plural|number)/.test(one) ? 2 : /, (date|time)/.test(one) ? new Date(0) : "x"];
      });
      write.rich("text", Object.fromEntries(values));
    }

    expect(errors).toEqual([]);
  });
});

test("[WD4] no key is there that no page asks for", () => {
  const sources = globSync("{app,server/console}/**/*.{ts,tsx}", { cwd: root })
    .filter((file) => !file.includes(".test."))
    .map((file) => readFileSync(join(root, file), "utf8"))
    .join("\n");
  const written = new Set([...sources.matchAll(/["'`]([\w.-]+)["'`]|\b([\w-]+):/g)].map((m) => m[1] ?? m[2]));
  const begun = [...new Set([...sources.matchAll(/`([\w.-]+[.-])\$\{/g)].map((m) => m[1] ?? ""))];
  const unused = [...english.keys()].filter((key) => {
    const own = key.slice(key.indexOf(".") + 1);
    return !written.has(own) && !written.has(key) && !begun.some((start) => own.startsWith(start));
  });

  expect(unused).toEqual([]);
});

test("[WD5] Chinese sentences end and pause with full-width marks", () => {
  const wrong = [...(all["zh"] ?? [])].filter(([, text]) => /[\u4e00-\u9fff][,;:?!.](\s|$)/.test(text));

  expect(wrong).toEqual([]);
});

test.each([
  ["zh", "en", "zh"],
  [undefined, "zh-CN,zh;q=0.9,en;q=0.8", "zh"],
  [undefined, "en-GB,en;q=0.9,zh;q=0.8", "en"],
  [undefined, "de,zh;q=0.5,en;q=0.7", "en"],
  [undefined, "fr", "en"],
  [undefined, null, "en"],
  ["xa", null, "xa"],
  ["__proto__", "zh", "zh"],
])("[WD6] with the cookie %s and Accept-Language %s the language is %s", (cookie, accepted, locale) => {
  expect(localeOf(cookie, accepted)).toBe(locale);
});

test("[WD7] the language of tests changes what is read, never what is filled in", () => {
  expect(pseudo("Stop <b>{name}</b>")).toBe("[Štóp <b>{name}</b>~~~~~~]");
  expect(pseudo("{n, plural, one {# node} other {# nodes}}")).toContain("one {# ñódé} other {# ñódéš}");
});
