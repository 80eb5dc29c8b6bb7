import { expect, test } from "vitest";
import { measureBody } from "./body.ts";

test.each([
  ["text", "héllo", { bytes: 6 }],
  ["hex", "00 ff\n0a", { bytes: 3 }],
  ["hex", "0", { wrong: "This is not hex." }],
  ["base64", "aGVsbG8=", { bytes: 5 }],
  ["base64", "aGVsbG8", { wrong: "This is not base64." }],
  ["text", "", { wrong: "A message has at least one byte." }],
] as const)("[W11] %s %j is measured as it would be sent", (encoding, body, expected) => {
  expect(measureBody(body, encoding)).toEqual(expected);
});
