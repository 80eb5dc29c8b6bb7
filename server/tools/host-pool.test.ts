import { expect, test } from "vitest";
import { HostPool, type Mode } from "./host-pool.ts";

function poolOf(count: number, mode: Mode) {
  const world = { now: 1_000, chance: 0, down: new Set<number>() };
  const pool = new HostPool(count, mode, {
    nowMs: () => world.now,
    chance: () => world.chance,
    isUp: (index) => !world.down.has(index),
  });
  const picks = (times: number) => Array.from({ length: times }, () => pool.pick().index);
  /** Fails at `index`, whenever its turn is. */
  const fail = (index: number) => {
    for (let tries = 0; tries < count * 2; tries++) {
      const pick = pool.pick();
      if (pick.index === index) return pick.failed();
      pick.delivered(1);
    }
    throw new Error(`${index} is not picked`);
  };
  return { pool, world, picks, fail };
}

test("[UT5] round-robin: each in turn, failed or not", () => {
  const { picks, fail } = poolOf(3, "round-robin");

  expect(picks(4)).toEqual([0, 1, 2, 0]);
  fail(1);
  expect(picks(3)).toEqual([2, 0, 1]);
});

test("[UT5] hostpool: one that has failed is left out for 30 s; then one delivery is a trial", () => {
  const { pool, picks, fail, world } = poolOf(2, "hostpool");

  fail(0);
  expect(picks(3)).toEqual([1, 1, 1]);
  world.now += 30_000;
  const trial = pool.pick();
  expect([trial.index, ...picks(2)]).toEqual([0, 1, 1]);
  trial.failed();
  world.now += 59_999;
  expect(picks(2)).toEqual([1, 1]);
  world.now += 1;
  expect(picks(2)).toContain(0);
});

test("[UT5] hostpool: when all have failed, all are tried again", () => {
  const { picks, fail } = poolOf(2, "hostpool");

  fail(0);
  fail(1);

  expect(picks(3)).toEqual([0, 1, 0]);
});

test("[UT5] hostpool: a trial that succeeds brings it back, and ends the growth of its pause", () => {
  const { pool, picks, fail, world } = poolOf(2, "hostpool");
  fail(0);
  world.now += 30_000;
  const back = [pool.pick(), pool.pick()];
  for (const pick of back) pick.delivered(5);
  expect([...back.map(({ index }) => index), ...picks(2)]).toEqual([1, 0, 1, 0]);

  fail(0);

  world.now += 29_999;
  expect(picks(2)).toEqual([1, 1]);
  world.now += 1;
  expect(picks(1)).toEqual([0]);
});

test("[UT5] epsilon-greedy: mostly the fastest, and now and then another", () => {
  const { pool, picks, world } = poolOf(3, "epsilon-greedy");
  for (const [index, tookMs] of [20, 5, 50].entries()) {
    const pick = pool.pick();
    expect(pick.index).toBe(index);
    pick.delivered(tookMs);
  }

  world.chance = 0.9;
  expect(picks(3)).toEqual([1, 1, 1]);
  world.chance = 0;
  expect(picks(3)).toEqual([0, 1, 2]);
});

test.each<Mode>(["round-robin", "hostpool", "epsilon-greedy"])(
  "[UT5] %s: one that is known to be down is picked only when all are",
  (mode) => {
    const { pool, picks, world } = poolOf(2, mode);
    for (const tookMs of [1, 10]) pool.pick().delivered(tookMs);
    world.chance = 0.9;

    world.down.add(0);
    expect(picks(3)).toEqual([1, 1, 1]);
    world.down.add(1);
    expect(picks(2)).toEqual([0, 1]);
  },
);
