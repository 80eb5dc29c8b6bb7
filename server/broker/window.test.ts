import { expect, test } from "vitest";
import { Log } from "./log.ts";
import { SlabPool } from "./slab.ts";
import { openEnd, Window, windowMax } from "./window.ts";

function windowOn(tail: number, from = 0, to = openEnd): Window {
  const log = new Log(1, "orders", new SlabPool());
  log.tail = tail;
  log.handedTo = tail;
  return new Window(log, 0, from, to);
}

test("[C1] who holds a message is known exactly, across turns of the ring and its growth", () => {
  const window = windowOn(100_000);
  const owners = new Map<number, number>();

  let seed = 1;
  for (let step = 0; step < 400; step++) {
    seed = (seed * 48_271) % 2_147_483_647;
    const end = window.next + window.room(1 + (seed % 300));
    for (let seq = window.next; seq < end; seq++) owners.set(seq, 1 + (step % 5));
    window.give(end, 1 + (step % 5));
    for (let seq = window.low; seq < window.next; seq++) {
      if ((seq * 7 + step) % 11 > 1 || !owners.has(seq)) continue;
      window.clear(seq);
      owners.delete(seq);
    }
    window.advance();
    for (let seq = window.low - 2; seq < window.next + 2; seq++) {
      expect(window.ownerOf(seq)).toBe(owners.get(seq) ?? 0);
    }
    if (owners.size > 600) {
      for (const seq of owners.keys()) window.clear(seq);
      owners.clear();
      window.advance();
      expect(window.low).toBe(window.next);
    }
  }
});

test("[C3] a window has room for 65,536 messages from the oldest that is held", () => {
  const window = windowOn(200_000);

  window.give(window.room(200_000), 3);
  expect(window.next).toBe(windowMax);
  expect(window.room(10)).toBe(0);

  window.clear(0);
  expect(window.advance()).toBe(true);
  expect(window.room(10)).toBe(1);
  window.give(windowMax + 1, 4);
  expect([window.ownerOf(1), window.ownerOf(windowMax)]).toEqual([3, 4]);
});

test("[C1] a window that was split goes on exactly where it ended", () => {
  const window = windowOn(100);
  window.give(40, 1);

  const rest = window.split(1);

  expect([window.low, window.next, window.waiting, window.isSpent]).toEqual([0, 40, 0, false]);
  expect([rest.low, rest.next, rest.waiting]).toEqual([40, 40, 60]);
  expect(rest.ownerOf(39)).toBe(0);
});

test("[C1] a window is spent when it ends and nothing of it is held", () => {
  const window = windowOn(10, 0, 10);
  expect(window.isSpent).toBe(false);
  window.give(10, 1);
  for (let seq = 0; seq < 10; seq++) window.clear(seq);
  expect(window.isSpent).toBe(false);
  window.advance();
  expect(window.isSpent).toBe(true);

  const open = windowOn(10);
  open.skipTo(10);
  expect(open.isSpent).toBe(false);
  open.log.seal();
  expect(open.isSpent).toBe(true);
});
