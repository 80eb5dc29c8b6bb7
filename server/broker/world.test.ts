import { expect, test } from "vitest";
import { World } from "./testing/world.ts";

const stepsEach = 2_000;

function live(seed: number, steps = stepsEach): void {
  const world = new World(seed);
  let step = 0;
  try {
    for (; step < steps; step++) world.step();
    world.turn();
    world.finish();
  } catch (error) {
    const { memQueueSize, memBytes } = world.options;
    throw new Error(
      `SEED=${seed} step ${step}, mem-queue-size ${memQueueSize}, mem-bytes ${memBytes}: ${(error as Error).message}\n` +
        `${world.journal.join(", ")}`,
      { cause: error },
    );
  }
}

const given = process.env["SEED"];
const seeds = given === undefined ? Array.from({ length: 200 }, (_, index) => index + 1) : [Number(given)];

test.each(seeds)("[X1] whatever happens, every message is in one place: seed %i", (seed) => {
  expect(() => live(seed)).not.toThrow();
});
