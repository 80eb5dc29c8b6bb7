import { expect, test } from "vitest";
import { evictHeld } from "./held.ts";
import { TestBroker } from "./testing/test-broker.ts";

test("[C4] FIN, REQ and TOUCH of what is not in flight are refused and change nothing", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(2);
  node.publish("one", "two", "three");
  const [one, two] = consumer.received;
  subscription.finish(one!.logId, one!.seq);
  node.turn();

  for (const [logId, seq] of [
    [one!.logId, one!.seq],
    [one!.logId, 3],
    [one!.logId, 2 ** 32 - 1],
    [77, two!.seq],
    [0, 0],
  ] as const) {
    expect(subscription.finish(logId, seq)).toBe("ID not in flight");
    expect(subscription.requeue(logId, seq, 0)).toBe("ID not in flight");
    expect(subscription.touch(logId, seq)).toBe("ID not in flight");
  }

  expect([node.channel().inFlightCount, subscription.inFlight, node.channel().finishCount]).toEqual([
    2, 2, 1,
  ]);
});

test("[C4] a message is not another consumer's to answer, in a run or one by one", () => {
  const node = new TestBroker();
  const holder = node.subscribe(2);
  node.publish("one", "two");
  const other = node.subscribe(2);
  const [one, two] = holder.consumer.received;
  holder.subscription.touch(two!.logId, two!.seq);

  for (const { logId, seq } of [one!, two!]) {
    expect(other.subscription.finish(logId, seq)).toBe("client does not own message");
    expect(other.subscription.requeue(logId, seq, 0)).toBe("client does not own message");
    expect(other.subscription.touch(logId, seq)).toBe("client does not own message");
    expect(holder.subscription.finish(logId, seq)).toBeNull();
  }
});

test("[C2] a requeued message comes again with its attempts, a deferred one when it is due", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(10);
  node.publish("one", "two");
  const [one, two] = consumer.received;

  subscription.requeue(one!.logId, one!.seq, 0);
  subscription.requeue(two!.logId, two!.seq, 500);
  expect(node.channel().deferredCount).toBe(1);
  node.turn();
  node.advance(499);
  expect(consumer.received.map(({ attempts }) => attempts)).toEqual([1, 1, 2]);
  node.advance(1);

  expect(consumer.bodies).toEqual(["one", "two", "one", "two"]);
  expect(consumer.last.attempts).toBe(2);
  expect(node.channel().requeueCount).toBe(2);
  expect(consumer.received[2]?.wallMs).toBe(one!.wallMs);
});

test("[C2] a requeue is delayed by max-req-timeout at most", () => {
  const node = new TestBroker({ maxReqTimeoutMs: 1_000 });
  const { consumer, subscription } = node.subscribe(1);
  node.publish("one");

  subscription.requeue(consumer.last.logId, consumer.last.seq, 50_000);
  node.turn();
  node.advance(1_000);

  expect(consumer.received).toHaveLength(2);
});

test("[F2] a message nobody answers is delivered again after its consumer's own timeout", () => {
  const node = new TestBroker();
  const quick = node.subscribe(1, { msgTimeoutMs: 100 });
  const slow = node.subscribe(1, { msgTimeoutMs: 1_000 });
  node.publish("one", "two");
  quick.subscription.ready(0);
  slow.subscription.ready(2);
  node.advance(99);
  expect(slow.consumer.received).toHaveLength(1);

  node.advance(1);

  expect(slow.consumer.received.map(({ attempts }) => attempts)).toEqual([1, 2]);
  expect([quick.subscription.inFlight, slow.subscription.inFlight]).toEqual([0, 2]);
  expect(node.channel().timeoutCount).toBe(1);
  expect([quick.subscription.timeoutCount, slow.subscription.timeoutCount]).toEqual([1, 0]);
  expect(quick.subscription.finish(slow.consumer.last.logId, slow.consumer.last.seq)).toBe(
    "client does not own message",
  );
});

test("[F2] TOUCH begins the timeout anew, up to max-msg-timeout after the delivery", () => {
  const node = new TestBroker({ maxMsgTimeoutMs: 250 });
  const { consumer, subscription } = node.subscribe(1, { msgTimeoutMs: 100 });
  node.publish("one");
  const { logId, seq } = consumer.last;

  for (let ms = 0; ms < 240; ms += 80) {
    node.advance(80);
    expect(subscription.touch(logId, seq)).toBeNull();
  }
  node.advance(9);
  expect(consumer.received).toHaveLength(1);
  node.advance(1);

  expect(consumer.received.map(({ attempts }) => attempts)).toEqual([1, 2]);
});

test("[F2] what a consumer held when it left waits for its timeout", () => {
  const node = new TestBroker();
  const gone = node.subscribe(2, { msgTimeoutMs: 100 });
  node.publish("one", "two");
  gone.subscription.touch(gone.consumer.last.logId, gone.consumer.last.seq);
  gone.subscription.close();
  const { consumer } = node.subscribe(2);

  node.advance(99);
  expect(consumer.received).toEqual([]);
  expect(node.channel().inFlightCount).toBe(2);
  node.advance(1);

  expect(consumer.bodies).toEqual(["one", "two"]);
});

test("[F2] a message's deadline stays its own when its window is given up around it", () => {
  const node = new TestBroker();
  const { consumer } = node.subscribe(2_500, { msgTimeoutMs: 1_000 });
  node.publish("one");
  node.advance(400);
  node.publish("two");
  const channel = node.channel();

  evictHeld(channel, channel.windows[0]!, 2);
  node.advance(599);
  expect(consumer.received).toHaveLength(2);
  node.advance(1);

  expect(consumer.bodies).toEqual(["one", "two", "one"]);
});

test("[F4] a mass timeout is taken back in bounded steps, and all of it is", () => {
  const node = new TestBroker();
  const consumers = Array.from({ length: 4 }, () => node.subscribe(2_500, { msgTimeoutMs: 100 }));
  node.publishMany(10_000, 20);
  expect(node.channel().inFlightCount).toBe(10_000);
  for (const { subscription } of consumers) subscription.ready(0);
  const steps: number[] = [];

  node.advance(100);
  while (node.channel().inFlightCount > 0) {
    steps.push(node.channel().depth);
    node.advance(1);
  }

  expect(steps).toEqual([4_096, 8_192]);
  expect(node.channel().depth).toBe(10_000);
  expect(node.channel().timeoutCount).toBe(10_000);
  expect(consumers.map(({ subscription }) => subscription.inFlight)).toEqual([0, 0, 0, 0]);
});

test("[F4] one channel's mass timeout does not keep another's messages from timing out", () => {
  const node = new TestBroker();
  const crowd = Array.from({ length: 4 }, () => node.subscribe(2_500, { msgTimeoutMs: 100 }));
  node.publishMany(10_000, 20);
  const one = node.subscribe(1, { channel: "mail", msgTimeoutMs: 100 });
  node.publish("one");
  for (const { subscription } of [...crowd, one]) subscription.ready(0);

  for (let n = 0; n < 4; n++) node.advance(n === 0 ? 100 : 1);

  expect(node.channel("mail").timeoutCount).toBe(1);
});

test("[A2] emptying a channel drops what waits, is held and is deferred, and only that, in the audit too", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(4);
  node.publish("a", "b", "c", "d", "e", "f");
  const [a, b, c] = consumer.received;
  subscription.finish(b!.logId, b!.seq);
  subscription.requeue(c!.logId, c!.seq, 5_000);
  subscription.ready(0);
  node.turn();
  node.audit.drain(node.audit.waiting);

  expect(node.channel().empty()).toBe(5);
  node.turn();

  const dropped = node.events.flatMap(({ seq, count }) => Array.from({ length: count }, (_, n) => seq + n));
  expect(dropped.sort()).toEqual([0, 2, 3, 4, 5]);
  expect(node.events.every(({ kind, channel }) => kind === "drop" && channel === "billing")).toBe(true);
  expect([node.channel().depth, node.channel().inFlightCount, node.channel().deferredCount]).toEqual([
    0, 0, 0,
  ]);
  expect(subscription.inFlight).toBe(0);
  expect(subscription.finish(a!.logId, a!.seq)).toBe("ID not in flight");
  node.advance(100_000);
  expect(consumer.received).toHaveLength(4);
});

test("[A2] a message's life is in the audit: published, delivered, requeued, timed out, finished", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(1, { msgTimeoutMs: 100 });
  node.publish("one");
  const { logId, seq } = consumer.last;

  subscription.requeue(logId, seq, 0);
  node.turn();
  node.advance(100);
  subscription.finish(logId, seq);

  expect(node.events.map(({ kind, channel, attempts }) => [kind, channel, attempts])).toEqual([
    ["publish", "", 0],
    ["deliver", "billing", 1],
    ["requeue", "billing", 1],
    ["deliver", "billing", 2],
    ["timeout", "billing", 2],
    ["deliver", "billing", 3],
    ["finish", "billing", 3],
  ]);
});

test("[C1] pausing holds what waits and lets answers in", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(1);
  node.publish("one", "two");

  node.broker.pauseChannel(node.channel(), true);
  node.turn();
  expect(subscription.finish(consumer.last.logId, consumer.last.seq)).toBeNull();
  node.turn();
  expect(consumer.bodies).toEqual(["one"]);
  node.broker.pauseChannel(node.channel(), false);
  node.turn();

  expect(consumer.bodies).toEqual(["one", "two"]);
});

test("[MS9] an ephemeral channel goes with its last consumer, an ephemeral topic with its last channel", () => {
  const node = new TestBroker();
  const { subscription } = node.subscribe(1, { channel: "tail#ephemeral" });
  const spark = node.channel("a", "sparks#ephemeral");
  node.channel("b", "sparks#ephemeral");

  subscription.close();
  expect([...node.topic().channels.keys()]).toEqual([]);
  spark.topic.deleteChannel("a");
  expect(node.broker.topics.has("sparks#ephemeral")).toBe(true);
  spark.topic.deleteChannel("b");

  expect([...node.broker.topics.keys()]).toEqual(["orders"]);
  expect(node.heard).toContain("-orders/tail#ephemeral");
  expect(node.heard.slice(-2)).toEqual(["-sparks#ephemeral/b", "-sparks#ephemeral"]);
});

test("[C2] the oldest message's age counts what was requeued, and not what is deferred", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(2);
  const publishedMs = node.time.wallMs;
  node.publish("poison", "other");
  const [poison, other] = consumer.received;
  subscription.finish(other!.logId, other!.seq);

  for (let n = 0; n < 3; n++) {
    node.advance(1_000);
    subscription.requeue(poison!.logId, poison!.seq, 0);
    node.turn();
  }
  expect(node.channel().oldestWallMs).toBe(publishedMs);
  subscription.requeue(poison!.logId, poison!.seq, 1_000);
  node.turn();

  expect(node.channel().oldestWallMs).toBeNull();
});
