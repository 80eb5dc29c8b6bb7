import { expect, test } from "vitest";
import { changesOf } from "./change.ts";

const written = (...[before, after]: Parameters<typeof changesOf>) =>
  changesOf(before, after).map(({ path, before: was, after: is }) => `${path}: ${was} → ${is}`);

test("[PE18] of what was kept before and after an act only what differs is its change", () => {
  const counts = { waiting: 10, total: 12 };

  expect(written(null, null)).toEqual([]);
  expect(written({ paused: false }, null)).toEqual([]);
  expect(written({ paused: false, nodes: 2 }, { paused: true, nodes: 2 })).toEqual(["paused: false → true"]);
  expect(written({ messages: counts }, { messages: { ...counts, waiting: 0 } })).toEqual([
    "messages.waiting: 10 → 0",
  ]);
  expect(written(null, { done: 3, why: null })).toEqual(["done: null → 3"]);
  expect(written({ topics: ["*"] }, { topics: ["a", "b"] })).toEqual(['topics: ["*"] → ["a","b"]']);
  expect(written({ role: "admin", topics: ["*"] }, { role: "viewer" })).toEqual(['role: "admin" → "viewer"']);
});

test("[PE18] what is deep, long or named like what objects have is kept within bounds", () => {
  const deep = { a: { b: { c: { d: 1 } } } };

  expect(written(null, deep)).toEqual(['a.b.c: null → {"d":1}']);
  expect(changesOf(null, Object.fromEntries(Array.from({ length: 99 }, (_, at) => [at, at])))).toHaveLength(
    50,
  );
  expect(written(null, { name: "\u202Etxt" })[0]).not.toContain("\u202E");
  expect(written({}, JSON.parse('{"__proto__": 1}') as Record<string, unknown>)).toHaveLength(1);
});
