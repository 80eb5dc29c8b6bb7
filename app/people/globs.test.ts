import { expect, test } from "vitest";
import { readGlobs, wrongGlob } from "./globs.ts";

test("[PE3] globs are read as people type them, and the first that is none is named", () => {
  expect(readGlobs(" orders.*, billing\n*#ephemeral，审 orders.*")).toEqual([
    "orders.*",
    "billing",
    "*#ephemeral",
    "审",
  ]);
  expect(wrongGlob(["orders.*", "*"])).toBeNull();
  expect(wrongGlob(["orders.*", "a/b"])).toBe("a/b");
  expect(wrongGlob(["x".repeat(65)])).toBe("x".repeat(65));
  expect(wrongGlob(Array.from({ length: 33 }, (_, n) => `t${n}`))).toBe("t32");
});
