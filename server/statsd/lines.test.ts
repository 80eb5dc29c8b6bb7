import { expect, test } from "vitest";
import { TestBroker } from "../broker/testing/test-broker.ts";
import { StatsdLines, statsdPrefix } from "./lines.ts";

test.each([
  ["nsq.%s", "10.0.0.7", 4151, "nsq.10_0_0_7_4151."],
  ["%s.x.%s.", "node.example.com", 80, "node_example_com_80.x.node_example_com_80."],
  ["a", "h", 1, "a."],
  ["%s", "fe80::1", 4151, "[fe80__1]_4151."],
  ["", "h", 1, ""],
])("[ST1] the prefix %j of %s:%i is %j", (prefix, address, httpPort, expected) => {
  expect(statsdPrefix(prefix, address, httpPort)).toBe(expected);
});

test("[ST1] counters are what came since the push before, of a topic made again from nothing", () => {
  const node = new TestBroker();
  node.subscribe(1);
  const lines = new StatsdLines("");
  const counts = () =>
    [node.topic(), node.channel()].flatMap((place) =>
      [...lines.of(place)].filter((line) => /message_count|message_bytes/.test(line)),
    );

  node.publish("four", "four");
  const first = counts();
  node.publish("four");
  const second = counts();
  node.broker.deleteTopic("orders");
  node.channel();
  node.publish("x");

  expect(first).toEqual([
    "topic.orders.message_count:2|c\n",
    "topic.orders.message_bytes:8|c\n",
    "topic.orders.channel.billing.message_count:2|c\n",
  ]);
  expect(second.map((line) => /:(.*)\|/.exec(line)![1])).toEqual(["1", "4", "1"]);
  expect(counts().map((line) => /:(.*)\|/.exec(line)![1])).toEqual(["1", "1", "1"]);
});
