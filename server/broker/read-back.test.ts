import { expect, test } from "vitest";
import { storeUnfinished, takeCheckpoint } from "./departure.ts";
import type { Block } from "./ports.ts";
import { TestBroker } from "./testing/test-broker.ts";

/** A broker whose channel owes `count` messages that only the store has. */
function restored(count: number, bytes = 1_000, drop: (block: Block) => boolean = () => false) {
  const before = new TestBroker();
  before.channel();
  before.publishMany(count, bytes);
  storeUnfinished(before.broker, () => {});
  const stored = before.backlog.writes.filter(({ block }) => !drop(block)).length;
  before.backlog.writes = before.backlog.writes.filter(({ block }) => !drop(block));
  while (before.backlog.writes.length > 0) before.backlog.finishWrite(0);
  const after = new TestBroker({ backlog: before.backlog, firstLogId: 100 });
  after.restore(takeCheckpoint(before.broker, "all"));
  return { after, stored };
}

function numbersOf(bodies: readonly string[]): number[] {
  return bodies.map((body) => Number.parseInt(body, 10));
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test("[O3] a backlog comes back whole and in order, whatever the run lengths", () => {
  const { after } = restored(3_000);
  const { consumer, subscription } = after.subscribe(7);

  for (let round = 0; consumer.received.length < 3_000; round++) {
    if (round > 5_000) throw new Error("it does not come");
    after.answer();
    for (const { logId, seq } of consumer.received.slice(-7)) subscription.finish(logId, seq);
    after.turn();
  }

  expect(numbersOf(consumer.bodies)).toEqual(upTo(3_000));
  expect(after.lost).toEqual([]);
});

test("[O3] what is kept in memory of a backlog is bounded, however long it is", () => {
  const { after } = restored(6_000);
  const { consumer } = after.subscribe(1);
  after.answer();

  expect(consumer.received).toHaveLength(1);
  expect(after.broker.memoryBytes).toBeLessThan(3 * 1024 * 1024);
  expect(after.backlog.reads).toEqual([]);
});

test("[O3] only the channel that needs the store waits for it", () => {
  const { after } = restored(100);
  const slow = after.subscribe(5);
  const fast = after.subscribe(5, { channel: "mail" });

  after.publish("new");

  expect(fast.consumer.bodies).toEqual(["new"]);
  expect(slow.consumer.received).toEqual([]);
  after.answer();
  expect(slow.consumer.received).toHaveLength(5);
});

test("[O5] what the store lost is gone over, counted and said; what was read before it is delivered", () => {
  const { after } = restored(300, 1_000, (block) => block.firstSeq >= 60 && block.endSeq <= 240);
  const held = new Set(
    after.backlog.blocks.flatMap((block) => upTo(block.endSeq).filter((seq) => seq >= block.firstSeq)),
  );
  const { consumer, subscription } = after.subscribe(3);

  for (let round = 0; round < 400; round++) {
    after.answer();
    for (const { logId, seq } of consumer.received.slice(-3)) subscription.finish(logId, seq);
    after.turn();
  }

  expect(held.size).toBeLessThan(300);
  expect(numbersOf(consumer.bodies)).toEqual(upTo(300).filter((seq) => held.has(seq)));
  expect(after.lost.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(300 - held.size);
  expect(after.channel().lostCount).toBe(300 - held.size);
  expect(after.channel().depth).toBe(0);
});

test("[O5] a backlog whose end is missing gives what there is, all of it", () => {
  const { after } = restored(300, 1_000, (block) => block.firstSeq >= 100);
  const there = Math.max(...after.backlog.blocks.map(({ endSeq }) => endSeq));
  const { consumer, subscription } = after.subscribe(10);

  for (let round = 0; round < 60; round++) {
    after.answer();
    for (const { logId, seq } of consumer.received.slice(-10)) subscription.finish(logId, seq);
    after.turn();
  }

  expect(numbersOf(consumer.bodies)).toEqual(upTo(there));
  expect(after.lost).toEqual([{ channel: "billing", from: there, to: 300 }]);
});

test("[O3] a store that is away is asked again at the next tick, and nothing is lost meanwhile", () => {
  const { after } = restored(100);
  const { consumer } = after.subscribe(5);
  after.backlog.away = true;

  after.answer();
  expect(consumer.received).toEqual([]);
  expect(after.backlog.reads).toEqual([]);
  after.advance(20);
  expect(after.backlog.reads).toHaveLength(1);
  after.backlog.away = false;
  after.answer();

  expect(numbersOf(consumer.bodies)).toEqual(upTo(5));
  expect(after.lost).toEqual([]);
});

test("[O3] a single message is found in its run although a loose block reaches over it", () => {
  const { after } = restored(100);
  const run = after.backlog.blocks.find(({ count }) => count > 10)!;
  const { bytes, firstSeq } = run;
  const ofFrame = (seq: number) => (seq - firstSeq) * (34 + 1_000);
  const frame = (seq: number) => bytes.subarray(ofFrame(seq), ofFrame(seq + 1));
  const around = Buffer.concat([frame(firstSeq), frame(run.endSeq - 1)]);
  after.backlog.write("orders", { ...run, loose: true, count: 2, bytes: around }, () => {});
  after.backlog.finishWrite(0);
  const { consumer, subscription } = after.subscribe(100);
  after.answer();
  for (const { logId, seq } of consumer.received) {
    if (seq === firstSeq + 5) subscription.requeue(logId, seq, 1_000);
    else subscription.finish(logId, seq);
  }
  after.turn();

  // Nobody keeps frames over a crash: the message is looked for in the store.
  const again = new TestBroker({ backlog: after.backlog, firstLogId: 200 });
  again.restore(takeCheckpoint(after.broker, "stored"));
  const other = again.subscribe(10);
  again.advance(1_000);
  again.answer();

  expect(numbersOf(other.consumer.bodies)).toEqual([firstSeq + 5]);
  expect(other.consumer.last.attempts).toBe(2);
  expect(again.lost).toEqual([]);
});

test("[O3] a channel that is emptied or deleted while it reads gets nothing of it", () => {
  for (const end of ["empty", "delete"] as const) {
    const { after } = restored(100);
    const { consumer } = after.subscribe(5);
    expect(after.backlog.reads).toHaveLength(1);

    if (end === "empty") after.channel().empty();
    else after.topic().deleteChannel("billing");
    after.turn();
    after.answer();
    after.publish("new");

    expect(consumer.bodies).toEqual(end === "empty" ? ["new"] : []);
    expect(consumer.closed).toBe(end === "delete");
    expect(after.backlog.blocks).toEqual([]);
    expect(after.lost).toEqual([]);
  }
});

test("[O3] a store that is away is not asked at every turn", () => {
  const { after } = restored(100);
  const { subscription } = after.subscribe(5);
  after.backlog.away = true;
  after.answer();

  for (let n = 0; n < 10; n++) {
    subscription.ready(5 + n);
    after.turn();
  }
  expect(after.backlog.reads).toEqual([]);
  after.advance(20);

  expect(after.backlog.reads).toHaveLength(1);
});

test("[O7] short of memory, requeued messages that the store has do not keep their frames", () => {
  const { after } = restored(2_000);
  const tight = new TestBroker({ backlog: after.backlog, firstLogId: 300, memBytes: 256 * 1024 });
  tight.restore(takeCheckpoint(after.broker, "all"));
  const { consumer, subscription } = tight.subscribe(50);
  for (let n = 0; n < 2_000; n += 50) {
    tight.answer();
    for (const { logId, seq } of consumer.received.slice(-50)) subscription.requeue(logId, seq, 60_000);
    tight.turn();
  }

  expect(tight.channel().deferredCount).toBe(2_000);
  expect(tight.broker.memoryBytes).toBeLessThan(2_000 * 600);
  for (
    let n = 0;
    n < 200 && tight.channel().inFlightCount + tight.channel().depth + tight.channel().deferredCount > 0;
    n++
  ) {
    tight.advance(n === 0 ? 60_000 : 1);
    tight.answer();
    for (const { logId, seq } of consumer.received) subscription.finish(logId, seq);
    tight.turn();
  }
  expect(consumer.received).toHaveLength(4_000);
  expect(tight.lost).toEqual([]);
});

test("[O3] every block is read about once, and one held message keeps no more than a few of them", () => {
  const { after } = restored(6_000);
  const { consumer, subscription } = after.subscribe(100);
  const bytes = { asked: 0, most: 0 };
  const { backlog } = after;
  const ask = backlog.read.bind(backlog);
  backlog.read = (range, done) => {
    ask(range, (blocks) => {
      for (const block of blocks ?? []) bytes.asked += block.bytes.length;
      done(blocks);
    });
  };
  let answered = 1;

  for (let round = 0; consumer.received.length < 6_000; round++) {
    if (round > 1_000) throw new Error("it does not come");
    after.answer();
    for (; answered < consumer.received.length; answered++) {
      const { logId, seq } = consumer.received[answered]!;
      subscription.finish(logId, seq);
    }
    after.turn();
    bytes.most = Math.max(bytes.most, after.broker.pool.usedBytes);
  }

  expect(bytes.asked).toBeLessThan(1.1 * 6_000 * 1_034);
  expect(bytes.most).toBeLessThan(3 * 1024 * 1024);
  expect(subscription.finish(consumer.received[0]!.logId, consumer.received[0]!.seq)).toBeNull();
});
