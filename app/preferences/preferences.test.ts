import { expect, test } from "vitest";
import { readPreferences, standard, writePreferences } from "./preferences.ts";

test("[PF1] what was chosen is read again as it was, and the standard takes no room", () => {
  const chosen = { ...standard, zone: "utc", rail: "narrow" } as const;

  expect(readPreferences(writePreferences(chosen))).toEqual(chosen);
  const there = { ...standard, zone: "America/New_York", keys: "off" } as const;
  expect(readPreferences(writePreferences(there))).toEqual(there);
  expect(writePreferences(there)).toMatch(/^[\w./~]+$/);
  expect(writePreferences(standard)).toBe("");
});

test.each([
  undefined,
  "",
  "zone",
  "zone.mars_density.__proto__",
  "zone.Mars/Base",
  "__proto__.x",
  "x".repeat(10_000),
])("[PF1] a cookie that says nothing of use changes nothing: %s", (cookie) => {
  expect(readPreferences(cookie)).toEqual(standard);
});
