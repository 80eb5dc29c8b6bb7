import { expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { uniqueTopic } from "../../testing/names.ts";
import type { Flags } from "../../testing/node.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import { runUtility, startUtility } from "../../testing/utility.ts";

const node = await sharedNode();

function tail(flags: Flags) {
  return startUtility("nsq_tail", { "nsqd-tcp-address": `127.0.0.1:${node.tcpPort}`, ...flags });
}

async function createChannel(topic: string): Promise<void> {
  await node.act(`/topic/create?topic=${topic}`);
  await node.act(`/channel/create?topic=${topic}&channel=c`);
}

async function subscribed(topic: string): Promise<string> {
  return eventually(async () => {
    const channel = (await node.topic(topic)).channels.find(({ client_count }) => client_count > 0);
    if (channel === undefined) throw new Error("nobody has subscribed");
    return channel.channel_name;
  });
}

test("[UT1] messages are printed as lines, and are finished; an ephemeral channel is the default", async () => {
  const topic = uniqueTopic();
  await using utility = tail({ topic });

  const channel = await subscribed(topic);
  await node.act(`/mpub?topic=${topic}`, "one\ntwo");

  await eventually(() => expect(utility.stdout.split("\n").toSorted()).toEqual(["", "one", "two"]));
  expect(channel).toMatch(/^tail\d{6}#ephemeral$/);
  const { code } = await utility.stop();
  expect(code).toBe(0);
  await eventually(async () => expect((await node.topic(topic)).channels).toEqual([]));
});

test("[UT1] -n ends it with 0 after so many messages, and the others are for somebody else", async () => {
  const topic = uniqueTopic();
  await createChannel(topic);
  await node.act(`/mpub?topic=${topic}`, "1\n2\n3\n4\n5");

  const { code, stdout } = await tail({ topic, channel: "c", n: 3 }).exited();

  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(3);
  const rest = await tail({ topic, channel: "c", n: 2 }).exited();
  expect(
    [...stdout, ...rest.stdout]
      .filter((char) => char !== "\n")
      .toSorted()
      .join(""),
  ).toBe("12345");
});

test("[UT1] -n counts over all topics, and -print-topic says which one a message is of", async () => {
  const topics = [uniqueTopic("a"), uniqueTopic("b")];
  for (const topic of topics) {
    await createChannel(topic);
    await node.act(`/pub?topic=${topic}`, "x");
  }

  const { code, stdout } = await tail({ topic: topics, channel: "c", n: 2, "print-topic": true }).exited();

  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n").toSorted()).toEqual(topics.map((topic) => `${topic} | x`));
});

test("[UT1] a reader that has gone ends it, as it ends others", async () => {
  const topic = uniqueTopic();
  await using utility = tail({ topic, channel: "c" });
  await subscribed(topic);

  utility.child.stdout.destroy();
  await node.act(`/pub?topic=${topic}`, "x");

  expect((await utility.exited()).code).toBe(141);
});

test("[UT1] the consumer is told apart in the node's statistics, and --consumer-opt reaches it", async () => {
  const topic = uniqueTopic();
  await using _ = tail({
    topic,
    channel: "c",
    "max-in-flight": 7,
    "consumer-opt": ["client_id,me", "sample-rate=50"],
  });

  await eventually(async () => {
    const [client] = (await node.channel(topic, "c")).clients ?? [];
    expect(client).toMatchObject({
      client_id: "me",
      user_agent: "nsq_tail/1.3.0",
      sample_rate: 50,
      ready_count: 7,
    });
  });
});

test.each([
  [{}, 1, "FATAL: --topic required"],
  [{ topic: "t" }, 1, "FATAL: --nsqd-tcp-address or --lookupd-http-address required"],
  [
    { topic: "t", "nsqd-tcp-address": "a:1", "lookupd-http-address": "b:2" },
    1,
    "FATAL: use --nsqd-tcp-address or --lookupd-http-address not both",
  ],
  [{ topic: "a b", "nsqd-tcp-address": "a:1" }, 1, 'FATAL: --topic "a b" is not a valid name'],
  [{ topic: "t", "nsqd-tcp-address": "a" }, 1, "FATAL: "],
  [{ "consumer-opt": "nonsense,1" }, 2, "there is no option nonsense"],
  [{ "consumer-opt": "max_attempts,x" }, 2, "max_attempts: parse error"],
])("[CL2] nsq_tail %j is exit code %i: %s", async (flags, code, reason) => {
  const exit = await runUtility("nsq_tail", flags);

  expect(exit.code).toBe(code);
  expect(exit.stderr).toContain(reason);
  expect(exit.stdout).toBe("");
});
