import { afterAll, expect, test } from "vitest";
import { World } from "./testing/world.ts";
import { finish } from "./testing/world-finish.ts";

const stepsEach = 2_000;
const seen = new Map<string, number>();

/** Lives through a world; what is thrown says its seed, so that `SEED=n` finds it again. */
function live(seed: number, isOperated = false): void {
  const world = new World(seed, isOperated);
  let step = 0;
  try {
    for (; step < stepsEach; step++) world.step();
    world.turn();
    finish(world);
  } catch (error) {
    const { memQueueSize, memBytes } = world.options;
    throw new Error(
      `SEED=${seed} step ${step}, mem-queue-size ${memQueueSize}, mem-bytes ${memBytes}: ` +
        `${(error as Error).message}\n${world.journal.join(", ")}`,
      { cause: error },
    );
  }
  for (const [what, count] of [...world.seen, ...Object.entries(world.backlog.answers)]) {
    seen.set(what, (seen.get(what) ?? 0) + count);
  }
}

const given = process.env["SEED"];
const seeds = given === undefined ? Array.from({ length: 200 }, (_, index) => index + 1) : [Number(given)];

test.each(seeds)("[X1] whatever happens, every message is in one place: seed %i", (seed) => {
  expect(() => live(seed)).not.toThrow();
});

const operated = given === undefined ? Array.from({ length: 15 }, (_, index) => index + 1) : [Number(given)];

test.each(operated)("[RD13] also where an operator answers messages: seed %i", (seed) => {
  expect(() => live(seed, true)).not.toThrow();
});

/** Once, what a topic had kept went out after a log that had been sealed since, and an ephemeral channel dropped the older. */
test.each([979])("[R2] what comes back is older than every log since: seed %i", (seed) => {
  expect(() => live(seed)).not.toThrow();
});

afterAll(() => {
  if (given !== undefined) return;
  // A world in which nothing rare happens proves nothing.
  for (const what of [
    "refused",
    "dropped",
    "delivered again",
    "left while written to",
    "lost by a kill",
    "stop",
    "kill",
    "restored beside what is held",
    "away",
    "nothing",
    "loose",
    "run",
    "operator: requeue of what is held",
    "operator: deliver of what is deferred",
    "operator: touch of what is held",
    "operator: finish of what is held",
    "operator: finish of what is deferred",
    "operator: finish of what is waiting",
  ]) {
    expect(seen.get(what) ?? 0, what).toBeGreaterThan(10);
  }
});
