import { expect, test } from "vitest";
import { TestBroker } from "./testing/test-broker.ts";
import { sealLogs } from "./topic-logs.ts";

const durability = { timeoutMs: 5_000, isDurable: (topic: string) => topic === "orders" };

test("[OW1] while the node may not, nothing durable is handed out, first or again; other topics go on", () => {
  let may = true;
  const node = new TestBroker({ durability, mayHandOut: () => may });
  const { consumer, subscription } = node.subscribe(10);
  node.publish("held");
  node.answer();
  const { logId, seq } = consumer.last;
  may = false;
  subscription.requeue(logId, seq, 0);
  node.publish("new");
  node.answer();
  expect(consumer.bodies).toEqual(["held"]);

  may = true;
  node.broker.durable.resume();
  node.turn();
  node.answer();

  expect(consumer.bodies.toSorted()).toEqual(["held", "held", "new"]);
});

test("[OW2] logs that are another node's are let go of: waiting, held, deferred, pending and unstored", () => {
  const node = new TestBroker({ durability });
  const { consumer, subscription } = node.subscribe(2);
  node.publish("held", "requeued", "held too", "waiting");
  node.answer();
  subscription.requeue(consumer.last.logId, consumer.last.seq, 1_000);
  node.broker.pauseTopic(node.topic(), true);
  node.publish("pending");
  node.answer();
  const answers: boolean[] = [];
  expect(node.put("unstored")).toBeNull();
  node.broker.durable.whenStored(node.topic().log!, (isStored) => answers.push(isStored));
  node.turn();
  const given = node.broker.durable.ids;

  node.broker.durable.giveUp((id) => given.includes(id));

  expect(answers).toEqual([false]);
  const channel = node.channel();
  expect([channel.depth, channel.inFlightCount, channel.deferredCount, node.topic().depth]).toEqual([
    0, 0, 0, 0,
  ]);
  expect(subscription.inFlight).toBe(0);
  expect(subscription.finish(consumer.received[0]!.logId, consumer.received[0]!.seq)).toBe(
    "ID not in flight",
  );
  node.answer();
  node.broker.pauseTopic(node.topic(), false);
  node.advance(120_000, 1_000);
  node.answer();
  expect(consumer.bodies).toEqual(["held", "requeued", "held too"]);
  expect(node.broker.memoryBytes).toBe(0);
});

test("[OW2] what comes after that goes to a log of its own, and other logs of the topic are not touched", () => {
  const node = new TestBroker({ durability });
  const { consumer } = node.subscribe(0);
  node.publish("given");
  node.answer();
  const given = node.broker.durable.ids;
  sealLogs(node.topic(), () => true);
  node.publish("kept");
  node.answer();

  node.broker.durable.giveUp((id) => given.includes(id));
  node.publish("new");
  node.answer();
  node.channel().subscriptions[0]!.ready(10);
  node.turn();
  node.answer();

  expect(consumer.bodies).toEqual(["kept", "new"]);
  expect(node.broker.durable.ids).not.toContain(given[0]);
});

test("[OW2] of a log that was taken over and given up again nothing is told, whether that flush was on its way or not", () => {
  const node = new TestBroker({ durability });
  const progress = node.broker.progress!;
  const nothing = {
    logId: new Uint32Array(),
    seq: new Uint32Array(),
    attempts: new Uint16Array(),
    dueMs: new Float64Array(),
  };
  const ranges = (logId: number) => [{ logId, from: 0, to: 3 }];
  const topic = (logId: number) => ({
    name: "orders",
    ranges: ranges(logId),
    deferred: nothing,
    channels: [],
  });
  node.restore([topic(90)]);
  const onItsWay = progress.take(true, () => true)!;
  node.restore([topic(91)]);

  node.broker.durable.giveUp(() => true);
  progress.lost(onItsWay);

  expect(onItsWay.restored).toEqual([90]);
  expect(progress.take(true, () => true)).toMatchObject({ restored: [], ended: [] });
});

test("[OW2] of all that is durable goes also what is only counted, as it is due later", () => {
  const node = new TestBroker({ durability });
  node.subscribe(0);
  node.publish("waiting");
  node.answer();
  node.channel().countScheduled(3);
  expect(node.channel().deferredCount).toBe(3);
  const logIds = node.broker.durable.ids;

  expect(node.broker.durable.giveUpAll()).toEqual(logIds);

  expect([node.channel().depth, node.channel().deferredCount]).toEqual([0, 0]);
  expect(node.broker.durable.ids).toEqual([]);
});

test("[OW2] who comes to wait for a log that was let go of in the same turn is refused, whatever is still said of it", () => {
  const node = new TestBroker({ durability });
  node.subscribe(1);
  const answers: boolean[] = [];
  expect(node.put("unstored")).toBeNull();
  const log = node.topic().log!;
  node.turn();

  node.broker.durable.giveUpAll();
  node.broker.durable.whenStored(log, (isStored) => answers.push(isStored));
  // The store tells the end of every write that it was given.
  node.answer();
  expect(answers).toEqual([]);
  node.advance(1);

  expect(answers).toEqual([false]);
});
