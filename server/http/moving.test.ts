import { expect, test } from "vitest";
import { messageId } from "../broker/frame.ts";
import type { ChosenMessagesAnswer } from "../protocol/chosen-messages.ts";
import { eventually } from "../testing/eventually.ts";
import { HeldStore } from "../testing/held-store.ts";
import { type Held, TestConsumer } from "../testing/http-consumer.ts";
import { secret, startServer, type TestServer, type TestServerOptions } from "../testing/http-server.ts";

const timeoutMs = 5_000;
const durability = { timeoutMs, isDurable: (topic: string) => topic === "invoices" };
const idOf = ({ logId, seq }: Held) => messageId(logId, seq);

/** A server with as many messages of orders/billing in flight; the channel and a consumer of it. */
async function withHeld(bodies: readonly string[], options: TestServerOptions = {}) {
  const server = await startServer(options);
  const consumer = new TestConsumer(server);
  const subscription = consumer.subscribe(server, "orders", "billing", bodies.length);
  for (const body of bodies) await server.post("/pub?topic=orders", body);
  server.broker.settle();
  return { server, subscription, held: [...consumer.held], channel: subscription.channel };
}

const move = (server: TestServer, to: string, ids: readonly string[], topic = "orders") =>
  server.post(
    `/v1/channel/messages?topic=${topic}&channel=billing&verb=move&by=ada&to=${encodeURIComponent(to)}`,
    ids.join("\n"),
    { authorization: `Bearer ${secret}` },
  );
const messagesOf = ({ text }: { text: string }) => (JSON.parse(text) as ChosenMessagesAnswer).messages;

async function bodyOf(server: TestServer, topic: string, id: string): Promise<string> {
  const reply = await server.get(`/v1/message?topic=${topic}&id=${id}`, {
    authorization: `Bearer ${secret}`,
  });
  return Buffer.from(JSON.parse(reply.text).body, "base64").toString();
}

test("[RD15] what is moved is in the other topic under a new id and owed here no longer", async () => {
  const { server, subscription, held, channel } = await withHeld(["one", "two"]);
  await using _ = server;
  const [one, two] = held as [Held, Held];
  subscription.requeue(two.logId, two.seq, 60_000);
  const gone = messageId(one.logId, two.seq + 1);

  const results = messagesOf(await move(server, "parked", [idOf(one), idOf(two), gone, idOf(one)]));

  expect(results.map(({ id, outcome }) => [id, outcome])).toEqual([
    [idOf(one), "done"],
    [idOf(two), "done"],
    [gone, "not-there"],
    [idOf(one), "not-there"],
  ]);
  expect([channel.inFlightCount, channel.deferredCount, channel.depth]).toEqual([0, 0, 0]);
  const parked = server.broker.topics.get("parked")!;
  expect(parked.messageCount).toBe(2);
  expect(await bodyOf(server, "parked", results[0]!.newId!)).toBe("one");
  expect(await bodyOf(server, "parked", results[1]!.newId!)).toBe("two");
  expect(server.logged).toContain("info CHANNEL(orders/billing): 2 messages moved to parked by operator ada");
});

test("[RD15] what was deferred is deferred there for what is left of it", async () => {
  const { server, subscription, held } = await withHeld(["later"]);
  await using _ = server;
  const [one] = held as [Held];
  subscription.requeue(one.logId, one.seq, 60_000);
  server.advance(40_000);
  const parked = new TestConsumer(server);
  parked.subscribe(server, "parked", "all");

  expect(messagesOf(await move(server, "parked", [idOf(one)]))).toMatchObject([{ outcome: "done" }]);

  server.advance(15_000);
  expect(parked.held).toEqual([]);
  server.advance(5_100);
  await eventually(() => expect(parked.held).toHaveLength(1));
});

test("[RD15] to a durable topic it is finished here when the store has it there, and not before", async () => {
  const store = new HeldStore();
  const { server, held, channel } = await withHeld(["one"], { backlog: store, durability });
  await using _ = server;
  const reply = move(server, "invoices", held.map(idOf));
  await eventually(() => expect(store.waiting).toHaveLength(1));
  expect(channel.inFlightCount).toBe(1);

  store.store();

  expect(messagesOf(await reply)).toMatchObject([{ outcome: "done" }]);
  expect(channel.inFlightCount).toBe(0);
});

test("[RD15] what the store does not take in time stays here, and its other id is told", async () => {
  const store = new HeldStore();
  const { server, held, channel } = await withHeld(["one"], { backlog: store, durability });
  await using _ = server;
  const reply = move(server, "invoices", held.map(idOf));
  await eventually(() => expect(store.waiting).toHaveLength(1));

  server.move(timeoutMs);
  server.broker.tick();

  expect(messagesOf(await reply)).toMatchObject([
    { outcome: "failed", code: "NOT_STORED", newId: expect.stringMatching(/^[0-9a-f]{16}$/) },
  ]);
  expect([channel.inFlightCount, channel.finishCount + 0]).toEqual([1, 0]);
});

test("[RD15] what a consumer answers before it counts there is told as in both", async () => {
  const store = new HeldStore();
  const { server, subscription, held } = await withHeld(["one", "two"], { backlog: store, durability });
  await using _ = server;
  const [one] = held as [Held];
  const reply = move(server, "invoices", held.map(idOf));
  await eventually(() => expect(store.waiting).toHaveLength(1));
  expect(subscription.finish(one.logId, one.seq)).toBeNull();

  store.store();

  expect(messagesOf(await reply).map(({ outcome }) => outcome)).toEqual(["copied", "done"]);
});

test("[RD15] what the other topic refuses stays here", async () => {
  const { server, held, channel } = await withHeld(["one"], { durability, refusesDurable: () => true });
  await using _ = server;

  expect(messagesOf(await move(server, "invoices", held.map(idOf)))).toEqual([
    { id: idOf(held[0]!), outcome: "failed", code: "NOT_STORED" },
  ]);
  expect(channel.inFlightCount).toBe(1);
});

test.each(["", "a b", "orders", "parked%23ephemeral"].map(decodeURIComponent))(
  "[RD15] a topic that cannot have them is refused whole: %j",
  async (to) => {
    const { server, held, channel } = await withHeld(["one"]);
    await using _ = server;

    expect((await move(server, to, held.map(idOf))).status).toBe(400);
    expect([channel.inFlightCount, server.broker.topics.size]).toEqual([1, 1]);
  },
);
