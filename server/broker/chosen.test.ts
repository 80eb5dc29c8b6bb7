import { expect, test } from "vitest";
import { actOnMessage } from "./chosen.ts";
import type { ClientIdentity } from "./ports.ts";
import { TestBroker } from "./testing/test-broker.ts";

const by: ClientIdentity = {
  number: 99,
  clientId: "operator ada",
  hostname: "",
  remoteAddress: "10.0.0.9:1",
};
const durability = { timeoutMs: 1_000, isDurable: () => true };

test("[RD13] what is held is requeued in either delivery, once, and its consumer's late answer finds nothing", () => {
  const node = new TestBroker();
  const channel = node.channel();
  node.publishMany(2);
  const { consumer, subscription } = node.subscribe(2);
  const [one, two] = consumer.received;
  subscription.requeue(two!.logId, two!.seq, 0);
  node.turn();
  subscription.ready(0);

  for (const { logId, seq } of [one!, two!]) {
    expect(actOnMessage(channel, "deliver", logId, seq, by)).toBe(false);
    expect(actOnMessage(channel, "requeue", logId, seq, by)).toBe(true);
    expect(actOnMessage(channel, "requeue", logId, seq, by)).toBe(false);
    expect(subscription.finish(logId, seq)).toBe("ID not in flight");
  }
  node.turn();

  expect([channel.depth, channel.inFlightCount, subscription.inFlight]).toEqual([2, 0, 0]);
  subscription.ready(2);
  node.turn();
  expect(consumer.received.slice(-2).map(({ attempts }) => attempts)).toEqual([2, 3]);
});

test("[RD13] what is deferred is delivered at once, whether it was published so or given back", () => {
  const node = new TestBroker();
  const channel = node.channel();
  const { consumer, subscription } = node.subscribe(5);
  node.publish("given back");
  const first = consumer.last;
  subscription.requeue(first.logId, first.seq, 60_000);
  node.defer("published so", 60_000);
  const deferred = [...channel.exceptions].map(({ log, seq }) => ({ logId: log.id, seq }));

  expect(deferred).toHaveLength(2);
  for (const { logId, seq } of deferred) {
    expect(actOnMessage(channel, "requeue", logId, seq, by)).toBe(false);
    expect(actOnMessage(channel, "deliver", logId, seq, by)).toBe(true);
    expect(actOnMessage(channel, "deliver", logId, seq, by)).toBe(false);
  }
  node.turn();

  expect(channel.deferredCount).toBe(0);
  expect(consumer.bodies.slice(1).toSorted()).toEqual(["given back", "published so"]);
});

test("[RD13] what is held stays so for its holder's timeout from now on, in either delivery, and not beyond the most", () => {
  const node = new TestBroker();
  const channel = node.channel();
  node.publishMany(2);
  const { consumer, subscription } = node.subscribe(2);
  const [one, two] = consumer.received;
  subscription.requeue(two!.logId, two!.seq, 0);
  node.turn();
  subscription.ready(0);
  const touch = ({ logId, seq }: { logId: number; seq: number }) =>
    actOnMessage(channel, "touch", logId, seq, by);
  const { msgTimeoutMs } = subscription;
  const { maxMsgTimeoutMs } = node.broker.options;

  expect([touch(one!), touch(one!)]).toEqual([false, false]);
  node.advance(msgTimeoutMs - 1);
  expect([touch(one!), touch(two!)]).toEqual([true, true]);
  node.advance(msgTimeoutMs - 1);
  expect([subscription.inFlight, channel.timeoutCount]).toEqual([2, 0]);
  expect(node.events.filter(({ kind }) => kind === "touch")).toHaveLength(2);

  for (let ms = 2 * (msgTimeoutMs - 1); ms < maxMsgTimeoutMs; ms += msgTimeoutMs - 1) {
    touch(one!);
    node.advance(msgTimeoutMs - 1);
  }
  expect(touch(one!)).toBe(false);
  node.advance(msgTimeoutMs);
  expect(channel.inFlightCount).toBe(0);
});

test("[RD13] what is deferred, waits, or is in flight of a consumer that has gone is not left to it for longer", () => {
  const node = new TestBroker();
  const channel = node.channel();
  const { consumer, subscription } = node.subscribe(3);
  node.publishMany(3);
  const [deferred, waiting, held] = consumer.received;
  subscription.ready(0);
  subscription.requeue(deferred!.logId, deferred!.seq, 5_000);
  subscription.requeue(waiting!.logId, waiting!.seq, 0);
  subscription.close();
  node.advance(1);

  for (const { logId, seq } of [deferred!, waiting!, held!])
    expect(actOnMessage(channel, "touch", logId, seq, by)).toBe(false);
  expect([channel.inFlightCount, channel.deferredCount]).toEqual([1, 1]);
});

test("[RD13] what is finished comes to nobody, held, deferred or waiting again, and is not written down as owed", () => {
  const node = new TestBroker({ durability });
  const channel = node.channel();
  const { consumer, subscription } = node.subscribe(4);
  node.publishMany(4);
  node.answer();
  const [held, heldAgain, deferred, waiting] = consumer.received;
  subscription.requeue(heldAgain!.logId, heldAgain!.seq, 0);
  node.turn();
  subscription.ready(0);
  subscription.requeue(deferred!.logId, deferred!.seq, 5_000);
  subscription.requeue(waiting!.logId, waiting!.seq, 0);
  node.publishMany(1, 100, 4);
  node.answer();
  expect([channel.depth, channel.inFlightCount, channel.deferredCount]).toEqual([2, 2, 1]);
  const before = consumer.received.length;

  for (const { logId, seq } of [held!, heldAgain!, deferred!, waiting!]) {
    expect(actOnMessage(channel, "finish", logId, seq, by)).toBe(true);
    expect(actOnMessage(channel, "finish", logId, seq, by)).toBe(false);
  }
  node.turn();

  expect([channel.depth, channel.inFlightCount, channel.deferredCount]).toEqual([1, 0, 0]);
  expect([channel.finishCount, subscription.inFlight, subscription.finishCount + 0]).toEqual([4, 0, 0]);
  expect(channel.exceptions.size).toBe(0);
  const [topic] = node.broker.progress!.take(true, () => true)!.topics;
  expect(topic!.channels[0]!.owed.seq).toHaveLength(0);
  expect(topic!.channels[0]!.windows.flatMap(({ held: pairs }) => pairs)).toEqual([]);
  subscription.ready(5);
  node.advance(120_000, 1_000);
  node.answer();
  expect(new Set(consumer.bodies.slice(before).map((body) => Number.parseInt(body, 10)))).toEqual(
    new Set([4]),
  );
});

test("[RD13] what is in flight of a consumer that has gone is finished; what waits for its first delivery, or is none of the channel's, is not there", () => {
  const node = new TestBroker();
  const channel = node.channel();
  const { consumer, subscription } = node.subscribe(1);
  node.publishMany(2);
  const { logId, seq } = consumer.last;
  subscription.close();
  node.turn();

  expect(actOnMessage(channel, "finish", logId, seq + 1, by)).toBe(false);
  expect(actOnMessage(channel, "finish", logId, 2 ** 32 - 1, by)).toBe(false);
  expect(actOnMessage(channel, "finish", logId + 1, seq, by)).toBe(false);
  expect(actOnMessage(channel, "finish", logId, seq, by)).toBe(true);
  expect([channel.depth, channel.inFlightCount]).toEqual([1, 0]);
});

test("[RD13] the audit has each with the operator", () => {
  const node = new TestBroker();
  const channel = node.channel();
  const { consumer } = node.subscribe(2);
  node.publishMany(2);
  const [one, two] = consumer.received;

  actOnMessage(channel, "requeue", one!.logId, one!.seq, by);
  actOnMessage(channel, "finish", two!.logId, two!.seq, by);

  const clients = node.audit.client.slice(0, node.audit.written);
  expect(node.events.slice(-2)).toMatchObject([
    { kind: "requeue", channel: "billing", seq: one!.seq, attempts: 1 },
    { kind: "finish", channel: "billing", seq: two!.seq, attempts: 1 },
  ]);
  expect(clients.slice(-2)).toEqual([by, by]);
});
