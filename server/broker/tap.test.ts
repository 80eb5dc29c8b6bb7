import { expect, test } from "vitest";
import type { TapReader } from "./tap.ts";
import { messagesIn } from "./testing/messages.ts";
import { TestBroker } from "./testing/test-broker.ts";

class Watcher implements TapReader {
  readonly shown: string[] = [];
  skipped = 0;
  ended = 0;
  wants = true;

  show(frame: Uint8Array): boolean {
    if (!this.wants) return false;
    for (const { body } of messagesIn(frame)) this.shown.push(body.toString());
    return true;
  }

  skip(count: number): void {
    this.skipped += count;
  }

  end(): void {
    this.ended++;
  }
}

test("[V1] a tap sees what is published from now on, and takes nothing from anyone", () => {
  const node = new TestBroker();
  const { consumer, subscription } = node.subscribe(10);
  node.publish("before");
  const watcher = new Watcher();
  const tap = node.topic().tap(watcher);

  node.publish("one");
  node.publish("two", "three");
  tap.close();
  node.publish("after");

  expect(watcher.shown).toEqual(["one", "two", "three"]);
  expect(watcher.ended).toBe(1);
  expect(consumer.bodies).toEqual(["before", "one", "two", "three", "after"]);
  expect(node.channel().subscriptions).toHaveLength(1);
  for (const { logId, seq } of consumer.received) subscription.finish(logId, seq);
  node.turn();
  node.advance(2_000, 1_000);
  expect(node.broker.memoryBytes).toBe(0);
});

test("[V1] under load a tap shows some of each turn and counts the rest", () => {
  const node = new TestBroker();
  const watcher = new Watcher();
  node.topic().tap(watcher);

  node.publishMany(1_000, 20);
  watcher.wants = false;
  node.publishMany(10, 20);

  expect(watcher.shown).toHaveLength(16);
  expect(watcher.shown.length + watcher.skipped).toBe(1_010);
});

test("[V1] a tap follows its topic into its next log, and ends with it", () => {
  const node = new TestBroker();
  const watcher = new Watcher();
  node.publish("before");
  node.topic().tap(watcher);
  node.topic().empty();
  node.publish("one", "two");
  expect(watcher.shown).toEqual(["one", "two"]);

  node.broker.deleteTopic("orders");

  expect(watcher.ended).toBe(1);
});
