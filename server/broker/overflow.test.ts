import { expect, test } from "vitest";
import { TestBroker } from "./testing/test-broker.ts";

test("[O1] a topic that keeps more than mem-queue-size has its oldest blocks written, and nobody else's", () => {
  const node = new TestBroker({ memQueueSize: 100 });
  node.publishMany(2_000, 500);
  node.put("x".repeat(500), "small");
  node.answer();

  const { log } = node.topic();
  const stored = node.backlog.blocks;
  expect(stored.length).toBeGreaterThan(2);
  expect(stored.every(({ logId }) => logId === log?.id)).toBe(true);
  expect(Math.max(...stored.map(({ endSeq }) => endSeq))).toBeLessThanOrEqual(1_900);
  expect(log?.residentFrom).toBeGreaterThan(0);
  expect(node.topic().depth).toBe(2_000);
  expect(node.topic().backendDepth).toBe(1_900);
});

test("[O1] a channel that keeps up never touches the store, however far behind its sister is", () => {
  const node = new TestBroker({ memQueueSize: 10 });
  const { consumer, subscription } = node.subscribe(1_000);
  node.channel("mail");
  let read = 0;
  const { backlog } = node;
  const ask = backlog.read.bind(backlog);
  backlog.read = (range, done) => {
    read++;
    ask(range, done);
  };

  for (let n = 0; n < 300; n++) {
    node.publishMany(10, 300, n * 10);
    node.answer();
    for (const { logId, seq } of consumer.received.slice(-10)) subscription.finish(logId, seq);
    node.turn();
  }

  expect(consumer.received).toHaveLength(3_000);
  expect(backlog.blocks.length).toBeGreaterThan(2);
  expect(read).toBe(0);
  expect(node.channel("mail").backendDepth).toBeGreaterThanOrEqual(2_990);
});

test("[O2] a slab leaves memory when the last of its blocks is durable, oldest first", () => {
  const node = new TestBroker({ memQueueSize: 10 });
  node.publishMany(3_000, 500);
  const used = node.broker.pool.usedBytes;
  expect(node.backlog.writes.length).toBeGreaterThan(4);

  for (let n = node.backlog.writes.length - 1; n > 0; n--) node.backlog.finishWrite(n);
  const withoutTheFirst = node.broker.pool.usedBytes;
  expect(node.topic().log?.residentFrom).toBe(0);
  node.backlog.finishWrite(0);

  expect(withoutTheFirst).toBe(used);
  expect(node.topic().log?.residentFrom).toBe(649);
  expect(node.broker.pool.usedBytes).toBeLessThan(used);
});

test("[O4] with mem-queue-size 0 nobody gets a message before it is stored, and the order is kept", () => {
  const node = new TestBroker({ memQueueSize: 0 });
  const { consumer } = node.subscribe(1_000);

  node.publishMany(50);
  node.publishMany(50, 100, 50);
  expect(consumer.received).toEqual([]);
  while (node.backlog.writes.length > 0) {
    node.backlog.finishWrite(node.backlog.writes.length - 1);
    node.turn();
  }

  expect(consumer.received.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, seq) => seq));
});

test("[O4] what waited in a log that was sealed is stored first too, and goes out before what is newer", () => {
  const node = new TestBroker({ memQueueSize: 0 });
  const { consumer } = node.subscribe(1_000);
  node.publishMany(200);
  node.broker.sealLogs(0, 2 ** 32);
  node.publishMany(200, 100, 200);
  expect(consumer.received).toEqual([]);

  while (node.backlog.writes.length > 0) {
    node.backlog.finishWrite(node.backlog.writes.length - 1);
    node.turn();
    for (const { logId, seq } of consumer.received) {
      if (!node.backlog.wasStored(logId, seq)) expect.unreachable();
    }
  }

  const numbers = consumer.bodies.map((body) => Number.parseInt(body, 10));
  expect(numbers).toEqual(Array.from({ length: 400 }, (_, n) => n));
});

test("[O6] what is emptied or deleted while it is being written leaves nothing in the store", () => {
  for (const end of ["empty", "delete"] as const) {
    const node = new TestBroker({ memQueueSize: 10 });
    node.publishMany(1_000, 500);
    expect(node.backlog.writes.length).toBeGreaterThan(0);

    if (end === "empty") node.topic().empty();
    else node.broker.deleteTopic("orders");
    node.turn();
    node.answer();
    node.advance(3_000, 1_000);

    expect(node.backlog.blocks).toEqual([]);
    expect(node.broker.memoryBytes).toBe(0);
    expect(node.broker.overflow.writingBytes).toBe(0);
  }
});

test("[O6] what was consumed while it was being written is forgotten in the store", () => {
  const node = new TestBroker({ memQueueSize: 10 });
  node.publishMany(1_000, 500);
  const { consumer, subscription } = node.subscribe(2_500);
  for (const { logId, seq } of consumer.received) subscription.finish(logId, seq);
  node.turn();
  node.advance(1_000);

  node.answer();
  node.advance(3_000, 1_000);

  expect(consumer.received).toHaveLength(1_000);
  expect(node.backlog.blocks).toEqual([]);
  expect(node.broker.memoryBytes).toBe(0);
});

test("[O6] an emptied topic's old log goes when its channels are done with it", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(1);
  node.publish("one");
  node.broker.pauseTopic(node.topic(), true);
  node.publish("two");
  node.topic().empty();
  node.turn();

  subscription.finish(consumer.last.logId, consumer.last.seq);
  node.turn();
  node.advance(1_000);

  expect(node.topic().logs).toEqual([]);
  expect(node.broker.memoryBytes).toBe(0);
});

test("[O7] beyond mem-bytes, with the store away, publishes are refused; nothing that was taken is lost", () => {
  const node = new TestBroker({ memBytes: 256 * 1024 });
  let taken = 0;
  while (node.put("y".repeat(1_000)) === null) taken++;
  node.turn();
  expect(node.broker.pressure).toBe("refuse");
  expect(node.broker.memoryBytes).toBeLessThan(2 * 256 * 1024);

  node.advance(1_000);
  node.answer();
  expect(node.broker.pressure).toBe("none");
  const { consumer, subscription } = node.subscribe(100);
  for (let round = 0; round < 100; round++) {
    node.answer();
    for (const { logId, seq } of consumer.received.slice(-100)) subscription.finish(logId, seq);
    node.turn();
  }

  expect(taken).toBeGreaterThan(100);
  expect(new Set(consumer.received.map(({ seq }) => seq)).size).toBe(taken);
});

test("[O7] deferred publishes that have not left their topic count as memory", () => {
  const node = new TestBroker({ memBytes: 64 * 1024 });
  const body = Buffer.alloc(1_000);
  let taken = 0;
  while (taken < 1_000 && node.topic().putDeferred(body, 1_000, null) === null) taken++;

  expect(taken).toBeLessThan(64);
  node.topic().empty();
  expect(node.broker.memoryBytes).toBe(0);
});

test("[O7] what is short of memory goes on filling slabs: not every message begins one", () => {
  const node = new TestBroker({ memBytes: 1024 * 1024 });
  // Exceptions take the larger half of memory, and cannot be written.
  for (let n = 0; n < 550; n++) node.defer("z".repeat(1_000), 3_600_000);
  node.subscribe(1, { channel: "tail" });
  const before = node.topic().log?.slabs.length ?? 0;

  for (let n = 0; n < 100; n++) node.publish(`message ${n}`);

  expect((node.topic().log?.slabs.length ?? 0) - before).toBeLessThan(5);
});

test("[O7] a slab of which nobody needs anything is not written when memory is short", () => {
  const node = new TestBroker({ memBytes: 64 * 1024 });
  const { consumer, subscription } = node.subscribe(100);
  node.publish("one");
  subscription.finish(consumer.last.logId, consumer.last.seq);
  node.turn();
  node.broker.chargeExceptions(60 * 1024);

  node.advance(1_000);

  expect(node.backlog.writes).toEqual([]);
});

test("[C3] messages held for long do not pin more than eight slabs, and do pin those", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(2_500);
  node.channel("mail");
  node.publishMany(60, 500);
  expect(node.topic().log?.slabs.length).toBeGreaterThan(2);
  expect(node.channel().exceptions.size).toBe(0);

  while ((node.topic().log?.slabs.length ?? 0) < 12) node.publishMany(200, 5_000);

  const { exceptions } = node.channel();
  expect(exceptions.size).toBeGreaterThan(0);
  expect(exceptions.get(node.topic().log!, consumer.received[0]!.seq)?.state).toBe("held");
  for (const { logId, seq } of consumer.received) expect(subscription.finish(logId, seq)).toBeNull();
});
