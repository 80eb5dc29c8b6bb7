import { expect, test } from "vitest";
import type { Delta, Snapshot } from "../../server/console/contract/index.ts";
import { foldDelta, newer } from "./fold.ts";

const held = {
  room: "topics",
  rev: 4,
  atMs: 1_000,
  data: { topics: [{ key: "a" }, { key: "b" }], total: { depth: 1 } },
} as unknown as Snapshot;

function delta(part: Partial<Delta>): Delta {
  return { room: "topics", rev: 5, atMs: 2_000, set: {}, tables: {}, points: [], ...part };
}

test("[W2] a delta changes what it names and leaves every other row the same object", () => {
  const changed = { key: "b", depth: 9 };

  const next = foldDelta(held, delta({ tables: { topics: { changed: [changed], removed: [] } } }));

  expect(next).toMatchObject({ rev: 5, atMs: 2_000, data: { topics: [{ key: "a" }, changed] } });
  const rows = (snapshot: unknown) => (snapshot as { data: { topics: unknown[] } }).data.topics;
  expect(rows(next)[0]).toBe(rows(held)[0]);
});

test.each([
  ["one was dropped", held, 6],
  ["it came twice", held, 4],
  ["there is nothing to change", undefined, 5],
  ["there was no such thing", { ...held, data: null } as Snapshot, 5],
])("[W2] the room is watched again when %s", (_, before, rev) => {
  expect(foldDelta(before, delta({ rev }))).toBe("gap");
});

test("[W2] what was rendered gives way to what arrives, never to what is older", () => {
  const rendered = { atMs: 10 };

  expect(newer(rendered, undefined)).toBe(rendered);
  expect(newer(rendered, { atMs: 9 })).toBe(rendered);
  expect(newer(rendered, { atMs: 10 })).toEqual({ atMs: 10 });
});
