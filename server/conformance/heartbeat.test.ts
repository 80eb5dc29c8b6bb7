import { expect, test } from "vitest";
import { type Client, connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { uniqueTopic } from "../testing/names.ts";
import { sharedNode } from "../testing/shared-node.ts";

const node = await sharedNode();
const intervalMs = 1_000; // the shortest that NSQ allows

async function beating(): Promise<Client> {
  const client = await connect(node.tcpPort);
  client.identify({ heartbeat_interval: intervalMs });
  await client.expectOk();
  return client;
}

/** Milliseconds until the next heartbeat, which is answered. */
async function heartbeat(client: Client): Promise<number> {
  const startMs = performance.now();
  await client.expectResponse("_heartbeat_");
  client.send("NOP\n");
  return performance.now() - startMs;
}

test.concurrent("[TH1] heartbeats come a second apart on an idle connection", async () => {
  await using client = await beating();

  const gapsMs = [await heartbeat(client), await heartbeat(client), await heartbeat(client)];

  expect(Math.min(...gapsMs)).toBeGreaterThan(intervalMs * 0.7);
  expect(Math.max(...gapsMs)).toBeLessThan(intervalMs * 1.5);
});

test.concurrent("[TH2] a client that says nothing is dropped after two intervals, without a frame", async () => {
  await using client = await beating();
  const startMs = performance.now();

  await client.expectResponse("_heartbeat_");
  const last = await client.nextFrame().catch(() => null);
  await client.expectClose();

  expect([null, { type: "response", text: "_heartbeat_" }]).toContainEqual(last);
  const lastedMs = performance.now() - startMs;
  expect(lastedMs).toBeGreaterThan(intervalMs * 1.7);
  expect(lastedMs).toBeLessThan(intervalMs * 3);
});

test.concurrent("[TH3] any command keeps the connection, not only NOP", async () => {
  const topic = uniqueTopic();
  await using client = await beating();

  for (let beats = 0; beats < 4; ) {
    const frame = await client.nextFrame();
    if (frame.type === "response" && frame.text === "_heartbeat_") {
      beats++;
      client.pub(topic, "still here");
    }
  }

  await client.expectOk();
});

test.concurrent("[TH3] a body that trickles in does not keep the connection", async () => {
  await using client = await beating();
  const startMs = performance.now();

  client.send(`PUB ${uniqueTopic()}\n`, Buffer.of(0, 0, 0, 200));
  const trickle = setInterval(() => client.send("x"), 100);
  try {
    await eventually(() => expect(client.closed).toBe(true), { withinMs: 5_000 });
  } finally {
    clearInterval(trickle);
  }

  expect(performance.now() - startMs).toBeLessThan(intervalMs * 3.5);
});

test.concurrent("[TH4] with heartbeats off nothing comes, the connection stays, and SUB is refused", async () => {
  await using client = await connect(node.tcpPort);
  client.identify({ heartbeat_interval: -1 });
  await client.expectOk();

  await client.expectNothing({ forMs: 3 * intervalMs });
  await client.expectAlive();

  client.sub(uniqueTopic(), "c");
  await client.expectFatal("E_INVALID cannot SUB with heartbeats disabled");
});

test.concurrent("[TH5] without IDENTIFY the first heartbeat comes after 30 seconds", {
  timeout: 40_000,
}, async () => {
  await using client = await connect(node.tcpPort);
  const startMs = performance.now();

  expect(await client.nextFrame({ withinMs: 35_000 })).toEqual({ type: "response", text: "_heartbeat_" });

  expect(performance.now() - startMs).toBeGreaterThan(29_000);
});

test.concurrent("[TH6] heartbeats continue while subscribed, paused and closing", async () => {
  const topic = uniqueTopic();
  await using client = await beating();
  client.sub(topic, "c");
  await client.expectOk();

  await heartbeat(client);
  await node.act(`/channel/pause?topic=${topic}&channel=c`);
  await heartbeat(client);
  client.send("CLS\n");
  await client.expectResponse("CLOSE_WAIT");
  await heartbeat(client);
});

test.concurrent("[TH7] a client that stopped reading does not hold up the others", async () => {
  const topic = uniqueTopic();
  const body = "x".repeat(10_000);
  await using stuck = await subscribe(node.tcpPort, topic, "stuck", { rdy: 2_500 });
  await using reader = await subscribe(node.tcpPort, topic, "reader", { rdy: 2_500 });
  await using producer = await connect(node.tcpPort);
  stuck.stall();

  for (let batch = 0; batch < 20; batch++)
    producer.mpub(
      topic,
      Array.from({ length: 100 }, () => body),
    );
  await producer.expectOk(20);

  expect(await reader.messages(2_000)).toHaveLength(2_000);
});
