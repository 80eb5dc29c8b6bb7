/** How much of a run there is. */
import type { Scale } from "./stage.ts";

const oneAtATime = { batch: 1, window: 1 };
const pipelined = { batch: 1, window: 50 };
const deferred = { batch: 1, window: 1, deferMs: 400 };
const batches = { batch: 50, window: 4 };

export const fullScale: Scale = {
  messages: 100_000,
  perSecond: 4_000,
  leaseTtlMs: 2_000,
  publishTimeoutMs: 5_000,
  rounds: 4,
  calmMs: 5_000,
  judgesBystanders: true,
  producers: [
    ...Array.from({ length: 12 }, () => oneAtATime),
    ...Array.from({ length: 3 }, () => pipelined),
    ...Array.from({ length: 3 }, () => batches),
    ...Array.from({ length: 2 }, () => deferred),
  ],
};

/** For the test run: the same, in seconds. */
export const shortScale: Scale = {
  messages: 2_500,
  perSecond: 800,
  leaseTtlMs: 1_000,
  publishTimeoutMs: 1_500,
  rounds: 1,
  calmMs: 2_000,
  judgesBystanders: false,
  producers: [oneAtATime, oneAtATime, pipelined, deferred, { batch: 10, window: 2 }],
};
