/** Producers and consumers of a durable topic that go through whatever happens and remember what they were told. */
import { setTimeout as pause } from "node:timers/promises";
import { type Client, connect, subscribe } from "./client.ts";

const batch = 20;

export interface Load {
  /** Numbers that were answered with OK. */
  readonly acknowledged: ReadonlySet<number>;
  /** How often a producer was refused, or lost its connection. */
  refusals(): number;
  stop(): Promise<void>;
}

/** Publishes numbers, 20 at a time on each connection, each batch when the one before was answered. */
export function keepPublishing(port: () => number, topic: string, producers = 4): Load {
  const acknowledged = new Set<number>();
  let refusals = 0;
  let isStopped = false;
  let next = 0;
  const produce = async () => {
    let client: Client | null = null;
    while (!isStopped) {
      const numbers = Array.from({ length: batch }, () => next++);
      try {
        client ??= await connect(port());
        client.mpub(topic, numbers.map(String));
        const frame = await client.nextFrame({ withinMs: 30_000 });
        if (frame.type !== "response" || frame.text !== "OK") throw new Error("refused");
        for (const number of numbers) acknowledged.add(number);
      } catch {
        refusals++;
        client?.destroy();
        client = null;
        await pause(50);
      }
    }
    client?.destroy();
  };
  const all = Promise.all(Array.from({ length: producers }, produce));
  return {
    acknowledged,
    refusals: () => refusals,
    async stop() {
      isStopped = true;
      await all;
    },
  };
}

/** Consumes and finishes until every number in `wanted` has come; says how many came more than once. */
export async function consumeAll(
  port: number,
  topic: string,
  channel: string,
  wanted: ReadonlySet<number>,
): Promise<{ readonly missing: number; readonly repeated: number }> {
  await using client = await subscribe(port, topic, channel, { rdy: 2_500 });
  const times = new Map<number, number>();
  let missing = wanted.size;
  try {
    while (missing > 0) {
      const { id, body } = await client.nextMessage({ withinMs: 10_000 });
      const number = Number(body.toString());
      const before = times.get(number) ?? 0;
      times.set(number, before + 1);
      if (before === 0 && wanted.has(number)) missing--;
      client.fin(id);
    }
  } catch {
    // Nothing more comes: what is missing is the answer.
  }
  return { missing, repeated: [...times.values()].filter((count) => count > 1).length };
}
