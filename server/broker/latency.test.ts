import { expect, test } from "vitest";
import { channelLatency, type LatencyFigures, topicLatency } from "./latency.ts";
import type { SeenMessage } from "./testing/messages.ts";
import { TestBroker, type TestBrokerOptions } from "./testing/test-broker.ts";

const windowMs = 60_000;
const followed = { latency: { quantiles: [1, 0.5], windowMs } };

function shown(figures: LatencyFigures | null) {
  expect(figures?.percentiles.map(({ quantile }) => quantile)).toEqual(followed.latency.quantiles);
  return { count: figures!.count, valuesMs: figures!.percentiles.map(({ ms }) => ms) };
}

function follow(options: TestBrokerOptions = {}) {
  const node = new TestBroker({ ...followed, ...options });
  const { consumer, subscription } = node.subscribe(100);
  return {
    node,
    consumer,
    subscription,
    finish: ({ logId, seq }: SeenMessage) => expect(subscription.finish(logId, seq)).toBeNull(),
    figures: () => shown(channelLatency(node.channel())),
  };
}

test("[LY1] a channel knows how long its messages took from publish to FIN", () => {
  const { node, consumer, finish, figures } = follow();
  expect(figures()).toEqual({ count: 0, valuesMs: [0, 0] });

  node.publish("quick", "quick too", "slow");
  const [one, two, three] = consumer.received;
  node.advance(10);
  finish(one!);
  finish(two!);
  node.advance(990);
  finish(three!);

  const { count, valuesMs } = figures();
  expect(count).toBe(3);
  expect(valuesMs[0]).toBeCloseTo(1_000, 3);
  expect(valuesMs[1]! / 10).toBeCloseTo(1, 1);
});

test("[LY1] what was requeued, touched, timed out or deferred took from its publish on", () => {
  const { node, consumer, subscription, finish, figures } = follow();
  node.publish("requeued", "touched", "timed out");
  const [requeued, touched] = consumer.received;

  node.advance(100);
  subscription.requeue(requeued!.logId, requeued!.seq, 0);
  subscription.touch(touched!.logId, touched!.seq);
  node.turn();
  finish(consumer.last);
  finish(touched!);
  expect(figures().valuesMs[0]).toBeCloseTo(100, 3);

  node.advance(60_000);
  finish(consumer.last);
  expect(figures().valuesMs[0]).toBeCloseTo(60_100, 3);

  node.defer("deferred", 90_000);
  node.advance(90_000);
  finish(consumer.last);
  expect(figures().valuesMs[0]).toBeCloseTo(90_000, 3);
});

test("[LY1] a message whose frame has left memory took as long as those stored with it", () => {
  const { node, consumer, finish, figures } = follow({ memQueueSize: 4, memBytes: 512 * 1024 });
  node.subscribe(0, { channel: "far behind" });
  node.publishMany(100, 4_000);
  node.answer();
  node.advance(2_000);
  node.answer();
  const [first] = consumer.received;
  expect(node.channel().windows[0]!.slabAt(first!.seq)).toBeUndefined();

  finish(first!);

  expect(figures().count).toBe(1);
  expect(figures().valuesMs[0]).toBeCloseTo(2_000, 3);
});

test("[LY1] what is older than the window is forgotten, looked at or not", () => {
  const { node, consumer, finish, figures } = follow();
  const publishAndFinish = (afterMs: number) => {
    node.publish("x");
    node.advance(afterMs);
    finish(consumer.last);
  };

  publishAndFinish(500);
  node.advance(windowMs / 2);
  publishAndFinish(5);
  expect(figures().count).toBe(2);
  expect(figures().valuesMs[0]).toBeCloseTo(500, 3);

  node.advance(windowMs / 2);
  expect(figures().count).toBe(1);
  expect(figures().valuesMs[0]).toBeCloseTo(5, 3);

  node.advance(3 * windowMs);
  expect(figures()).toEqual({ count: 0, valuesMs: [0, 0] });
  expect(node.channel().latency!.count).toBe(2);
});

test("[LY1] figures are the same object until they are others, so that nobody is told of nothing new", () => {
  const { node, consumer, finish } = follow();
  const figures = () => channelLatency(node.channel());
  const none = figures();
  node.advance(5 * windowMs);
  expect(figures()).toBe(none);

  node.publish("x");
  finish(consumer.last);
  const one = figures();
  expect(one).not.toBe(none);
  node.advance(windowMs / 2);
  expect(figures()).toBe(one);
});

test("[LY1] a topic's latency is that of its channels together; without any it is not known", () => {
  const { node, consumer, finish } = follow();
  node.topic("alone");
  const other = node.subscribe(100, { channel: "other" });
  node.publish("x");
  node.advance(10);
  finish(consumer.last);
  node.advance(10);
  other.subscription.finish(other.consumer.last.logId, other.consumer.last.seq);

  const { count, valuesMs } = shown(topicLatency(node.topic()));
  expect(count).toBe(2);
  expect(valuesMs[0]).toBeCloseTo(20, 3);
  expect(topicLatency(node.topic("alone"))).toBeNull();
});

test("[LY1] a clock that was set back makes no negative time", () => {
  const { node, consumer, finish, figures } = follow();
  node.publish("x");
  node.time.set(node.time.nowMs + 1, node.time.wallMs - 10_000);

  finish(consumer.last);

  expect(figures().valuesMs).toEqual([0, 0]);
});

test("[LY2] unless it is asked for nothing is kept", () => {
  const { node, consumer, finish } = follow({ latency: { quantiles: [], windowMs } });
  node.publish("x");
  finish(consumer.last);

  expect(node.channel().latency).toBeNull();
  expect(channelLatency(node.channel())).toBeNull();
  expect(topicLatency(node.topic())).toBeNull();
});
