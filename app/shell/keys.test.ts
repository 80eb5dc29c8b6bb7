import { expect, test } from "vitest";
import { KeyReader, keyOf } from "./keys.ts";

const pressed = { key: "", code: "", shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

test.each([
  [{ key: "k", ctrlKey: true }, "Mod+k"],
  [{ key: "k", metaKey: true }, "Mod+k"],
  [{ key: "K", metaKey: true, shiftKey: true }, null],
  [{ key: "?", shiftKey: true }, "?"],
  [{ key: " ", code: "Space", shiftKey: true }, "Shift+Space"],
  [{ key: " ", code: "Space" }, null],
  [{ key: "j" }, "j"],
  [{ key: "j", altKey: true }, null],
  [{ key: "Escape" }, "Escape"],
  [{ key: "Tab" }, null],
  [{ key: "Process" }, null],
])("[KB1] %j is the key %s", (part, key) => {
  expect(keyOf({ ...pressed, ...part })).toBe(key);
});

test("[KB2] g waits a moment for where to go, and is forgotten then", () => {
  const reader = new KeyReader();
  const read = (key: string, nowMs: number) => reader.read({ key, nowMs, lettersOn: true });

  expect(read("g", 0)).toBeNull();
  expect(read("t", 1_000)).toBe("g t");
  expect(read("t", 1_100)).toBe("t");
  expect(read("g", 2_000)).toBeNull();
  expect(read("t", 4_000)).toBe("t");
});

test("[KB3] single letters are off when they are switched off, the others are not", () => {
  const reader = new KeyReader();
  const read = (key: string) => reader.read({ key, nowMs: 0, lettersOn: false });

  expect([read("g"), read("t"), read("?"), read("/")]).toEqual([null, null, null, null]);
  expect([read("Mod+k"), read("Shift+Space"), read("Escape")]).toEqual(["Mod+k", "Shift+Space", "Escape"]);
});
