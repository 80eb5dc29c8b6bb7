import fc from "fast-check";
import { expect, test } from "vitest";
import { hexId } from "./message-id.ts";

const decoded = (text: string) => {
  const bytes = Buffer.from(text, "latin1");
  return hexId(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0);
};

test("[TM1] eight hexadecimal digits are a number", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), (number) => {
      expect(decoded(number.toString(16).padStart(8, "0"))).toBe(number);
    }),
  );
});

test("[TM3] anything else is no id of ours", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
      const text = Buffer.from(bytes).toString("latin1");
      expect(decoded(text)).toBe(/^[0-9a-f]{8}$/.test(text) ? Number.parseInt(text, 16) : -1);
    }),
  );
  for (const text of ["0000000A", "0000000g", "0000000 ", "________", "\xff0000000"])
    expect(decoded(text)).toBe(-1);
});
