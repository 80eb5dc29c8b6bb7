import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Client, connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { startNode } from "../testing/node.ts";
import { ownPostgres } from "../testing/postgres.ts";

const batch = 50;
const body = (number: number) => `${number}`.padEnd(1_000, ".");

/** Publishes numbered batches until told to stop, and remembers which were acknowledged. */
function keepPublishing(port: number, topic: string) {
  const acknowledged = new Set<number>();
  let refusals = 0;
  let stopped = false;
  const publishing = (async () => {
    let client: Client = await connect(port);
    for (let from = 0; !stopped; from += batch) {
      const numbers = Array.from({ length: batch }, (_, index) => from + index);
      client.mpub(topic, numbers.map(body));
      // A producer that is held back waits; one that is refused begins again.
      const frame = await client.nextFrame({ withinMs: 60_000 });
      if (frame.type === "response") {
        for (const number of numbers) acknowledged.add(number);
        // Some 10,000 a second: a load, with time left for the other half of the test.
        await pause(5);
      } else {
        expect(frame).toMatchObject({
          type: "error",
          text: expect.stringMatching(/^E_MPUB_FAILED MPUB failed /),
        });
        refusals++;
        await client.expectClose();
        client = await connect(port);
        await pause(20);
      }
    }
    client.destroy();
  })();
  return {
    acknowledged,
    refusals: () => refusals,
    async stop() {
      stopped = true;
      await publishing;
    },
  };
}

/** Consumes and finishes for as long as the client lives, and remembers what came. */
function keepConsuming(client: Client) {
  const received = new Set<number>();
  const consuming = (async () => {
    for (;;) {
      const { id, body: bytes } = await client.nextMessage({ withinMs: 120_000 });
      expect(bytes.toString()).toBe(body(Number.parseInt(bytes.toString(), 10)));
      received.add(Number.parseInt(bytes.toString(), 10));
      client.fin(id);
    }
  })();
  const failed = consuming.catch((error) => {
    if (!client.closed) throw error;
  });
  return { received, failed };
}

function missing(acknowledged: Set<number>, received: Set<number>): number[] {
  return [...acknowledged].filter((number) => !received.has(number));
}

test("[PA1] when Postgres is killed under load and comes back, nothing acknowledged is lost and the node lives", async () => {
  await using postgres = await ownPostgres();
  await using node = await startNode({ "mem-queue-size": 1_000 }, { env: { DATABASE_URL: postgres.url } });
  const { pid } = node;
  await node.act("/topic/create?topic=t");
  await node.act("/channel/create?topic=t&channel=behind");
  await using current = await subscribe(node.tcpPort, "t", "current", { rdy: 2_500 });
  const consumer = keepConsuming(current);
  const producer = keepPublishing(node.tcpPort, "t");
  // Overflow is under way when it happens: the channel "behind" has no consumer.
  await eventually(async () => expect((await node.channel("t", "behind")).depth).toBeGreaterThan(5_000));

  await postgres.kill9();
  const before = consumer.received.size;
  await eventually(() => expect(consumer.received.size).toBeGreaterThan(before + 2_000));
  await postgres.start();
  const after = producer.acknowledged.size;
  await eventually(() => expect(producer.acknowledged.size).toBeGreaterThan(after + 2_000), {
    withinMs: 15_000,
  });
  await producer.stop();

  await eventually(() => expect(missing(producer.acknowledged, consumer.received)).toEqual([]), {
    withinMs: 15_000,
  });
  await using behind = await subscribe(node.tcpPort, "t", "behind", { rdy: 2_500 });
  const late = keepConsuming(behind);
  await eventually(() => expect(missing(producer.acknowledged, late.received)).toEqual([]), {
    withinMs: 20_000,
  });
  expect([node.running, node.pid]).toEqual([true, pid]);
});

test("[PA2] without Postgres memory stays bounded: producers are held back, then refused, and taken again later", async () => {
  await using postgres = await ownPostgres();
  const flags = { "mem-queue-size": 1_000, "mem-bytes": 8 * 2 ** 20 };
  await using node = await startNode(flags, { env: { DATABASE_URL: postgres.url } });
  await using warm = await connect(node.tcpPort);
  warm.pub("warm", "x");
  await warm.expectOk();
  await postgres.kill9();
  const rssBefore = node.rssBytes;

  const producer = keepPublishing(node.tcpPort, "t");
  let count = -1;
  // 8 MiB of 1,000-byte messages, then nothing more for two seconds.
  await eventually(
    async () => {
      const seen = producer.acknowledged.size;
      const still = seen === count;
      count = seen;
      if (!still) await pause(2_000);
      expect(still).toBe(true);
    },
    { withinMs: 30_000 },
  );
  expect(count).toBeGreaterThan(2_000);
  expect(count).toBeLessThan(20_000);
  expect(node.rssBytes - rssBefore).toBeLessThan(64 * 2 ** 20);

  await postgres.start();
  await eventually(() => expect(producer.acknowledged.size).toBeGreaterThan(count + 1_000), {
    withinMs: 15_000,
  });
  await producer.stop();
  await using client = await subscribe(node.tcpPort, "t", "c", { rdy: 2_500 });
  const consumer = keepConsuming(client);

  await eventually(() => expect(missing(producer.acknowledged, consumer.received)).toEqual([]), {
    withinMs: 20_000,
  });
});
