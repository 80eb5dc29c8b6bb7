import { expect, test } from "vitest";
import { TestBroker } from "./testing/test-broker.ts";

test("[D1] a run is one write of a view of its slab, at most RDY long", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(20, { retains: true });

  node.publish(...Array.from({ length: 30 }, (_, n) => `message ${n}`));
  expect(consumer.writes).toEqual([20]);
  expect(subscription.inFlight).toBe(20);
  for (const { logId, seq } of consumer.received.slice(0, 5)) subscription.finish(logId, seq);
  node.turn();

  expect(consumer.writes).toEqual([20, 5]);
  consumer.letGo();
});

test("[D1] RDY may fall below what is held: nothing comes until enough is answered", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(5);
  node.publish("a", "b", "c", "d", "e", "f", "g");

  subscription.ready(2);
  for (const { logId, seq } of consumer.received.slice(0, 3)) subscription.finish(logId, seq);
  node.turn();
  expect(consumer.received).toHaveLength(5);
  subscription.finish(consumer.last.logId, consumer.last.seq);
  node.turn();

  expect(consumer.received).toHaveLength(6);
});

test("[D2] a redelivery is a copy: the slab keeps attempts 1 for other channels", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(1, { retains: true });
  node.channel("mail");
  node.publish("one");

  for (let n = 0; n < 3; n++) {
    subscription.requeue(consumer.last.logId, consumer.last.seq, 0);
    node.turn();
  }
  const other = node.subscribe(1, { channel: "mail" });

  expect(consumer.received.map(({ attempts }) => attempts)).toEqual([1, 2, 3, 4]);
  expect(other.consumer.last.attempts).toBe(1);
  consumer.letGo();
});

test("[D2] attempts stay at what sixteen bits can say", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(1);
  node.publish("one");
  const { logId, seq } = consumer.last;
  subscription.touch(logId, seq);
  node.channel().exceptions.find(logId, seq)!.attempts = 65_534;

  for (let n = 0; n < 2; n++) {
    subscription.requeue(logId, seq, 0);
    node.turn();
  }

  expect(consumer.received.map(({ attempts }) => attempts)).toEqual([1, 65_535, 65_535]);
});

test("[D3] a message requeued for ever starves nobody", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(1);
  node.publish("poison", ...Array.from({ length: 50 }, (_, n) => `${n}`));

  for (let n = 0; n < 110; n++) {
    const { logId, seq, body } = consumer.last;
    if (body.toString() === "poison") subscription.requeue(logId, seq, 0);
    else subscription.finish(logId, seq);
    node.turn();
  }

  expect(new Set(consumer.bodies).size).toBe(51);
  expect(consumer.bodies.filter((body) => body === "poison").length).toBeGreaterThan(40);
});

test("[D3] many requeued messages starve no new ones, and the other way round", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(100);
  node.publishMany(100);
  for (const { logId, seq } of [...consumer.received]) subscription.requeue(logId, seq, 0);
  node.publishMany(1_000, 100, 100);
  const first = consumer.received.slice(100);

  expect(first.some(({ attempts }) => attempts === 2)).toBe(true);
  expect(first.length).toBe(100);
  for (const { logId, seq } of first) subscription.finish(logId, seq);
  node.turn();

  const attempts = new Set(consumer.received.slice(100).map((message) => message.attempts));
  expect([...attempts].sort()).toEqual([1, 2]);
});

test("[D4] consumers share a burst in runs of at most 256, whoever came first", () => {
  const node = new TestBroker();
  const consumers = Array.from({ length: 4 }, () => node.subscribe(2_500));

  node.publishMany(4_000, 20);

  const shares = consumers.map(({ consumer }) => consumer.received.length);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(4_000);
  expect(Math.min(...shares)).toBeGreaterThan(700);
  expect(Math.max(...consumers.flatMap(({ consumer }) => consumer.writes))).toBeLessThanOrEqual(256);
});

test("[D4] a consumer whose socket is full gets nothing more until it says so", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(100);
  consumer.wantsMore = false;

  node.publishMany(10, 100);
  node.publishMany(10, 100, 10);
  expect(consumer.received).toHaveLength(10);
  expect(node.channel().depth).toBe(10);
  subscription.unblock();
  node.turn();

  expect(consumer.received).toHaveLength(20);
});

test("[D4] after CLS answers are taken and nothing more comes", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(1);
  node.publish("one", "two");

  subscription.startClose();
  expect(subscription.finish(consumer.last.logId, consumer.last.seq)).toBeNull();
  subscription.ready(5);
  node.turn();

  expect(consumer.bodies).toEqual(["one"]);
});

test("[D4] a consumer that leaves while it is written to takes nothing with it but what it got", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(2, { msgTimeoutMs: 100 });
  const other = node.subscribe(0, { msgTimeoutMs: 100 });
  const seen: string[] = [];
  consumer.onWrite = (messages) => {
    seen.push(...messages.map(({ body }) => body.toString()));
    subscription.close();
    return false;
  };
  node.publish("a", "b", "c", "d");
  other.subscription.ready(10);
  node.turn();
  node.advance(100);

  expect(seen.length).toBeGreaterThan(0);
  expect(seen.length).toBeLessThanOrEqual(2);
  expect([...new Set(other.consumer.bodies)].sort()).toEqual(["a", "b", "c", "d"]);
});

test("[D4] an ephemeral channel whose last consumer leaves while it is written to is gone, quietly", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(5, { channel: "tail#ephemeral" });
  consumer.onWrite = () => {
    subscription.close();
    return true;
  };

  node.publishMany(20);
  node.turn();

  expect([...node.topic().channels.keys()]).toEqual([]);
  expect(node.broker.topics.get("orders")?.depth).toBe(0);
  node.advance(3_000, 1_000);
  expect(node.broker.memoryBytes).toBe(0);
});

test("[MS11] sample_rate n delivers n + 1 of a hundred; the others are finished unseen", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(2_500, { sampleRate: 9 });

  for (let n = 0; n < 10; n++) node.publishMany(1_000, 20, n * 1_000);

  expect(consumer.received.length).toBeGreaterThan(850);
  expect(consumer.received.length).toBeLessThan(1_150);
  expect(subscription.inFlight).toBe(consumer.received.length);
  expect([node.channel().depth, node.channel().inFlightCount]).toEqual([0, consumer.received.length]);
  const delivered = node.events
    .filter(({ kind }) => kind === "deliver")
    .reduce((sum, { count }) => sum + count, 0);
  expect(delivered).toBe(consumer.received.length);
});

test("[C3] a channel goes on when its window is full and its oldest message is held", () => {
  const node = new TestBroker();
  const held = node.subscribe(1, { msgTimeoutMs: 600_000 });
  node.publish("held");
  held.subscription.ready(0);
  const { consumer, subscription } = node.subscribe(2_500);
  let answered = 0;

  for (let n = 0; n < 80; n++) {
    node.publishMany(1_000, 20, n * 1_000);
    for (; answered < consumer.received.length; answered++) {
      const { logId, seq } = consumer.received[answered]!;
      subscription.finish(logId, seq);
    }
    node.turn();
  }

  expect(consumer.received).toHaveLength(80_000);
  expect(held.subscription.finish(held.consumer.last.logId, held.consumer.last.seq)).toBeNull();
});

test("[C3] more consumers than a window has room for hold all they are due", () => {
  const node = new TestBroker();
  const consumers = Array.from({ length: 30 }, () => node.subscribe(2_500));

  for (let n = 0; n < 75; n++) node.publishMany(1_000, 20, n * 1_000);

  expect(node.channel().inFlightCount).toBe(75_000);
  expect(node.channel().depth).toBe(0);
  for (const { consumer, subscription } of consumers) {
    for (const { logId, seq } of consumer.received) {
      if (subscription.finish(logId, seq) !== null) expect.unreachable();
    }
  }
  node.turn();
  expect(node.channel().inFlightCount).toBe(0);
});

test("[MS10] an ephemeral channel keeps its oldest mem-queue-size, and what a consumer takes at once is not dropped", () => {
  const node = new TestBroker({ memQueueSize: 10 });
  const { consumer, subscription } = node.subscribe(5, { channel: "tail#ephemeral" });

  node.publishMany(100);
  node.publishMany(100, 100, 100);
  expect(node.channel("tail#ephemeral").depth).toBe(10);
  for (let answered = 0; answered < consumer.received.length; answered++) {
    const { logId, seq } = consumer.received[answered]!;
    subscription.finish(logId, seq);
    node.turn();
  }

  expect(consumer.bodies.map((body) => Number.parseInt(body, 10))).toEqual(
    Array.from({ length: 15 }, (_, n) => n),
  );
});

test("[MS10] with mem-queue-size 0 an ephemeral channel still delivers to who is ready", () => {
  const node = new TestBroker({ memQueueSize: 0 });
  const { consumer } = node.subscribe(5, { channel: "tail#ephemeral" });

  node.publish("a", "b");
  node.answer();

  expect(consumer.bodies).toEqual(["a", "b"]);
});

test("[MS10] a slow ephemeral channel stays in few pieces, however long it is behind", () => {
  const node = new TestBroker({ memQueueSize: 1_000 });
  const { consumer, subscription } = node.subscribe(1, { channel: "tail#ephemeral" });
  const channel = node.channel("tail#ephemeral");
  node.publishMany(1_000, 20);

  for (let n = 0; n < 3_000; n++) {
    node.publishMany(2, 20, n);
    subscription.finish(consumer.last.logId, consumer.last.seq);
    node.turn();
    if (channel.windows.length > 66) expect.unreachable();
  }

  expect(channel.depth).toBeLessThanOrEqual(1_000);
  expect(consumer.received).toHaveLength(3_001);
  expect(node.broker.memoryBytes).toBeLessThan(8 * 1024 * 1024);
});

test("[MS10] a paused ephemeral topic keeps mem-queue-size, its channels no more", () => {
  const node = new TestBroker({ memQueueSize: 10 });
  node.channel("billing", "sparks#ephemeral");
  const topic = node.topic("sparks#ephemeral");
  node.broker.pauseTopic(topic, true);
  for (let n = 0; n < 50; n++) node.put(`${n}`, "sparks#ephemeral");
  node.turn();
  expect(topic.depth).toBe(10);

  node.broker.pauseTopic(topic, false);
  node.turn();
  for (let n = 0; n < 50; n++) node.put(`${n}`, "sparks#ephemeral");
  node.turn();

  expect(node.channel("billing", "sparks#ephemeral").depth).toBe(10);
  expect(topic.messageCount).toBe(100);
});
