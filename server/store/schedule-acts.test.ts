import { expect, test } from "vitest";
import { type Act, leftOut, type Read } from "./schedule-acts.ts";

const row = {
  topic: "orders",
  logId: 7,
  seq: 3,
  channel: "billing",
  dueMs: 1,
  attempts: 0,
  frame: Buffer.alloc(0),
};
const drop: Act = { kind: "drop", logId: 7, seq: 3, channel: "billing" };

function read(logIds: readonly number[] | null): Read {
  return { kind: "read", logIds, toMs: 10, known: () => undefined, after: null };
}

test("[SH4] a row that is about to be dropped is not brought, whatever was read for", () => {
  for (const logIds of [null, [7]]) {
    expect(leftOut(read(logIds), [drop], new Set([7]))(row)).toBe(true);
    expect(leftOut(read(logIds), [{ ...drop, seq: 4 }], new Set([7]))(row)).toBe(false);
    expect(leftOut(read(logIds), [{ ...drop, channel: "mail" }], new Set([7]))(row)).toBe(false);
  }
});

test("[SH4] of a log that is not loaded, or is only being loaded, nothing is brought but by its own read", () => {
  expect(leftOut(read(null), [], new Set())(row)).toBe(true);
  expect(leftOut(read(null), [read([7])], new Set([7]))(row)).toBe(true);
  expect(leftOut(read(null), [read([8])], new Set([7]))(row)).toBe(false);
  expect(leftOut(read([7]), [], new Set())(row)).toBe(false);
});
