/** The rules of persistence.test.ts that concern messages, for a node with Postgres. */
import { describe, expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { type Flags, startNode } from "../testing/node.ts";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";
import { survivesCleanStop, survivesKillWithoutMemory } from "./persistence.ts";

/** A node on a database of its own. */
async function startNodeOnPostgres(flags: Flags = {}) {
  const database = await freshDatabase();
  const node = await startNode(flags, { env: { DATABASE_URL: database.url } });
  const disposeNode = node[Symbol.asyncDispose].bind(node);
  node[Symbol.asyncDispose] = async () => {
    await disposeNode();
    await database[Symbol.asyncDispose]();
  };
  return node;
}

describe("[MP2] after a clean stop everything is there again, in Postgres", () => {
  survivesCleanStop(startNodeOnPostgres);
});

describe("[MP4] with a memory queue of 0, what was stored outlives SIGKILL, in Postgres", () => {
  survivesKillWithoutMemory(startNodeOnPostgres);
});

test("[MP2] a clean stop while Postgres is away keeps everything, and so does the next start", async () => {
  await using postgres = await ownPostgres();
  await using node = await startNode({}, { env: { DATABASE_URL: postgres.url } });
  await using producer = await connect(node.tcpPort);
  producer.mpub("t", ["a", "b", "c"]);
  await producer.expectOk();

  await postgres.kill9();
  await node.restart();
  await using consumer = await subscribe(node.tcpPort, "t", "c", { rdy: 3 });
  const messages = await consumer.messages(3);

  expect(messages.map(({ body }) => body.toString())).toEqual(["a", "b", "c"]);
});

test("[MP2] what was kept in files while Postgres was away is there when both are back", async () => {
  await using postgres = await ownPostgres();
  await using node = await startNode({ "mem-queue-size": 10 }, { env: { DATABASE_URL: postgres.url } });
  await using producer = await connect(node.tcpPort);
  const bodies = Array.from({ length: 1_000 }, (_, index) => `${index}`);
  producer.mpub("t", bodies);
  await producer.expectOk();

  await postgres.kill9();
  expect(await node.stop()).toBe(0);
  await postgres.start();
  await node.start();
  await using consumer = await subscribe(node.tcpPort, "t", "c", { rdy: 1_000 });
  const messages = await consumer.messages(1_000);

  expect(messages.map(({ body }) => Number(body)).sort((a, b) => a - b)).toEqual(bodies.map(Number));
});
