import { expect, test } from "vitest";
import { base64Of, bytesOfBase64, hexOf, jsonOf, textOf, viewFor } from "./body.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("[W30] JSON is shown as it was written, a part on a line of its own", () => {
  const written = '{"id":12345678901234567890,"a":[],"o":{ },"t":"x,\\u00e9: {}","n":[1.0,true]}';

  expect(jsonOf(written)).toBe(
    [
      ...["{", '  "id": 12345678901234567890,', '  "a": [],', '  "o": {},', '  "t": "x,\\u00e9: {}",'],
      ...['  "n": [', "    1.0,", "    true", "  ]", "}"],
    ].join("\n"),
  );
});

test.each(["12", '"text"', "{", "not json", ""])("[W30] %j has no view as JSON", (text) => {
  expect(jsonOf(text)).toBeNull();
});

test("[W30] text is text when it is UTF-8, also where a part ends within a character", () => {
  expect(textOf(bytes("grün"), false)).toBe("grün");
  expect(textOf(bytes("grün").subarray(0, 3), true)).toBe("gr");
  expect(textOf(bytes("grün").subarray(0, 3), false)).toBeNull();
  expect(textOf(Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc, 0xfb), true)).toBeNull();
});

test("[W30] bytes are shown with their offsets and signs", () => {
  expect(hexOf(bytes("\0A~\u007f0123456789abcdef"))).toBe(
    [
      "00000000  00 41 7e 7f 30 31 32 33 34 35 36 37 38 39 61 62  .A~.0123456789ab",
      `00000010  63 64 65 66${" ".repeat(36)}  cdef`,
    ].join("\n"),
  );
});

test("[W30] each kind of body has a view that fits it", () => {
  expect(viewFor(bytes('{"a":1}'), false)).toBe("json");
  expect(viewFor(bytes('{"a":1}'), true)).toBe("text");
  expect(viewFor(bytes("plain"), false)).toBe("text");
  expect(viewFor(Uint8Array.of(0, 255), false)).toBe("hex");
});

test("[W30] base64 goes there and back, whatever the length", () => {
  const many = Uint8Array.from({ length: 20_001 }, (_, i) => i % 256);
  expect(bytesOfBase64(base64Of(many))).toEqual(many);
});
