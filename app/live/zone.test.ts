import { expect, test } from "vitest";
import { clock, day } from "./format.ts";
import { aheadMs, isZoneName } from "./zone.ts";

test("[PF2] times are written as in any zone there is, through its changes of the clock", () => {
  const winter = Date.UTC(2026, 0, 31, 23, 30, 5, 7);

  expect([day(winter, "Asia/Shanghai"), clock(winter, "Asia/Shanghai", true)]).toEqual([
    "2026-02-01",
    "07:30:05.007",
  ]);
  expect(clock(winter, "Asia/Kathmandu")).toBe("05:15:05");
  expect([day(winter, "America/New_York"), clock(winter, "America/New_York")]).toEqual([
    "2026-01-31",
    "18:30:05",
  ]);
  const change = Date.UTC(2026, 2, 29, 1);
  expect([clock(change - 1, "Europe/Berlin"), clock(change, "Europe/Berlin")]).toEqual([
    "01:59:59",
    "03:00:00",
  ]);
  expect(clock(winter, "utc")).toBe("23:30:05");
});

test("[PF2] what is no zone is none, and written as UTC", () => {
  for (const text of ["Mars/Base", "utc", "Europe", "Europe/", "a/b/c/d", `A/${"x".repeat(99)}`, "<b>/x"])
    expect(isZoneName(text), text).toBe(false);
  expect(isZoneName("America/Argentina/Buenos_Aires")).toBe(true);
  expect(aheadMs("Mars/Base", 0)).toBe(0);
});
