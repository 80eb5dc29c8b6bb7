import type { Trace, TraceEvent } from "../../server/console/contract/index.ts";

/** An event in its lane. */
export interface Step {
  readonly event: TraceEvent;
  /** Of what ends a delivery: how long it was held; null: it is no such event, or its delivery is not known. */
  readonly heldMs: number | null;
  /** The node before it in this lane, where another one goes on with the message. */
  readonly handedOverBy: string | null;
}

/** What became of a message in one channel, as far as its events tell. */
export interface Lane {
  readonly channel: string;
  readonly events: readonly TraceEvent[];
  readonly state: "finished" | "in-flight" | "requeued" | "timed-out" | "dropped" | "unknown";
  readonly deliveries: number;
  /** From publish (or the first event known) to FIN; null: not finished. */
  readonly tookMs: number | null;
}

export interface Life {
  readonly topic: string | null;
  readonly publishedAtMs: number | null;
  readonly beforeChannels: readonly TraceEvent[];
  readonly lanes: readonly Lane[];
}

/** A trace by channel, each lane with the state that its last telling event left it in. */
export function lifeOf(trace: Trace): Life {
  const beforeChannels: TraceEvent[] = [];
  const byChannel = new Map<string, TraceEvent[]>();
  for (const event of trace.events) {
    if (event.channel === null) beforeChannels.push(event);
    else {
      const events = byChannel.get(event.channel);
      if (events) events.push(event);
      else byChannel.set(event.channel, [event]);
    }
  }
  const published = beforeChannels.find((event) => event.kind === "publish");
  const startMs = published?.atMs ?? trace.events[0]?.atMs ?? null;
  return {
    topic: trace.events[0]?.topic ?? null,
    publishedAtMs: published?.atMs ?? null,
    beforeChannels,
    lanes: [...byChannel].map(([channel, events]) => laneOf(channel, events, startMs)),
  };
}

function laneOf(channel: string, events: readonly TraceEvent[], startMs: number | null): Lane {
  let state: Lane["state"] = "unknown";
  let finishedAtMs: number | null = null;
  let deliveries = 0;
  for (const event of events) {
    if (event.attempts !== null) deliveries = Math.max(deliveries, event.attempts);
    else if (event.kind === "deliver") deliveries++;
    const after = stateAfter[event.kind];
    if (after !== null) state = after;
    if (event.kind === "finish") finishedAtMs = event.atMs;
  }
  const tookMs = finishedAtMs === null || startMs === null ? null : finishedAtMs - startMs;
  return { channel, events, state, deliveries, tookMs };
}

const stateAfter = {
  publish: null,
  deliver: "in-flight",
  touch: "in-flight",
  requeue: "requeued",
  timeout: "timed-out",
  finish: "finished",
  drop: "dropped",
} as const satisfies Record<TraceEvent["kind"], Lane["state"] | null>;

const endsDelivery = new Set<TraceEvent["kind"]>(["finish", "requeue", "timeout", "drop"]);

/** Each event with what the one before it in the lane tells of it. */
export function stepsOf(events: readonly TraceEvent[]): readonly Step[] {
  let delivered: TraceEvent | null = null;
  let node: string | null = null;
  return events.map((event) => {
    const isEnd = endsDelivery.has(event.kind) && delivered !== null;
    const isOther = node !== null && event.node !== null && event.node !== node;
    const step: Step = {
      event,
      heldMs: isEnd && delivered !== null ? event.atMs - delivered.atMs : null,
      handedOverBy: isOther ? node : null,
    };
    if (event.kind === "deliver") delivered = event;
    else if (isEnd) delivered = null;
    node = event.node ?? node;
    return step;
  });
}
