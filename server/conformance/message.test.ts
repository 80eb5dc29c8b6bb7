import { describe, expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { uniqueTopic } from "../testing/names.ts";
import { startNode } from "../testing/node.ts";
import { sharedNode } from "../testing/shared-node.ts";

const node = await sharedNode({ "max-req-timeout": "2s", "max-msg-timeout": "2s", "msg-timeout": "2s" });
const second = { settings: { msg_timeout: 1_000 } };

/** A consumer that holds one message of a topic of its own. */
async function holding(options: { settings?: Record<string, unknown> } = {}) {
  const topic = uniqueTopic();
  const client = await subscribe(node.tcpPort, topic, "c", { rdy: 1, ...options });
  client.pub(topic, "held");
  await client.expectOk();
  const message = await client.nextMessage();
  return { topic, client, message, heldSinceMs: performance.now() };
}

test("[TM1] a message has its time in nanoseconds, one attempt, and sixteen hexadecimal digits as its id", async () => {
  const beforeNs = BigInt(Date.now() - 1_000) * 1_000_000n;
  const { client, message } = await holding();
  await using _ = client;
  const afterNs = BigInt(Date.now() + 1_000) * 1_000_000n;

  expect(message.id).toMatch(/^[0-9a-f]{16}$/);
  expect(message.timestampNs > beforeNs && message.timestampNs < afterNs).toBe(true);
  expect(message.attempts).toBe(1);
  expect(message.body.toString()).toBe("held");
});

test("[TM2] attempts grow by one with each REQ and each timeout", async () => {
  const { client, message } = await holding(second);
  await using _ = client;

  client.req(message.id, 0);
  const requeued = await client.nextMessage();
  const timedOut = await client.nextMessage({ withinMs: 7_000 });

  expect([message, requeued, timedOut].map(({ attempts }) => attempts)).toEqual([1, 2, 3]);
  expect(new Set([message.id, requeued.id, timedOut.id]).size).toBe(1);
  expect(timedOut.timestampNs).toBe(message.timestampNs);
});

test("[TM3] FIN ends a message; a second FIN fails and the connection lives", async () => {
  const { topic, client, message } = await holding();
  await using _ = client;

  client.fin(message.id);
  client.fin(message.id);

  await client.expectError(`E_FIN_FAILED FIN ${message.id} failed ID not in flight`);
  await client.expectAlive();
  expect(await node.channel(topic, "c")).toMatchObject({ depth: 0, in_flight_count: 0 });
});

test.each(["FIN", "REQ", "TOUCH"])(
  "[TM3] %s of what was finished, requeued or is junk is not in flight",
  async (verb) => {
    const { client, message } = await holding();
    await using _ = client;
    const tail = verb === "REQ" ? " 0" : "";
    client.fin(message.id);

    for (const id of [
      message.id,
      "ffffffffffffffff",
      "zzzzzzzzzzzzzzzz",
      message.id.toUpperCase().replace(/\d/g, "G"),
    ]) {
      client.send(`${verb} ${id}${tail}\n`);
      await client.expectError(`E_${verb}_FAILED ${verb} ${id} failed ID not in flight`);
    }

    await client.expectAlive();
  },
);

test.each(["FIN", "REQ", "TOUCH"])("[TM4] %s of a message another client holds is refused", async (verb) => {
  const { topic, client, message } = await holding();
  await using _ = client;
  await using other = await subscribe(node.tcpPort, topic, "c");

  other.send(`${verb} ${message.id}${verb === "REQ" ? " 0" : ""}\n`);

  await other.expectError(`E_${verb}_FAILED ${verb} ${message.id} failed client does not own message`);
  await other.expectAlive();
  client.fin(message.id);
  await client.expectAlive();
  expect((await node.channel(topic, "c")).in_flight_count).toBe(0);
});

test("[TM4] a message is held in each channel by itself: another channel's consumer does not have it", async () => {
  const { topic, client, message } = await holding();
  await using _ = client;
  await using other = await subscribe(node.tcpPort, topic, "other");

  other.fin(message.id);

  await other.expectError(`E_FIN_FAILED FIN ${message.id} failed ID not in flight`);
});

describe("[TM5] an id that is not 16 bytes ends the connection", () => {
  test.each([
    "FIN 0123456789abcde\n",
    "FIN 0123456789abcdef0\n",
    "TOUCH \n",
    "REQ 1 0\n",
    "FIN  0123456789abcdef\n",
  ])("%j", async (line) => {
    await using client = await subscribe(node.tcpPort, uniqueTopic(), "c");
    client.send(line);
    await client.expectFatal("E_INVALID invalid message ID");
  });
});

test("[TM6] REQ 0 is delivered again at once, to any consumer that is ready", async () => {
  const { topic, client, message } = await holding();
  await using _ = client;
  await using other = await subscribe(node.tcpPort, topic, "c", { rdy: 1 });
  await other.expectAlive();

  client.send("RDY 0\n", `REQ ${message.id} 0\n`);

  expect(await other.nextMessage({ withinMs: 1_000 })).toMatchObject({ id: message.id, attempts: 2 });
  expect((await node.channel(topic, "c")).requeue_count).toBe(1);
});

test("[TM6] REQ 500 is delivered again not before 500 ms, and counts as deferred meanwhile", async () => {
  const { topic, client, message } = await holding();
  await using _ = client;
  const startMs = performance.now();

  client.req(message.id, 500);
  await client.expectAlive();
  expect(await node.channel(topic, "c")).toMatchObject({ depth: 0, in_flight_count: 0, deferred_count: 1 });
  const again = await client.nextMessage();

  expect(again).toMatchObject({ id: message.id, attempts: 2 });
  const tookMs = performance.now() - startMs;
  expect(tookMs).toBeGreaterThanOrEqual(490);
  expect(tookMs).toBeLessThan(1_500);
});

test("[TM7] REQ beyond max-req-timeout is shortened to it", async () => {
  const { client, message } = await holding();
  await using _ = client;
  const startMs = performance.now();

  client.req(message.id, 86_400_000);
  const again = await client.nextMessage({ withinMs: 8_000 });

  expect(again).toMatchObject({ id: message.id, attempts: 2 });
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(1_950);
});

test.each(["-1", "x"])("[TM7] REQ %s ends the connection", async (delay) => {
  const { client, message } = await holding();
  await using _ = client;

  client.req(message.id, delay);

  await client.expectFatal(`E_INVALID REQ could not parse timeout ${delay}`);
});

test("[TM8] what nobody answers is delivered again after msg_timeout, and counted", async () => {
  const { topic, client, message, heldSinceMs } = await holding(second);
  await using _ = client;

  const again = await client.nextMessage({ withinMs: 7_000 });

  expect(performance.now() - heldSinceMs).toBeGreaterThanOrEqual(950);
  expect(again).toMatchObject({ id: message.id, attempts: 2 });
  expect(await node.channel(topic, "c")).toMatchObject({
    timeout_count: 1,
    requeue_count: 0,
    in_flight_count: 1,
  });
});

test("[TM8] an answer after the timeout is too late", async () => {
  const { topic, client, message } = await holding(second);
  await using _ = client;
  client.rdy(0);

  await eventually(async () => expect((await node.channel(topic, "c")).timeout_count).toBe(1), {
    withinMs: 7_000,
  });
  client.fin(message.id);

  await client.expectError(`E_FIN_FAILED FIN ${message.id} failed ID not in flight`);
  expect(await node.channel(topic, "c")).toMatchObject({ depth: 1, in_flight_count: 0 });
});

test("[TM9] TOUCH begins the timeout anew", async () => {
  const { client, message, heldSinceMs } = await holding(second);
  await using _ = client;

  const touching = setInterval(() => client.touch(message.id), 400);
  // Held for longer than the timeout of a second, so the touches made the difference.
  await client.expectNothing({ forMs: 1_500 });
  clearInterval(touching);
  client.fin(message.id);

  await client.expectAlive();
  expect(performance.now() - heldSinceMs).toBeGreaterThan(1_400);
});

test("[TM9] however often it is touched, a message is held for max-msg-timeout at most", async () => {
  const { client, message, heldSinceMs } = await holding(second);
  await using _ = client;

  const touching = setInterval(() => client.touch(message.id), 300);
  const again = await client.nextMessage({ withinMs: 9_000 });
  clearInterval(touching);

  expect(again).toMatchObject({ id: message.id, attempts: 2 });
  expect(performance.now() - heldSinceMs).toBeGreaterThanOrEqual(1_900);
});

test("[TM10] a connection's msg_timeout is its own", async () => {
  await using patient = await startNode({ "msg-timeout": "60s" });
  await using slow = await subscribe(patient.tcpPort, "t", "slow", { rdy: 1 });
  await using quick = await subscribe(patient.tcpPort, "t", "quick", { rdy: 1, ...second });
  await using producer = await connect(patient.tcpPort);

  producer.pub("t", "x");
  await quick.nextMessage();
  await slow.nextMessage();
  await quick.nextMessage({ withinMs: 7_000 });

  expect(await patient.channel("t", "quick")).toMatchObject({ timeout_count: 1 });
  expect(await patient.channel("t", "slow")).toMatchObject({ timeout_count: 0, in_flight_count: 1 });
});
