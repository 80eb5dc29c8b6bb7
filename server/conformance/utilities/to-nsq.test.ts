import { expect, test } from "vitest";
import { subscribe } from "../../testing/client.ts";
import { eventually } from "../../testing/eventually.ts";
import { uniqueTopic } from "../../testing/names.ts";
import { type Flags, startNode } from "../../testing/node.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import { runUtility, startUtility } from "../../testing/utility.ts";

const node = await sharedNode();

function flags(topic: string, more: Flags = {}): Flags {
  return { "nsqd-tcp-address": `127.0.0.1:${node.tcpPort}`, topic, ...more };
}

/** What a topic holds, in order. */
async function bodies(topic: string, count: number, port = node.tcpPort): Promise<string[]> {
  await using client = await subscribe(port, topic, "c", { rdy: count });
  return (await client.messages(count)).map(({ body }) => body.toString());
}

test("[UT3] each line of stdin is a message, in order; empty ones are not, and the last needs no newline", async () => {
  const topic = uniqueTopic();

  const { code } = await runUtility("to_nsq", flags(topic), "one\n\ntwo\n\n\nthree");

  expect(code).toBe(0);
  expect((await node.topic(topic)).message_count).toBe(3);
  expect(await bodies(topic, 3)).toEqual(["one", "two", "three"]);
});

test("[UT3] another delimiter cuts elsewhere", async () => {
  const topic = uniqueTopic();

  await runUtility("to_nsq", flags(topic, { delimiter: "," }), "a\nb,c,,");

  expect(await bodies(topic, 2)).toEqual(["a\nb", "c"]);
});

test("[UT3] every destination gets every message", async () => {
  await using other = await startNode();
  const topic = uniqueTopic();
  const addresses = [node, other].map(({ tcpPort }) => `127.0.0.1:${tcpPort}`);
  const lines = Array.from({ length: 2_000 }, (_, number) => `line ${number}`);

  const { code } = await runUtility("to_nsq", { "nsqd-tcp-address": addresses, topic }, lines.join("\n"));

  expect(code).toBe(0);
  for (const { tcpPort } of [node, other]) expect(await bodies(topic, 2_000, tcpPort)).toEqual(lines);
});

test("[UT3] --rate holds it back", async () => {
  const topic = uniqueTopic();
  const startedMs = performance.now();

  await runUtility("to_nsq", flags(topic, { rate: 20 }), "x\n".repeat(11));

  // The first goes at once.
  expect(performance.now() - startedMs).toBeGreaterThan(450);
  expect((await node.topic(topic)).message_count).toBe(11);
});

test("[UT3] SIGTERM ends it in order while stdin stays open", async () => {
  const topic = uniqueTopic();
  await using utility = startUtility("to_nsq", flags(topic));
  utility.child.stdin.write("one\nhalf");
  await eventually(async () => expect((await node.topic(topic)).message_count).toBe(1));

  const { code } = await utility.stop();

  expect(code).toBe(0);
  expect((await node.topic(topic)).message_count).toBe(1);
});

test("[UT3] a message that the node refuses is exit code 1, and which it was", async () => {
  await using strict = await startNode({ "max-msg-size": 10 });
  const destination = { topic: uniqueTopic(), "nsqd-tcp-address": `127.0.0.1:${strict.tcpPort}` };

  const { code, stderr } = await runUtility("to_nsq", destination, "short\nfar too long for it\nshort\n");

  expect(code).toBe(1);
  expect(stderr).toMatch(/FATAL: record 2: .*message too big 19 > 10/);
});

test("[UT3] a node that is not there is exit code 1 at once", async () => {
  const { code, stderr } = await runUtility(
    "to_nsq",
    { topic: "t", "nsqd-tcp-address": "127.0.0.1:1" },
    "x\n",
  );

  expect(code).toBe(1);
  expect(stderr).toMatch(/FATAL: .*ECONNREFUSED/);
});

test.each([
  [{}, "--topic required"],
  [{ topic: "t" }, "--nsqd-tcp-address required"],
  [{ topic: "t", "nsqd-tcp-address": "a:1", delimiter: "ab" }, "--delimiter must be a single byte"],
  [{ topic: "t", "nsqd-tcp-address": "a:1", delimiter: "" }, "--delimiter must be a single byte"],
])("[CL2] to_nsq %j is exit code 1: %s", async (given, reason) => {
  const { code, stderr } = await runUtility("to_nsq", given);

  expect(code).toBe(1);
  expect(stderr).toContain(`FATAL: ${reason}`);
});
