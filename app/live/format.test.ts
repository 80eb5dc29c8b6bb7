import { describe, expect, test } from "vitest";
import { clock, day, formatsOf, unknown } from "./format.ts";

const { age, bytes, count, percent, rate, span } = formatsOf("en");

describe("figures", () => {
  test.each([
    [null, unknown],
    [0, "0"],
    [1_234, "1,234"],
    [999_999, "999,999"],
    [1_230_000, "1.23 M"],
    [45_600_000, "45.6 M"],
    [4_560_000_000, "4.56 G"],
  ])("[W1] a count of %s reads %s", (value, text) => {
    expect(count(value)).toBe(text);
  });

  test.each([
    [null, unknown],
    [0, "0"],
    [0.01, "0"],
    [0.4, "0.4"],
    [12.4, "12"],
    [8_204, "8,204"],
    [123_456, "123 k"],
    [1_200_000, "1.20 M"],
  ])("[W1] a rate of %s reads %s", (value, text) => {
    expect(rate(value)).toBe(text);
  });

  test.each([
    [null, unknown],
    [0, "<1 s"],
    [999, "<1 s"],
    [12_000, "12 s"],
    [200_000, "3 m 20 s"],
    [180_000, "3 m"],
    [2_759_000, "45 m"],
    [7_500_000, "2 h 5 m"],
    [273_600_000, "3 d 4 h"],
  ])("[W1] an age of %s ms reads %s", (ms, text) => {
    expect(age(ms)).toBe(text);
  });

  test.each([
    [null, unknown],
    [0.42, "0.4 ms"],
    [3, "3 ms"],
    [220.4, "220 ms"],
    [1_850, "1.85 s"],
    [60_000, "1 m"],
  ])("[W1] a time of %s ms reads %s", (ms, text) => {
    expect(span(ms)).toBe(text);
  });

  test.each([
    [null, unknown],
    [5, "5 B"],
    [1_024, "1 KB"],
    [65_536, "64 KB"],
    [1_610_612_736, "1.5 GB"],
  ])("[W1] %s bytes read %s", (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  test("[W1] what is not known is never nothing", () => {
    expect([count(null), rate(null), age(null), span(null), bytes(null), percent(null)]).toEqual(
      Array(6).fill(unknown),
    );
  });

  test("[W1] times are the same on every machine until the browser's zone is known", () => {
    const at = Date.UTC(2026, 1, 3, 4, 5, 6, 7);

    expect(clock(at, "utc")).toBe("04:05:06");
    expect(clock(at, "utc", true)).toBe("04:05:06.007");
    expect(day(at, "utc")).toBe("2026-02-03");
  });

  test.each([
    [formatsOf("zh").count(45_600_000), "4,560 万"],
    [formatsOf("zh").count(4_560_000_000), "45.6 亿"],
    [formatsOf("zh").count(999_999), "999,999"],
    [formatsOf("zh").rate(123_456), "12.3 万"],
    [formatsOf("zh").age(200_000), "3 分 20 秒"],
    [formatsOf("zh").span(1_850), "1.85 秒"],
    [formatsOf("zh").percent(0.034), "3.4%"],
    [formatsOf("zh").exact(null), "未知"],
  ])("[W1] Chinese has its own units: %s", (written, text) => {
    expect(written).toBe(text);
  });
});
