import { expect, test } from "vitest";
import { goDurationMs, goQuote, parseDecimal, signed } from "./go-text.ts";

const binary = (text: string) => Buffer.from(text).toString("latin1");

test.each([
  ["", '""'],
  ["orders", '"orders"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ["tab\tline\nbell\x07", '"tab\\tline\\nbell\\a"'],
  ["\x01\x7f", '"\\x01\\x7f"'],
  ["\xff\xfe", '"\\xff\\xfe"'],
  [binary("é主"), binary('"é主"')],
  [binary("\ufffd"), binary('"\ufffd"')],
  ["\xe0\x80\x80\xc3", '"\\xe0\\x80\\x80\\xc3"'],
  [binary("\u200b"), '"\\u200b"'],
  [binary("\u{e0001}"), '"\\U000e0001"'],
])("[TS3] %j is quoted as Go does", (text, quoted) => {
  expect(goQuote(text)).toBe(quoted);
});

test.each([
  ["", 0],
  ["0", 0],
  ["2500", 2_500],
  ["18446744073709551617", 1],
  ["9007199254740993", 9_007_199_254_740_993n],
  ["18446744073709551615", 2n ** 64n - 1n],
  ["-1", null],
  ["1.5", null],
  ["0x10", null],
  [" 1", null],
])("[TS7] %s is read as NSQ reads numbers", (text, number) => {
  expect(parseDecimal(text)).toBe(number);
});

test.each([
  [5, 5, 5],
  [2n ** 63n - 1n, 2n ** 63n - 1n, -1],
  [2n ** 64n - 1n, -1n, -1],
  [9_223_372_036_855, 9_223_372_036_855, -9_223_372_036_854.551],
])("[TS7] %s has the sign Go gives it, and so has as many milliseconds", (number, withSign, ms) => {
  expect(signed(number)).toBe(withSign);
  expect(goDurationMs(number)).toBeCloseTo(ms, 3);
});
