import { expect, test } from "vitest";
import { formatted, measureBody } from "./body.ts";

test.each([
  ["text", "héllo", { bytes: 6, messages: 1 }],
  ["hex", "00 ff\n0a", { bytes: 3, messages: 1 }],
  ["hex", "0", { wrong: "hex" }],
  ["base64", "aGVsbG8=", { bytes: 5, messages: 1 }],
  ["base64", "aGVsbG8", { wrong: "base64" }],
  ["json", '{"a": 1}', { bytes: 8, messages: 1 }],
  ["json", "{a: 1}", { wrong: "json" }],
  ["json", "", { wrong: "empty" }],
  ["lines", "one\r\n\ntwo", { bytes: 6, messages: 2 }],
  ["lines", "\n", { wrong: "empty" }],
  ["text", "", { wrong: "empty" }],
  ["text", "x".repeat(1024 * 1024 + 1), { wrong: "large" }],
] as const)("[W11] %s %j is measured as it would be sent", (encoding, body, expected) => {
  expect(measureBody(body, encoding)).toEqual(expected);
});

test("[W11] what is formatted stays what it is", () => {
  expect(formatted('{"a":1e3}')).toBe('{\n  "a": 1e3\n}');
  expect(formatted("no JSON")).toBe("no JSON");
});
