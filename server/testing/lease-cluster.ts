/** Nodes of one cluster, in front of one database, with a short lease. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { openPool, parseDatabaseUrl, type Sql } from "../../db/client.ts";
import type { LiveCluster, LiveSnapshot } from "../protocol/live.ts";
import { type Client, connect, subscribe } from "./client.ts";
import { eventually } from "./eventually.ts";
import type { Message } from "./frames.ts";
import { type Flags, startNode, type TestNode } from "./node.ts";

export const secret = randomUUID();
const directory = mkdtempSync(join(tmpdir(), "weir-lease-cluster-"));
export const secretFile = join(directory, "secret");
writeFileSync(secretFile, secret);
afterAll(() => rmSync(directory, { recursive: true }));

export const ttlMs = 2_000;
/** What is promised: the TTL and five seconds. */
export const adoptedWithinMs = ttlMs + 5_000;

interface Database {
  readonly url: string;
}

/** A node whose lease holds. */
export async function joined(database: Database, flags: Flags = {}): Promise<TestNode> {
  const node = await startNode(
    {
      ...{ "cluster-secret-file": secretFile, "durable-topics": "orders*", "accept-loss": true },
      ...{ "lease-ttl": `${ttlMs}ms`, ...flags },
    },
    { env: { DATABASE_URL: database.url } },
  );
  await held(node);
  return node;
}

export async function held(node: TestNode): Promise<void> {
  await eventually(async () => expect(await clusterOf(node)).toMatchObject({ lease: "held" }), {
    withinMs: 20_000,
  });
}

export async function clusterOf(node: TestNode): Promise<LiveCluster> {
  const response = await fetch(`${node.httpUrl}/v1/live`, { headers: { authorization: `Bearer ${secret}` } });
  const reader = response.body!.getReader();
  let text = "";
  while (!text.includes("\n")) text += Buffer.from((await reader.read()).value!).toString();
  await reader.cancel();
  return (JSON.parse(text.slice(0, text.indexOf("\n"))) as LiveSnapshot).node.cluster!;
}

export const numbers = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `${from + index}`);

export async function publish(node: TestNode, topic: string, bodies: readonly string[]): Promise<void> {
  await using client = await connect(node.tcpPort);
  for (let from = 0; from < bodies.length; from += 100) {
    client.mpub(topic, bodies.slice(from, from + 100));
    await client.expectOk();
  }
}

export async function makeChannels(
  node: TestNode,
  topic: string,
  channels: readonly string[],
): Promise<void> {
  await node.act(`/topic/create?topic=${topic}`);
  for (const channel of channels) await node.act(`/channel/create?topic=${topic}&channel=${channel}`);
}

export const consumerOf = (node: TestNode, topic: string, channel: string) =>
  subscribe(node.tcpPort, topic, channel, { rdy: 500 });

/** Consumes and finishes `count` messages. */
export async function consume(client: Client, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) {
    const message = await client.nextMessage({ withinMs: adoptedWithinMs });
    client.fin(message.id);
    messages.push(message);
  }
  return messages;
}

export const bodiesOf = (messages: readonly Message[]) => messages.map(({ body }) => body.toString());
export const sorted = (bodies: readonly string[]) => bodies.toSorted((a, b) => Number(a) - Number(b));

export async function query<T>({ url }: Database, act: (sql: Sql) => Promise<Iterable<T>>): Promise<T[]> {
  const sql = openPool(parseDatabaseUrl(url), { schema: "weir", name: "test", max: 1 });
  try {
    return [...(await act(sql))];
  } finally {
    await sql.end();
  }
}
