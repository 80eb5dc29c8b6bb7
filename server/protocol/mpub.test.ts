import { expect, test } from "vitest";
import { checkMpub } from "./mpub.ts";

const limits = { bodyBytesMax: 104, messageBytesMax: 10 };
const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const check = (...parts: Buffer[]) => {
  const bytes = Buffer.concat(parts);
  return checkMpub(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, limits);
};
const message = (text: string) => Buffer.concat([word(text.length), Buffer.from(text)]);
const text = (result: ReturnType<typeof check>) => (typeof result === "number" ? result : result.text);

test("[TP2] as many messages as it says", () => {
  expect(check(word(2), message("a"), message("bc"))).toBe(2);
});

test.each([
  [0, "E_BAD_BODY MPUB invalid message count 0"],
  [-1, "E_BAD_BODY MPUB invalid message count -1"],
  [21, "E_BAD_BODY MPUB invalid message count 21"],
])("[TP3] a count of %d is refused by what a body can hold", (count, refused) => {
  expect(text(check(word(count), message("a")))).toBe(refused);
});

test("[TP4] a message that cannot be is named by its place", () => {
  expect(text(check(word(2), message("a"), word(0)))).toBe(
    "E_BAD_MESSAGE MPUB invalid message(1) body size 0",
  );
  expect(text(check(word(1), word(11)))).toBe("E_BAD_MESSAGE MPUB message too big 11 > 10");
});

test("[TF13] a body that ends early says inside what", () => {
  expect(text(check(Buffer.alloc(2)))).toBe("E_BAD_BODY MPUB failed to read message count");
  expect(text(check(word(1), Buffer.alloc(3)))).toBe(
    "E_BAD_MESSAGE MPUB failed to read message(0) body size",
  );
  expect(text(check(word(1), word(5), Buffer.from("abc")))).toBe(
    "E_BAD_MESSAGE MPUB failed to read message body",
  );
});

test("[TP4] bytes behind the last message are refused, not read as the next command", () => {
  expect(text(check(word(1), message("a"), Buffer.from("NOP\n")))).toBe(
    "E_BAD_BODY MPUB 4 bytes after the last message",
  );
});
