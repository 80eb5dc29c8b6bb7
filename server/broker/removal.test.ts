import { expect, test } from "vitest";
import type { Broker } from "./broker.ts";
import { requeueNow, samplesOf } from "./bulk.ts";
import { giveBack, keptMessages, type Removal, remove } from "./removal.ts";
import { TestBroker } from "./testing/test-broker.ts";

const all = () => true;
const durability = { timeoutMs: 1_000, isDurable: () => true };

/** A durable topic with a channel, and messages that are in the store. */
function durableNode(count: number): TestBroker {
  const node = new TestBroker({ durability });
  node.channel();
  node.publishMany(count);
  node.answer();
  return node;
}

function undo(broker: Broker, removal: Removal): number {
  return removal.logs.reduce((sum, log) => sum + giveBack(broker, log, true), 0);
}

function numbersOf(bodies: readonly string[]): number[] {
  return bodies.map((body) => Number.parseInt(body, 10)).toSorted((a, b) => a - b);
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

test("[JB1] what is emptied by a job comes back whole: what waited, what was held, what was requeued", () => {
  const node = durableNode(100);
  const { consumer, subscription } = node.subscribe(10);
  node.answer();
  const [first, second, third] = consumer.received;
  subscription.finish(first!.logId, first!.seq);
  subscription.requeue(second!.logId, second!.seq, 0);
  subscription.requeue(third!.logId, third!.seq, 5_000);
  subscription.ready(0);
  node.turn();

  const channel = node.channel();
  const removal = remove({ topic: node.topic(), channel, verb: "empty" }, all);
  node.turn();

  expect([removal.messages, keptMessages(removal.logs)]).toEqual([99, 99]);
  expect([channel.depth, channel.inFlightCount, channel.deferredCount]).toEqual([0, 0, 0]);
  expect(undo(node.broker, removal)).toBe(99);
  removal.release();
  expect(channel.depth + channel.deferredCount).toBe(99);
  expect(channel.deferredCount).toBe(1);
  const before = consumer.received.length;
  subscription.ready(200);
  node.turn();
  node.answer();
  node.advance(6_000, 100);
  node.answer();
  expect(numbersOf(consumer.bodies.slice(before))).toEqual(upTo(99, 1));
  expect(node.lost).toEqual([]);
  const again = consumer.received.slice(before).find(({ seq }) => seq === second!.seq);
  expect(again!.attempts).toBeGreaterThan(second!.attempts);
});

test("[JB1] until it is released the store forgets nothing of it, and after that all of it", () => {
  const node = durableNode(50);

  const removal = remove({ topic: node.topic(), channel: node.channel(), verb: "empty" }, all);
  node.advance(5_000, 500);
  expect(node.backlog.blocks.length).toBeGreaterThan(0);
  removal.release();
  node.broker.sealLogs(0, 2 ** 32);
  node.advance(5_000, 500);

  expect(node.backlog.blocks).toEqual([]);
});

test("[JB1] a topic that is deleted comes back with its channels and what had not left it", () => {
  const node = durableNode(20);
  node.channel("mail");
  node.broker.pauseTopic(node.topic(), true);
  node.publishMany(7, 100, 20);
  node.answer();

  const removal = remove({ topic: node.topic(), channel: null, verb: "delete" }, all);

  expect([removal.messages, keptMessages(removal.logs)]).toEqual([27, 27]);
  expect(node.broker.topics.has("orders")).toBe(false);
  expect(undo(node.broker, removal)).toBe(27);
  node.turn();
  node.answer();
  // What had not left it leaves for the channels there are.
  expect(node.channel().depth).toBe(27);
  const { consumer } = node.subscribe(100);
  node.answer();
  expect(numbersOf(consumer.bodies)).toEqual(upTo(27));
  expect(node.lost).toEqual([]);
});

test("[JB2] given back twice it is owed once", () => {
  const node = durableNode(30);
  const channel = node.channel();
  const removal = remove({ topic: node.topic(), channel, verb: "empty" }, all);

  expect(undo(node.broker, removal)).toBe(30);
  expect(undo(node.broker, removal)).toBe(0);

  expect(channel.depth).toBe(30);
});

test("[JB3] of what is in memory only nothing can be given back, and it is known how much that is", () => {
  const node = new TestBroker({ memQueueSize: 100 });
  const channel = node.channel();
  node.publishMany(1_000, 1_000);
  node.answer();
  const stored = channel.storedDepth;
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(1_000);

  const removal = remove({ topic: node.topic(), channel, verb: "empty" }, all);

  expect(removal.messages).toBe(1_000);
  expect(keptMessages(removal.logs)).toBeGreaterThanOrEqual(stored);
  expect(keptMessages(removal.logs)).toBeLessThan(1_000);
  const kept = keptMessages(removal.logs);
  expect(removal.logs.reduce((sum, log) => sum + giveBack(node.broker, log, false), 0)).toBe(kept);
  removal.release();
  const { consumer, subscription } = node.subscribe(1_000);
  for (let round = 0; round < 50; round++) {
    node.answer();
    for (const { logId, seq } of consumer.received) subscription.finish(logId, seq);
    node.turn();
  }
  expect(numbersOf(consumer.bodies)).toEqual(upTo(kept));
  expect(node.lost).toEqual([]);
});

test("[JB8] what consumers hold or what is due later is handed out again at once, and only once", () => {
  const node = durableNode(10);
  const { consumer, subscription } = node.subscribe(6);
  node.answer();
  const [first, second] = consumer.received;
  subscription.requeue(first!.logId, first!.seq, 5_000);
  subscription.requeue(second!.logId, second!.seq, 0);
  subscription.ready(0);
  node.turn();
  const channel = node.channel();
  const heldBeforeMs = node.time.wallMs;
  const filter = { state: "both", attemptsMin: 0, heldBeforeMs } as const;

  expect(requeueNow(channel, filter, 0, null)).toEqual({ messages: 5, done: 0 });
  expect(samplesOf(channel, filter)).toHaveLength(5);
  expect(requeueNow(channel, filter, 3, null)).toEqual({ messages: 5, done: 3 });
  expect(requeueNow(channel, filter, 100, null)).toEqual({ messages: 2, done: 2 });
  expect(requeueNow(channel, filter, 100, null)).toEqual({ messages: 0, done: 0 });

  expect([channel.inFlightCount, channel.deferredCount, channel.depth]).toEqual([0, 0, 10]);
  node.advance(1_000);
  subscription.ready(100);
  node.turn();
  node.answer();
  expect(requeueNow(channel, filter, 100, null).messages).toBe(0);
  expect(channel.inFlightCount).toBe(10);
});
