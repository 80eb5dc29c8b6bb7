import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { type NodeOptions, startNode } from "../testing/node.ts";
import { freshDatabase } from "../testing/postgres.ts";

const count = 50_000;
const batch = 500;
const rssBytesMax = 400 * 2 ** 20;
const bodyOf = (number: number) => `${number}:`.padEnd(200, String.fromCharCode(97 + (number % 26)));

async function overflowAndComeBack(options: NodeOptions): Promise<void> {
  await using node = await startNode({ "mem-queue-size": 1_000 }, options);
  {
    await using producer = await connect(node.tcpPort);
    for (let from = 0; from < count; from += batch) {
      producer.mpub(
        "t",
        Array.from({ length: batch }, (_, index) => bodyOf(from + index)),
      );
      await producer.expectOk();
    }
  }
  const { depth, backend_depth } = await node.topic("t");
  expect(depth).toBe(count);
  expect(backend_depth).toBeGreaterThanOrEqual(count - 1_000);
  expect(node.rssBytes).toBeLessThan(rssBytesMax);

  await node.restart();
  await using consumer = await subscribe(node.tcpPort, "t", "c", { rdy: 2_500 });
  const idOf = new Map<number, string>();
  const invented: string[] = [];
  while (idOf.size < count) {
    const { id, body } = await consumer.nextMessage();
    const number = Number.parseInt(body.toString(), 10);
    if (body.toString() !== bodyOf(number) || (idOf.get(number) ?? id) !== id) invented.push(body.toString());
    idOf.set(number, id);
    consumer.fin(id);
  }

  await eventually(async () =>
    expect(await node.channel("t", "c")).toMatchObject({ depth: 0, in_flight_count: 0, backend_depth: 0 }),
  );
  expect(invented).toEqual([]);
  expect(new Set(idOf.values()).size).toBe(count);
  expect(node.rssBytes).toBeLessThan(rssBytesMax);
}

test("[OV1] a backlog beyond memory goes to Postgres and comes back whole after a stop and a start", async () => {
  await using database = await freshDatabase();

  await overflowAndComeBack({ env: { DATABASE_URL: database.url } });
});

test("[OV1] a backlog beyond memory goes to segment files and comes back whole after a stop and a start", async () => {
  await overflowAndComeBack({});
});

test("[OV2] a channel that reads its backlog back does not hold up one that keeps up", async () => {
  await using database = await freshDatabase();
  await using node = await startNode({ "mem-queue-size": 1_000 }, { env: { DATABASE_URL: database.url } });
  await node.act("/topic/create?topic=t");
  await node.act("/channel/create?topic=t&channel=behind");
  await using current = await subscribe(node.tcpPort, "t", "current", { rdy: 2_500 });
  await using producer = await connect(node.tcpPort);

  for (let from = 0; from < 20_000; from += batch) {
    producer.mpub(
      "t",
      Array.from({ length: batch }, (_, index) => bodyOf(from + index)),
    );
    await producer.expectOk();
    for (const { id } of await current.messages(batch)) current.fin(id);
  }
  expect(await node.channel("t", "behind")).toMatchObject({ depth: 20_000 });
  await using behind = await subscribe(node.tcpPort, "t", "behind", { rdy: 100 });
  const received: number[] = [];
  while (received.length < 20_000) {
    const { id, body } = await behind.nextMessage();
    received.push(Number.parseInt(body.toString(), 10));
    behind.fin(id);
  }

  // In order too: one consumer, nothing requeued.
  expect(received).toEqual(Array.from({ length: 20_000 }, (_, number) => number));
});
