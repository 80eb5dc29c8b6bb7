import { expect, test } from "vitest";
import { scheduleFromMs } from "./schedule.ts";
import { MemorySchedule } from "./testing/memory-schedule.ts";
import { TestBroker } from "./testing/test-broker.ts";

const durability = { timeoutMs: 5_000, isDurable: (topic: string) => topic === "orders" };

function scheduling(): { node: TestBroker; schedule: MemorySchedule } {
  const schedule = new MemorySchedule();
  const node = new TestBroker({ durability, schedule });
  schedule.horizonMs = node.time.wallMs + 10_000;
  return { node, schedule };
}

/** Takes a flush as a store does, and says that it is there. */
function flush(node: TestBroker) {
  const taken = node.broker.progress!.take(false, () => true);
  node.broker.progress!.saved();
  return taken;
}

test("[SH1] a deferred publish counts, and is anybody's, only when the schedule has it", () => {
  const { node, schedule } = scheduling();
  const channel = node.channel();
  const answers: boolean[] = [];
  node.defer("x", 1_000);
  node.broker.durable.whenStored(node.topic().deferred.log!, (isStored) => answers.push(isStored));
  node.turn();
  expect([answers, channel.deferredCount]).toEqual([[], 0]);

  schedule.work();

  expect([answers, channel.deferredCount]).toEqual([[true], 1]);
});

test("[SH1] what is due soon comes when it is due, and leaves the schedule with its FIN", () => {
  const { node, schedule } = scheduling();
  const { consumer, subscription } = node.subscribe(10);
  node.defer("x", 1_000);
  schedule.work();
  node.advance(999);
  expect(consumer.received).toHaveLength(0);
  node.advance(1);
  expect(consumer.bodies).toEqual(["x"]);

  const { logId, seq } = consumer.last;
  subscription.finish(logId, seq);
  expect(schedule.rows.size).toBe(1);
  schedule.work();

  expect(schedule.rows.size).toBe(0);
});

test("[SH1] a clock that is set while the schedule is at it makes a message neither early nor late", () => {
  const { node, schedule } = scheduling();
  const hourMs = 3_600_000;
  const { consumer } = node.subscribe(10);
  for (const jumpMs of [-hourMs, hourMs]) {
    node.defer(`x${jumpMs}`, 1_000);
    node.time.set(node.time.nowMs + 300, node.time.wallMs + 300 + jumpMs);
    schedule.work();
    node.advance(699);
    expect(consumer.bodies).not.toContain(`x${jumpMs}`);
    node.advance(1);
    expect(consumer.bodies).toContain(`x${jumpMs}`);
  }
});

test("[SH1] what is due late costs no memory, counts as deferred, and comes as it is read back", () => {
  const { node, schedule } = scheduling();
  const { consumer } = node.subscribe(10);
  const before = node.broker.memoryBytes;
  node.defer("x", 60_000);
  schedule.work();
  expect(node.broker.memoryBytes).toBe(before);
  expect(node.channel().deferredCount).toBe(1);
  node.advance(55_000, 5_000);

  for (const message of schedule.rows.values()) node.broker.durable.bring(message, "billing", false);
  node.advance(5_000);

  expect(consumer.bodies).toEqual(["x"]);
  expect(node.channel().deferredCount).toBe(0);
});

test("[SH2] a paused topic's deferred publish is nobody's until it leaves", () => {
  const { node, schedule } = scheduling();
  node.channel();
  node.broker.pauseTopic(node.topic(), true);
  node.defer("x", 1_000);
  schedule.work();
  expect([...schedule.rows.keys()]).toEqual(["1/0/"]);

  node.channel("later");
  node.broker.pauseTopic(node.topic(), false);
  node.turn();
  schedule.work();

  expect([...schedule.rows.keys()].sort()).toEqual(["1/0/billing", "1/0/later"]);
  expect([node.channel().deferredCount, node.channel("later").deferredCount]).toEqual([1, 1]);
});

test("[SH3] a flush says that a message has left its log only after the schedule has it", () => {
  const { node, schedule } = scheduling();
  const { consumer, subscription } = node.subscribe(10);
  node.publish("x");
  node.answer();
  flush(node);
  const { logId, seq } = consumer.last;
  subscription.requeue(logId, seq, scheduleFromMs);
  node.turn();
  schedule.work();
  expect(schedule.rows.size).toBe(0);

  expect(flush(node)?.topics[0]?.channels[0]?.owed).toMatchObject({
    seq: Uint32Array.of(0),
    attempts: Uint16Array.of(1),
  });
  node.turn();
  expect(node.channel().exceptions.size).toBe(1);
  schedule.work();

  expect([...schedule.rows.values()]).toMatchObject([{ logId, seq, attempts: 1 }]);
  expect(node.channel().exceptions.size).toBe(0);
  expect(node.channel().deferredCount).toBe(1);
  expect(flush(node)?.topics[0]?.channels[0]?.gone.seq).toEqual(Uint32Array.of(0));
});

test("[SH3] a message that came and was finished while the schedule was away is not left in it", () => {
  const { node, schedule } = scheduling();
  const { consumer, subscription } = node.subscribe(10);
  node.publish("x");
  node.answer();
  const { logId, seq } = consumer.last;
  subscription.requeue(logId, seq, scheduleFromMs);
  node.turn();
  flush(node);
  node.advance(scheduleFromMs);
  subscription.finish(logId, seq);

  schedule.work();

  expect(schedule.rows.size).toBe(0);
});

test("[PR4] the OK of a topic waits for the flush that has its new channel, and no longer", () => {
  const { node } = scheduling();
  node.broker.progress!.isKept = true;
  const answers: string[] = [];
  const put = (body: string) => {
    node.put(body);
    node.broker.durable.whenStored(node.topic().log!, (isStored) => answers.push(`${body} ${isStored}`));
    node.turn();
    node.answer();
  };
  put("before any channel");
  expect(answers).toEqual(["before any channel true"]);

  node.channel();
  put("a");
  expect(answers).toHaveLength(1);
  expect(node.broker.progress!.isUrgent).toBe(true);
  flush(node);
  expect(answers).toHaveLength(2);
  put("b");

  expect(answers.slice(1)).toEqual(["a true", "b true"]);
});

test("[PR4] a flush that was lost confirms nothing", () => {
  const { node } = scheduling();
  const { progress } = node.broker;
  progress!.isKept = true;
  node.channel();
  const answers: boolean[] = [];
  node.put("a");
  node.broker.durable.whenStored(node.topic().log!, (isStored) => answers.push(isStored));
  node.turn();
  node.answer();

  progress!.lost(progress!.take(false, () => true)!);
  progress!.saved();
  expect(answers).toEqual([]);
  progress!.take(true, () => true);
  progress!.saved();

  expect(answers).toEqual([true]);
});

test("[PR3] topics of class memory have nothing to write down, and nothing that happens twice is written twice", () => {
  const { node } = scheduling();
  node.topic("memory").ensureChannel("c");
  const body = Buffer.from("x");
  node.topic("memory").put(body, new DataView(body.buffer, body.byteOffset, 1), 0, 1, null);
  node.turn();
  expect(flush(node)).toBeNull();

  node.subscribe(0);
  node.publish("x");
  node.answer();
  expect(flush(node)).not.toBeNull();
  node.channel().markDirty();
  node.topic().markDirty();
  node.turn();

  expect(flush(node)).toBeNull();
});
