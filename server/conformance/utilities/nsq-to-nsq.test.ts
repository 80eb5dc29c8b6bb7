import { expect, test } from "vitest";
import { subscribe } from "../../testing/client.ts";
import { eventually } from "../../testing/eventually.ts";
import { uniqueTopic } from "../../testing/names.ts";
import { type Flags, startNode, type TestNode } from "../../testing/node.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import { runUtility, startUtility } from "../../testing/utility.ts";

const from = await sharedNode();
const to = await sharedNode();

function tcp(node: TestNode): string {
  return `127.0.0.1:${node.tcpPort}`;
}

function toNsq(flags: Flags) {
  return startUtility("nsq_to_nsq", {
    "nsqd-tcp-address": tcp(from),
    "destination-nsqd-tcp-address": tcp(to),
    ...flags,
  });
}

async function publish(topic: string, ...bodies: string[]): Promise<void> {
  await from.act(`/mpub?topic=${topic}`, bodies.join("\n"));
}

async function finished(topic: string, count: number): Promise<void> {
  await eventually(async () => {
    const channel = await from.channel(topic, "nsq_to_nsq");
    expect(channel).toMatchObject({ message_count: count, depth: 0, in_flight_count: 0, deferred_count: 0 });
  });
}

async function bodies(topic: string, count: number, node = to): Promise<string[]> {
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: count });
  return (await client.messages(count)).map(({ body }) => body.toString()).toSorted();
}

test("[UT6] messages come under their own topic, and are finished when the destination has them", async () => {
  const topics = [uniqueTopic("a"), uniqueTopic("b")];
  await publish(topics[0]!, "one", "two");
  await publish(topics[1]!, "three");
  await using utility = toNsq({ topic: topics });

  await finished(topics[0]!, 2);
  await finished(topics[1]!, 1);

  expect(await bodies(topics[0]!, 2)).toEqual(["one", "two"]);
  expect(await bodies(topics[1]!, 1)).toEqual(["three"]);
  expect((await utility.stop()).code).toBe(0);
});

test("[UT6] --destination-topic is where all topics go", async () => {
  const [one, two, all] = [uniqueTopic("a"), uniqueTopic("b"), uniqueTopic("all")];
  await publish(one, "1");
  await publish(two, "2");
  await using _ = toNsq({ topic: [one, two], "destination-topic": all });

  expect(await eventually(() => bodies(all, 2))).toEqual(["1", "2"]);
});

test("[UT6] only what has the field and its value passes, with the fields that are listed", async () => {
  const topic = uniqueTopic();
  await publish(topic, '{"kind":"buy","id":7,"x":1}', '{"kind":"sell","id":8}', "no json");
  await using utility = toNsq({
    topic,
    "require-json-field": "kind",
    "require-json-value": "buy",
    "whitelist-json-field": ["id", "kind"],
  });

  await finished(topic, 3);

  expect(await bodies(topic, 1)).toEqual(['{"id":7,"kind":"buy"}']);
  expect((await to.topic(topic)).message_count).toBe(1);
  expect(utility.stderr).toContain("Unable to decode json: no json");
});

test("[UT6] without the field whose value is required the message is requeued, and the consumer backs off", async () => {
  const topic = uniqueTopic();
  await publish(topic, "{}");
  await using utility = toNsq({ topic, "require-json-field": "kind", "require-json-value": "buy" });

  await eventually(async () => {
    expect(await from.channel(topic, "nsq_to_nsq")).toMatchObject({ requeue_count: 1, deferred_count: 1 });
  });
  expect(utility.stderr).toContain("missing field to check required value");
  expect(utility.stderr).toContain("backing off");
});

test("[UT6] where one destination is gone, another gets everything", async () => {
  const topic = uniqueTopic();
  await using other = await startNode();
  await using utility = toNsq({
    topic,
    "destination-nsqd-tcp-address": [tcp(other), tcp(to)],
    "consumer-opt": ["default_requeue_delay,50ms", "backoff_multiplier,10ms"],
  });
  await eventually(() => expect(utility.stderr.match(/connected/g)?.length).toBeGreaterThanOrEqual(3));

  await other.kill();
  await eventually(() => expect(utility.stderr).toContain(`(${tcp(other)}) disconnected`));
  await publish(topic, "1", "2", "3");

  await finished(topic, 3);
  expect(await bodies(topic, 3)).toEqual(["1", "2", "3"]);
});

test("[UT6] with no destination left, messages wait for one that comes back", async () => {
  const topic = uniqueTopic();
  await using before = await startNode();
  await using utility = toNsq({ topic, "destination-nsqd-tcp-address": tcp(before) });
  await eventually(() => expect(utility.stderr).toContain(`(${tcp(before)}) connected`));
  await before.kill();
  await eventually(() => expect(utility.stderr).toContain(`(${tcp(before)}) disconnected`));

  await publish(topic, "x");
  await eventually(async () => expect((await from.channel(topic, "nsq_to_nsq")).in_flight_count).toBe(1));
  await using after = await startNode({ "tcp-address": tcp(before) });

  await finished(topic, 1);
  expect(await bodies(topic, 1, after)).toEqual(["x"]);
});

test("[UT6] a message the destination refuses is requeued, and counts against the message alone", async () => {
  await using strict = await startNode({ "max-msg-size": 5 });
  const topic = uniqueTopic();
  await using utility = toNsq({
    topic,
    "destination-nsqd-tcp-address": tcp(strict),
    "max-in-flight": 1,
    "consumer-opt": "backoff_multiplier,10ms",
  });
  await publish(topic, "too large", "fits");

  await eventually(async () => {
    expect(await from.channel(topic, "nsq_to_nsq")).toMatchObject({ depth: 0, deferred_count: 1 });
    expect((await strict.topic(topic)).message_count).toBe(1);
  });
  expect(utility.stderr).toContain("message too big 9 > 5");
});

test.each<[Flags, string]>([
  [{}, "--topic and --channel are required"],
  [{ topic: "t" }, "--nsqd-tcp-address or --lookupd-http-address required"],
  [{ topic: "t", "nsqd-tcp-address": "a:1" }, "--destination-nsqd-tcp-address required"],
  [{ topic: "t", "destination-topic": "a b" }, '--destination-topic "a b" is not a valid name'],
])("[CL2] nsq_to_nsq %j is exit code 1: %s", async (flags, reason) => {
  const { code, stderr } = await runUtility("nsq_to_nsq", flags);

  expect(code).toBe(1);
  expect(stderr).toContain(`FATAL: ${reason}`);
});
