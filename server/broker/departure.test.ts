import { expect, test } from "vitest";
import { storeUnfinished, takeCheckpoint } from "./departure.ts";
import { TestBroker } from "./testing/test-broker.ts";

/** Stops a broker cleanly and starts another on what it left. */
function restarted(
  before: TestBroker,
  wallMs = before.time.wallMs,
  live?: (after: TestBroker) => void,
): TestBroker {
  before.broker.exiting = true;
  let durable = 0;
  const blocks = storeUnfinished(before.broker, () => durable++);
  while (before.backlog.writes.length > 0) before.backlog.finishWrite(before.backlog.writes.length - 1);
  expect(durable).toBe(blocks);
  const checkpoints = takeCheckpoint(before.broker, "all");
  const after = new TestBroker({ backlog: before.backlog, firstLogId: 100, wallMs });
  live?.(after);
  after.restore(checkpoints);
  return after;
}

test("[P1] a stop keeps what waits, is held and is deferred, with attempts and due times", () => {
  const before = new TestBroker();
  const { consumer, subscription } = before.subscribe(4, { msgTimeoutMs: 1_000 });
  before.publish("a", "b", "c", "d", "e");
  const [a, b, c] = consumer.received;
  subscription.finish(a!.logId, a!.seq);
  subscription.requeue(b!.logId, b!.seq, 10_000);
  subscription.requeue(c!.logId, c!.seq, 0);
  before.turn();
  before.defer("f", 20_000);

  const after = restarted(before, before.time.wallMs + 4_000);
  const { consumer: next } = after.subscribe(100);
  after.answer();
  const early = next.received.map(({ body, attempts }) => [body.toString(), attempts]);
  after.advance(6_000, 1_000);
  after.answer();
  const inTime = next.last;
  after.advance(10_000, 1_000);
  after.answer();

  expect(early.sort()).toEqual([
    ["c", 3],
    ["d", 2],
    ["e", 2],
  ]);
  expect([inTime.body.toString(), inTime.attempts]).toEqual(["b", 2]);
  expect([next.last.body.toString(), next.last.attempts]).toEqual(["f", 1]);
  expect(next.received).toHaveLength(5);
});

test("[P1] what has not left its topic comes back there, in order, its delays whole", () => {
  const before = new TestBroker();
  before.publish("one", "two");
  before.defer("later", 500);

  const after = restarted(before, before.time.wallMs + 60_000);
  expect(after.topic().depth).toBe(3);
  const { consumer } = after.subscribe(10);
  after.answer();
  after.advance(499);
  after.answer();
  expect(consumer.bodies).toEqual(["one", "two"]);
  after.advance(1);
  after.answer();

  expect(consumer.bodies).toEqual(["one", "two", "later"]);
  expect(consumer.received.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
});

test("[P1] a second stop writes nothing twice and loses nothing", () => {
  const before = new TestBroker();
  const { consumer, subscription } = before.subscribe(10);
  before.publishMany(50);
  for (const { logId, seq } of consumer.received) subscription.requeue(logId, seq, 5_000);
  before.turn();

  const between = restarted(before);
  const middle = between.subscribe(5);
  between.answer();
  for (const { logId, seq } of middle.consumer.received) middle.subscription.requeue(logId, seq, 5_000);
  const after = restarted(between);
  const last = after.subscribe(100);
  after.answer();
  after.advance(6_000, 500);
  after.answer();

  expect(new Set(last.consumer.received.map(({ id }) => id)).size).toBe(50);
  expect(last.consumer.received).toHaveLength(50);
});

test("[P1] what is ephemeral, finished or emptied is not kept", () => {
  const before = new TestBroker();
  const { consumer, subscription } = before.subscribe(10);
  before.channel("tail#ephemeral");
  before.publish("one", "two");
  before.put("spark", "sparks#ephemeral");
  before.turn();
  for (const { logId, seq } of consumer.received) subscription.finish(logId, seq);
  before.turn();

  const after = restarted(before);

  expect(after.backlog.blocks).toEqual([]);
  expect([...after.broker.topics.keys()]).toEqual(["orders"]);
  expect([...after.topic().channels.keys()]).toEqual(["billing"]);
  expect(after.channel().depth).toBe(0);
});

test("[R2] what comes back late still goes out before what is new, and what is held meanwhile stays held", () => {
  const before = new TestBroker();
  before.channel();
  before.publish("one", "two");
  let held: ReturnType<TestBroker["subscribe"]> | undefined;
  const after = restarted(before, before.time.wallMs, (node) => {
    held = node.subscribe(1, { msgTimeoutMs: 1_000 });
    node.publish("new one", "new two");
  });
  const { consumer } = after.subscribe(10);
  after.answer();

  expect(held?.consumer.bodies).toEqual(["new one"]);
  expect(consumer.bodies).toEqual(["one", "two", "new two"]);
  after.advance(999);
  expect(after.channel().timeoutCount).toBe(0);
  after.advance(1);
  expect(after.channel().timeoutCount).toBe(1);
});

test("[R2] what a topic kept comes back before what was published since, and deadlines stay their own", () => {
  const before = new TestBroker();
  before.publish("one", "two");
  let held: ReturnType<TestBroker["subscribe"]> | undefined;
  const after = restarted(before, before.time.wallMs, (node) => {
    held = node.subscribe(1, { msgTimeoutMs: 1_000 });
    node.publish("new one", "new two");
  });
  held?.subscription.ready(2);
  after.answer();
  after.publish("new three");
  held?.subscription.ready(10);
  after.turn();
  after.answer();

  expect(held?.consumer.bodies).toEqual(["new one", "one", "two", "new two", "new three"]);
  const { logId, seq } = held!.consumer.last;
  after.advance(500);
  expect(held?.subscription.touch(logId, seq)).toBeNull();
  after.advance(500);
  expect(after.channel().timeoutCount).toBe(4);
});

test("[R2] what a topic kept goes out before what came since, also when that log was sealed meanwhile", () => {
  const before = new TestBroker();
  before.publish("one", "two");
  const after = restarted(before, before.time.wallMs, (node) => {
    node.channel();
    node.broker.pauseTopic(node.topic(), true);
    node.publish("three");
    node.broker.pauseTopic(node.topic(), false);
    node.turn();
    node.broker.sealLogs(0, 2 ** 32);
    node.publish("four");
  });
  const { consumer } = after.subscribe(10);
  after.answer();

  expect(consumer.bodies).toEqual(["one", "two", "three", "four"]);
});

test("[R2] channels that come back all get what is published before they have", () => {
  const before = new TestBroker();
  before.channel();
  before.channel("mail");
  before.publish("old");
  const after = restarted(before, before.time.wallMs, (node) => node.put("new"));

  after.answer();

  expect([after.channel().depth, after.channel("mail").depth]).toEqual([2, 2]);
});

test("[R1] what a kill leaves is owed once, also when it was owed one by one", () => {
  const before = new TestBroker({ memQueueSize: 0 });
  const { consumer, subscription } = before.subscribe(20);
  before.publishMany(30);
  before.answer();
  const [, one, two] = consumer.received;
  subscription.requeue(one!.logId, one!.seq, 5_000);
  subscription.requeue(two!.logId, two!.seq, 0);
  before.turn();

  const after = new TestBroker({ backlog: before.backlog, firstLogId: 100, wallMs: before.time.wallMs });
  after.restore(takeCheckpoint(before.broker, "stored"));
  expect(after.channel().depth + after.channel().deferredCount).toBe(30);
  const next = after.subscribe(100);
  after.answer();
  after.advance(5_000);
  after.answer();

  expect(next.consumer.received.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 30 }, (_, seq) => seq),
  );
  expect(next.consumer.received.find(({ seq }) => seq === two!.seq)?.attempts).toBe(3);
  expect(next.consumer.last.seq).toBe(one!.seq);
});
