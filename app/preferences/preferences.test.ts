import { expect, test } from "vitest";
import { readPreferences, standard, writePreferences } from "./preferences.ts";

test("[PF1] what was chosen is read again as it was, and the standard takes no room", () => {
  const chosen = { ...standard, zone: "utc", rail: "narrow" } as const;

  expect(readPreferences(writePreferences(chosen))).toEqual(chosen);
  expect(writePreferences(standard)).toBe("");
});

test.each([undefined, "", "zone", "zone.mars_density.__proto__", "__proto__.x", "x".repeat(10_000)])(
  "[PF1] a cookie that says nothing of use changes nothing: %s",
  (cookie) => {
    expect(readPreferences(cookie)).toEqual(standard);
  },
);
