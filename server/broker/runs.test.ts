import { expect, test } from "vitest";
import { Log } from "./log.ts";
import { RunQueue } from "./runs.ts";
import { SlabPool } from "./slab.ts";
import type { Subscription } from "./subscription.ts";
import { openEnd, Window } from "./window.ts";

function windowAt(order: number): Window {
  const log = new Log(order, "orders", new SlabPool());
  log.tail = 1_000_000;
  log.handedTo = log.tail;
  return new Window(log, order, 0, openEnd);
}

/** Only passed through. */
const owner = { number: 1 } as unknown as Subscription;

function give(queue: RunQueue, window: Window, endSeq: number, deadlineMs: number): void {
  queue.push(window, window.next, endSeq, owner, deadlineMs);
  window.give(endSeq, 1);
}

test("[F2] the deadline of any held message is that of its run, over several windows", () => {
  const queue = new RunQueue(100);
  const windows = [windowAt(3), windowAt(8)];
  const expected: [Window, number, number][] = [];

  for (const window of windows) {
    for (let n = 0; n < 40; n++) {
      const deadlineMs = window.order * 1_000 + n;
      for (let seq = window.next; seq < window.next + n + 1; seq++) expected.push([window, seq, deadlineMs]);
      give(queue, window, window.next + n + 1, deadlineMs);
    }
  }

  for (const [window, seq, deadlineMs] of expected) expect(queue.deadlineOf(window, seq)).toBe(deadlineMs);
  expect(queue.deadlineOf(windows[0]!, 820)).toBeUndefined();
  expect(queue.deadlineOf(windowAt(5), 3)).toBeUndefined();
});

test("[F2] a sweep takes what is overdue and nothing else, oldest first", () => {
  const queue = new RunQueue(100);
  const window = windowAt(0);
  give(queue, window, 10, 100);
  give(queue, window, 20, 200);
  const swept: number[][] = [];
  const expire = (_: Window, first: number, end: number) => swept.push([first, end]);

  expect(queue.sweep(99, 1_000, expire)).toBe(0);
  expect(queue.sweep(100, 1_000, expire)).toBe(10);

  expect(swept).toEqual([[0, 10]]);
  expect(queue.length).toBe(1);
});

test("[F2] runs that are answered in full leave without a word", () => {
  const queue = new RunQueue(100);
  const window = windowAt(0);
  give(queue, window, 10, 100);
  give(queue, window, 20, 100);
  for (let seq = 0; seq < 10; seq++) window.clear(seq);
  window.advance();

  expect(queue.sweep(0, 1_000, () => expect.unreachable())).toBe(0);

  expect(queue.length).toBe(1);
});

test("[F4] a sweep stops within a run when it has done enough, and goes on from there", () => {
  const queue = new RunQueue(100);
  const window = windowAt(0);
  give(queue, window, 1_000, 100);
  give(queue, window, 1_100, 100);
  const swept: number[][] = [];
  const expire = (_: Window, first: number, end: number) => swept.push([first, end]);

  for (let n = 0; n < 4; n++) queue.sweep(500, 300, expire);

  expect(swept).toEqual([
    [0, 300],
    [300, 600],
    [600, 900],
    [900, 1_000],
    [1_000, 1_100],
  ]);
  expect(queue.length).toBe(0);
});
