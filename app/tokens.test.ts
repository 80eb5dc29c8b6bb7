import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = import.meta.dirname;
const sources = globSync("**/*.{ts,tsx}", { cwd: root }).filter((file) => !file.includes(".test."));

/** `file:line: text` of every line that has it. */
function found(pattern: RegExp): string[] {
  return sources.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
}

test("[TK1] no colour is written outside the tokens", () => {
  expect(
    found(/["'`[\s:(,]#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})\b|\b(?:rgba?|hsla?|oklch|oklab)\(/i),
  ).toEqual([]);
});

test("[TK2] no size of type, corner or shadow, and no distance, is written outside the tokens", () => {
  expect(
    found(
      /\b(?:text|rounded(?:-\w+)?|shadow|leading|tracking|[pm][xytrbl]?|gap(?:-[xy])?|space-[xy])-\[[^\]]*\]/,
    ),
  ).toEqual([]);
});

const css = readFileSync(join(root, "globals.css"), "utf8");

function tokens(selector: string): ReadonlyMap<string, string> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf("}", start));
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]));
}

/** WCAG's relative luminance, 0 to 1. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe.each([
  ["light", ":root"],
  ["dark", '[data-theme="dark"]'],
])("%s", (_, selector) => {
  const of = tokens(selector);
  const grounds = ["bg", "surface", "raised"].map((name) => of.get(name)!);

  test.each(["text", "muted", "accent", "ok", "warn", "crit", "info", "paused"])(
    "[TK3] %s can be read on every ground",
    (name) => {
      for (const ground of grounds) expect(contrast(of.get(name)!, ground)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test("[TK3] the edge of a control can be seen on every ground, and what stands on a filled button be read", () => {
    for (const ground of grounds) expect(contrast(of.get("control")!, ground)).toBeGreaterThanOrEqual(3);
    for (const fill of ["accent", "crit"])
      expect(contrast(of.get("bg")!, of.get(fill)!)).toBeGreaterThanOrEqual(4.5);
  });
});
