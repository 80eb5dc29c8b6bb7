import { expect, test } from "vitest";
import type { TestBrokerOptions } from "./testing/test-broker.ts";
import { numbered, TestBroker } from "./testing/test-broker.ts";
import { setDurable } from "./topic-logs.ts";

const timeoutMs = 5_000;

function durableBroker(options: TestBrokerOptions = {}): TestBroker {
  const durability = { timeoutMs, isDurable: (topic: string) => topic === "orders" };
  return new TestBroker({ durability, ...options });
}

/** Publishes one message, and notes how its publisher is answered. */
function put(node: TestBroker, name: string, answers: string[]): void {
  expect(node.put(name)).toBeNull();
  node.broker.durable.whenStored(node.topic().log!, (isStored) =>
    answers.push(`${name} ${isStored ? "stored" : "late"}`),
  );
}

test("[DU1] nobody gets a message of a durable topic before the store has it", () => {
  const node = durableBroker();
  const { consumer } = node.subscribe(1_000);

  node.publishMany(50);
  expect(consumer.received).toHaveLength(0);
  node.answer();

  expect(consumer.received).toHaveLength(50);
});

test("[DU1] a durable topic is stored also while nobody wants it and while it is paused", () => {
  const node = durableBroker();
  node.publishMany(3);
  node.broker.pauseTopic(node.topic(), true);
  node.publishMany(3);
  node.answer();

  expect(node.topic().log!.storedTo).toBe(6);
  expect(node.topic().depth).toBe(6);
});

test("[DU1] other topics and ephemeral ones write nothing", () => {
  const node = durableBroker({ durability: { timeoutMs, isDurable: () => true } });
  const body = Buffer.from("x");
  const view = new DataView(body.buffer, body.byteOffset, 1);
  node.topic("t#ephemeral").put(body, view, 0, 1, null);
  node.turn();
  expect(node.backlog.writes).toHaveLength(0);

  const other = durableBroker();
  other.topic("memory").put(body, view, 0, 1, null);
  other.turn();
  expect(other.backlog.writes).toHaveLength(0);
});

test("[DU2] publishers are told in order, and not before the store has all up to their own", () => {
  const node = durableBroker();
  const answers: string[] = [];
  put(node, "a", answers);
  node.turn();
  put(node, "b", answers);
  put(node, "c", answers);
  node.turn();
  expect(node.backlog.writes).toHaveLength(1);

  node.backlog.finishWrite(0);
  expect(answers).toEqual(["a stored"]);
  node.turn();
  node.backlog.finishWrite(0);

  expect(answers).toEqual(["a stored", "b stored", "c stored"]);
});

test("[DU2] who has waited too long is told once; the message comes all the same", () => {
  const node = durableBroker();
  const { consumer } = node.subscribe(10);
  const answers: string[] = [];
  put(node, "a", answers);
  node.turn();

  node.advance(timeoutMs - 1);
  expect(answers).toEqual([]);
  put(node, "b", answers);
  node.advance(1);
  expect(answers).toEqual(["a late"]);
  node.answer();

  expect(answers).toEqual(["a late", "b stored"]);
  expect(consumer.received).toHaveLength(2);
});

test("[DU2] who waits for what an operator empties or deletes hears that it was taken", () => {
  const node = durableBroker();
  const answers: string[] = [];
  put(node, "a", answers);
  node.topic().empty();
  put(node, "b", answers);
  node.broker.deleteTopic("orders");

  expect(answers).toEqual(["a stored", "b stored"]);
});

test("[DU2] who comes to wait when the store has it already hears that in a later turn", () => {
  const node = durableBroker();
  node.publish("a");
  node.answer();
  const answers: boolean[] = [];

  node.broker.durable.whenStored(node.topic().log!, (isStored) => answers.push(isStored));
  expect(answers).toEqual([]);
  node.advance(20);

  expect(answers).toEqual([true]);
});

test("[DU3] a durable log has one write under way, and what comes meanwhile shares the next", () => {
  const node = durableBroker();
  node.publishMany(1);
  for (let turn = 0; turn < 20; turn++) node.publishMany(1);
  expect(node.backlog.writes.map(({ block }) => block.count)).toEqual([1]);

  node.backlog.finishWrite(0);
  node.turn();

  expect(node.backlog.writes.map(({ block }) => block.count)).toEqual([20]);
});

test("[DU4] a topic that becomes durable hands out first what it had, and then only what is stored", () => {
  const node = durableBroker({ durability: { timeoutMs, isDurable: () => false } });
  node.publish(...numbered(3, 20));
  setDurable(node.topic(), true);
  node.publish(...numbered(3, 20, 3));
  const { consumer } = node.subscribe(10);
  expect(consumer.received).toHaveLength(3);

  node.answer();

  expect(consumer.received.map(({ body }) => Number.parseInt(body.toString(), 10))).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
});

test("[DU4] a topic that ceases to be durable keeps its word for what was published before", () => {
  const node = durableBroker();
  const answers: string[] = [];
  const { consumer } = node.subscribe(10);
  put(node, "0", answers);
  setDurable(node.topic(), false);
  node.publish("1");
  expect(consumer.received).toHaveLength(0);

  node.answer();

  expect(answers).toEqual(["0 stored"]);
  expect(consumer.received.map(({ body }) => body.toString())).toEqual(["0", "1"]);
  node.publish("2");
  expect(consumer.received).toHaveLength(3);
});

test("[DU7] while the store may lose what it confirms, publishes to durable topics are refused at once, and others are not", () => {
  let refuses = true;
  const node = durableBroker({ refusesDurable: () => refuses });
  const body = Buffer.from("x");
  const view = new DataView(body.buffer, body.byteOffset, 1);
  const frame = Buffer.from([0, 0, 0, 1, 0x78]);
  const frameView = new DataView(frame.buffer, frame.byteOffset, frame.length);

  expect(node.put("a")).toBe("unkept");
  expect(node.topic().putMany(frame, frameView, 0, 1, null)).toBe("unkept");
  expect(node.topic().putDeferred(body, 1_000, null)).toBe("unkept");
  expect(node.topic("memory").put(body, view, 0, 1, null)).toBeNull();
  expect(node.topic().messageCount).toBe(0);

  refuses = false;
  expect(node.put("a")).toBeNull();
});

test("[DU3] want of memory has nothing written of a durable log before what is older", () => {
  const node = durableBroker({ memBytes: 20 * 1024 });
  node.publish("first");
  // More than two slabs in the turn in which the first message is on its way.
  for (const body of numbered(24, 500)) expect(node.put(body)).toBeNull();
  expect(node.topic().log!.slabs.length).toBeGreaterThan(2);
  expect(node.broker.pressure).not.toBe("refuse");
  node.turn();

  let storedTo = 0;
  for (let write = node.backlog.writes[0]; write !== undefined; write = node.backlog.writes[0]) {
    expect(write.block.firstSeq).toBe(storedTo);
    storedTo = write.block.endSeq;
    node.backlog.finishWrite(0);
    node.turn();
  }
  expect(storedTo).toBe(25);
});
