import { expect, test } from "vitest";
import { logSeqMax } from "./log.ts";
import { releaseIdle } from "./retention.ts";
import { TestBroker } from "./testing/test-broker.ts";

test("[T2] the first channel gets what waited, a later one what comes later", () => {
  const node = new TestBroker();
  node.publish("one", "two");
  expect(node.topic().depth).toBe(2);

  const first = node.subscribe(10);
  const second = node.subscribe(10, { channel: "mail" });
  node.publish("three");

  expect(first.consumer.bodies).toEqual(["one", "two", "three"]);
  expect(second.consumer.bodies).toEqual(["three"]);
  expect(node.topic().depth).toBe(0);
});

test("[T2] a paused topic keeps what is published; a channel made meanwhile gets it too", () => {
  const node = new TestBroker();
  const first = node.subscribe(10);
  node.broker.pauseTopic(node.topic(), true);

  node.publish("one");
  node.defer("later", 100);
  const second = node.subscribe(10, { channel: "mail" });
  node.advance(500);
  expect([node.topic().depth, first.consumer.received.length]).toEqual([2, 0]);
  node.broker.pauseTopic(node.topic(), false);
  node.turn();

  for (const { consumer } of [first, second]) expect(consumer.bodies).toEqual(["one"]);
  node.advance(99);
  expect(first.consumer.bodies).toEqual(["one"]);
  node.advance(1);
  for (const { consumer } of [first, second]) expect(consumer.bodies).toEqual(["one", "later"]);
});

test("[T3] every channel made while a topic is held gets what was published meanwhile, in order", () => {
  const node = new TestBroker();
  node.topic().awaitsChannels = true;

  node.publish("one");
  const first = node.subscribe(10);
  node.publish("two");
  const second = node.subscribe(10, { channel: "mail" });
  expect([node.topic().depth, first.consumer.received.length]).toEqual([2, 0]);
  node.topic().release();
  node.turn();
  node.publish("three");

  for (const { consumer } of [first, second]) expect(consumer.bodies).toEqual(["one", "two", "three"]);
  expect(node.topic().depth).toBe(0);
});

test("[T2] emptying a topic drops what has not left it; what its channels have stays", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(1);
  node.publish("one", "two");
  node.broker.pauseTopic(node.topic(), true);
  node.publish("three");
  node.defer("four", 100);

  expect(node.topic().empty()).toBe(2);
  node.broker.pauseTopic(node.topic(), false);
  node.turn();
  node.publish("five");
  for (let n = 0; n < 3; n++) {
    subscription.finish(consumer.last.logId, consumer.last.seq);
    node.turn();
  }
  node.advance(1_000);

  expect(consumer.bodies).toEqual(["one", "two", "five"]);
  const ids = new Set(consumer.received.map(({ id }) => id));
  expect(ids.size).toBe(3);
});

test("[C1] a deleted channel or topic leaves nothing, and its consumers are closed", () => {
  const node = new TestBroker();
  const billing = node.subscribe(1);
  const mail = node.subscribe(1, { channel: "mail" });
  node.publish("one", "two");
  billing.subscription.requeue(billing.consumer.last.logId, billing.consumer.last.seq, 1_000);

  node.topic().deleteChannel("billing");
  node.turn();
  expect([billing.consumer.closed, mail.consumer.closed]).toEqual([true, false]);
  node.broker.deleteTopic("orders");
  node.turn();
  node.advance(2_000);

  expect(mail.consumer.closed).toBe(true);
  expect(node.broker.memoryBytes).toBe(0);
  expect(node.heard).toEqual([
    "+orders",
    "+orders/billing",
    "+orders/mail",
    "-orders/billing",
    "-orders/mail",
    "-orders",
  ]);
});

test("[L1] a topic that is deleted and made again begins other ids", () => {
  const node = new TestBroker();
  const first = node.subscribe(1);
  node.publish("one");
  node.broker.deleteTopic("orders");
  const second = node.subscribe(1);
  node.publish("one");

  expect(second.consumer.last.id).not.toBe(first.consumer.last.id);
  expect(first.subscription.finish(second.consumer.last.logId, second.consumer.last.seq)).toBe(
    "ID not in flight",
  );
});

test("[L4] a full log is followed by another, and what had not left the topic is not lost", () => {
  const node = new TestBroker();
  const { consumer } = node.subscribe(100);
  node.publish("one");
  const log = node.topic().log!;
  releaseIdle(node.topic());
  log.releaseIdle(0);
  log.closeSlab();
  for (const field of ["tail", "handedTo"] as const) log[field] = logSeqMax - 3;
  const channel = node.channel();
  channel.windows[0]!.jump(logSeqMax - 3);

  for (const body of ["two", "three", "four", "five", "six"]) node.put(body);
  expect(node.topic().log).not.toBe(log);
  node.turn();
  node.publish("seven");

  expect(consumer.bodies).toEqual(["one", "two", "three", "four", "five", "six", "seven"]);
  expect(consumer.received[3]?.seq).toBe(logSeqMax - 1);
  expect(consumer.received[4]?.seq).toBe(0);
  expect(channel.messageCount).toBe(7);
});

test("[L4] deferred publishes go on in another log too", () => {
  const node = new TestBroker();
  const { consumer } = node.subscribe(10);
  node.defer("one", 0);
  const [log] = node.topic().logs;
  log!.tail = logSeqMax;
  node.defer("two", 0);

  expect(consumer.bodies).toEqual(["one", "two"]);
  expect(consumer.last.logId).not.toBe(log!.id);
  expect(consumer.last.seq).toBe(0);
});

test("[T2] a channel made during a turn gets what is published after it", () => {
  const node = new TestBroker();
  node.channel();
  node.turn();

  node.put("one");
  node.channel("mail");
  node.put("two");
  node.turn();

  expect([node.channel().depth, node.channel("mail").depth]).toEqual([2, 1]);
  expect([node.channel().messageCount, node.channel("mail").messageCount]).toEqual([2, 1]);
});

test("[O7] a node that stops refuses publishes", () => {
  const node = new TestBroker();
  node.topic();
  node.broker.exiting = true;
  expect(node.put("one")).toBe("exiting");
  expect(node.topic().putDeferred(Buffer.from("x"), 1, null)).toBe("exiting");
});

test("[L1] logs whose ids are another node's take no more messages, and lose none", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(1);
  node.publish("one", "two");
  node.broker.pauseTopic(node.topic(), true);
  node.publish("three");
  node.defer("four", 100);
  const lost = new Set(consumer.received.map(({ logId }) => logId));

  node.broker.sealLogs(0, 2 ** 32);
  node.broker.pauseTopic(node.topic(), false);
  node.publish("five");
  for (let n = 0; n < 5; n++) {
    subscription.finish(consumer.last.logId, consumer.last.seq);
    node.advance(100);
  }

  expect(consumer.bodies.toSorted()).toEqual(["five", "four", "one", "three", "two"]);
  expect(lost.has(consumer.received.find(({ body }) => body.toString() === "five")?.logId ?? 0)).toBe(false);
});

test("[L1] many messages at once are the same as one by one, up to the one there is no room for", () => {
  const wire = (...bodies: string[]) => {
    const parts = bodies.map((body) => {
      const part = Buffer.alloc(4 + body.length, body, "latin1");
      part.writeUInt32BE(body.length);
      part.write(body, 4, "latin1");
      return part;
    });
    return Buffer.concat([Buffer.from("xx"), ...parts]);
  };
  const put = (node: TestBroker, ...bodies: string[]) => {
    const bytes = wire(...bodies);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return { end: bytes.length, put: node.topic().putMany(bytes, view, 2, bodies.length, null) };
  };
  const node = new TestBroker({ memBytes: 16 * 1024 });
  const { consumer } = node.subscribe(10);

  const whole = put(node, "one", "three", "x");
  node.turn();
  expect(whole.put).toBe(whole.end);
  expect(consumer.bodies).toEqual(["one", "three", "x"]);
  expect([node.topic().messageCount, node.topic().messageBytes]).toEqual([3, 9]);

  expect(put(node, "last", "x".repeat(20_000)).put).toBe("full");
  node.turn();
  expect(consumer.bodies).toEqual(["one", "three", "x", "last"]);
  expect(node.topic().messageCount).toBe(4);
});
