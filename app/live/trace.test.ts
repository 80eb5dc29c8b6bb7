import { expect, test } from "vitest";
import type { Trace, TraceEvent } from "../../server/console/contract/index.ts";
import { lifeOf, stepsOf } from "./trace.ts";

function event(
  kind: TraceEvent["kind"],
  atMs: number,
  channel: string | null,
  attempts: number | null = null,
) {
  return {
    kind,
    atMs,
    channel,
    attempts,
    topic: "orders",
    ...{ node: null, epoch: null, client: null, delayMs: null },
  };
}

function trace(events: readonly TraceEvent[]): Trace {
  return {
    id: "0000000100000001",
    atMs: 0,
    events,
    cut: false,
    lagMs: 0,
    gaps: 0,
    sinceMs: null,
    durable: null,
  };
}

test("[W6] a message has a lane for each channel, in the state of its last event", () => {
  const life = lifeOf(
    trace([
      event("publish", 100, null),
      event("deliver", 103, "billing", 1),
      event("deliver", 104, "shipping", 1),
      event("timeout", 60_103, "billing", 1),
      event("deliver", 60_104, "billing", 2),
      event("requeue", 60_200, "shipping", 1),
      event("finish", 61_900, "billing", 2),
    ]),
  );

  expect(life).toMatchObject({ topic: "orders", publishedAtMs: 100 });
  expect(life.lanes).toMatchObject([
    { channel: "billing", state: "finished", deliveries: 2, tookMs: 61_800 },
    { channel: "shipping", state: "requeued", deliveries: 1, tookMs: null },
  ]);
});

test("[W6] without its publish a message is counted from the first event known", () => {
  const life = lifeOf(trace([event("deliver", 50, "a"), event("finish", 90, "a")]));

  expect(life.publishedAtMs).toBeNull();
  expect(life.lanes).toMatchObject([{ state: "finished", deliveries: 1, tookMs: 40 }]);
});

test("[W6] nothing known is an empty life, not an error", () => {
  expect(lifeOf(trace([]))).toEqual({ topic: null, publishedAtMs: null, beforeChannels: [], lanes: [] });
});

test("[W6] a step says how long a delivery was held, and where another node went on", () => {
  const on = (node: string, one: ReturnType<typeof event>) => ({ ...one, node });
  const steps = stepsOf([
    on("a", event("deliver", 100, "billing", 1)),
    on("a", event("timeout", 160, "billing", 1)),
    on("b", event("deliver", 300, "billing", 2)),
    on("b", event("finish", 312, "billing", 2)),
    on("b", event("drop", 400, "billing")),
  ]);

  expect(steps.map(({ heldMs }) => heldMs)).toEqual([null, 60, null, 12, null]);
  expect(steps.map(({ handedOverBy }) => handedOverBy)).toEqual([null, null, "a", null, null]);
});
