import { expect, test } from "vitest";
import type { TailBatch, TailRow } from "../../client/browser/index.ts";
import { emptyTail, foldTail, sampling, tailRowsMax } from "./tail-buffer.ts";

function row(id: number, body = `body ${id}`): TailRow {
  const hex = id.toString(16).padStart(16, "0");
  return { id: hex, node: "n", atMs: id, bytes: 5, body, encoding: "text", cut: false };
}

function batch(rows: TailRow[], seen: number, seenTotal = seen): TailBatch {
  return {
    ...{ atMs: 0, rows, outcomes: [], seen, seenTotal, nodes: 1, missing: [] },
    ...{ matchedTotal: null, unlookedTotal: 0 },
  };
}

test("[W7] the newest is on top, and what was left out is counted", () => {
  const buffer = foldTail(foldTail(emptyTail, batch([row(1), row(2)], 40)), batch([row(3)], 1, 41));

  expect(buffer.rows.map(({ atMs }) => atMs)).toEqual([3, 2, 1]);
  expect(buffer).toMatchObject({ seen: 41, received: 3, lastAtMs: 3 });
});

test("[W7] a batch that was dropped on its way is counted by the next, and a new tap begins again", () => {
  const after = foldTail(foldTail(emptyTail, batch([row(1)], 1, 1)), batch([row(9)], 1, 9));

  expect(after.seen).toBe(9);
  expect(foldTail(after, batch([row(10)], 2, 2)).seen).toBe(11);
});

test("[W7] the buffer is bounded", () => {
  const many = Array.from({ length: tailRowsMax + 10 }, (_, id) => row(id));

  expect(foldTail(emptyTail, batch(many, many.length)).rows).toHaveLength(tailRowsMax);
});

test("[W7] a quiet second changes no rows", () => {
  const buffer = foldTail(emptyTail, batch([row(1)], 1));

  expect(foldTail(buffer, batch([], 0)).rows).toBe(buffer.rows);
});

test("[W7] a run of outcomes is one row, and counts as many messages", () => {
  const outcome = (count: number) => ({
    ...{ atMs: 7, kind: "finish", id: "0000000100000000", count, channel: "c", attempts: 1 },
    ...{ delayMs: null, client: null, node: "n" },
  });
  const buffer = foldTail(emptyTail, {
    ...batch([], 300),
    outcomes: [outcome(100), outcome(1)] as TailBatch["outcomes"],
  });

  expect(buffer).toMatchObject({ received: 2, told: 101, seen: 300, lastAtMs: 7 });
  expect(sampling(buffer.told, buffer.seen)).toBe(3);
  expect([sampling(0, 9), sampling(9, 9), sampling(50, 51)]).toEqual([null, null, 2]);
});

test("[W7] what matches and what nobody looked at is the tap's own count", () => {
  const filtered = (matchedTotal: number, unlookedTotal: number, seenTotal: number) => ({
    ...batch([], 0, seenTotal),
    ...{ matchedTotal, unlookedTotal },
  });
  const buffer = foldTail(foldTail(emptyTail, filtered(2, 10, 100)), filtered(5, 30, 300));

  expect(buffer).toMatchObject({ matched: 5, unlooked: 30 });
});
