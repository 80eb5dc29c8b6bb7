import { expect, test } from "vitest";
import { goQuote, parseDecimal } from "./go-text.ts";

const binary = (text: string) => Buffer.from(text).toString("latin1");

test.each([
  ["", '""'],
  ["orders", '"orders"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ["tab\tline\nbell\x07", '"tab\\tline\\nbell\\a"'],
  ["\x01\x7f", '"\\x01\\x7f"'],
  ["\xff\xfe", '"\\xff\\xfe"'],
  [binary("é主"), binary('"é主"')],
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
  ["18446744073709551615", -1],
  ["-1", null],
  ["1.5", null],
  ["0x10", null],
  [" 1", null],
])("[TS7] %j is read as NSQ reads numbers", (text, number) => {
  expect(parseDecimal(text)).toBe(number);
});
