import { expect, test } from "vitest";
import { answering } from "../../testing/answering.ts";
import { eventually } from "../../testing/eventually.ts";
import { uniqueTopic } from "../../testing/names.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import { runUtility, startUtility } from "../../testing/utility.ts";

const node = await sharedNode();

async function channelWith(messages: number): Promise<string> {
  const topic = uniqueTopic();
  await node.act(`/topic/create?topic=${topic}`);
  await node.act(`/channel/create?topic=${topic}&channel=c`);
  for (let sent = 0; sent < messages; sent++) await node.act(`/pub?topic=${topic}`, "x");
  return topic;
}

function address(url: string): string {
  return new URL(url).host;
}

test("[UT2] -count N prints the header, N rows, and exits with 0", async () => {
  const topic = await channelWith(3);

  const { code, stdout } = await runUtility("nsq_stat", {
    "nsqd-http-address": address(node.httpUrl),
    topic,
    channel: "c",
    interval: "10ms",
    count: 2,
  });

  expect(code).toBe(0);
  expect(stdout.split("\n")).toEqual([
    expect.stringMatching(/^------rate------\+-/),
    expect.stringMatching(/^ingress {2}egress \| {3}total/),
    "      0       0 |       3       3       0     0     0 |       0       0            3       0",
    "      0       0 |       3       3       0     0     0 |       0       0            3       0",
    "",
  ]);
});

test("[UT2] rates are of the interval", async () => {
  const topic = await channelWith(0);
  await using stat = startUtility("nsq_stat", {
    "nsqd-http-address": address(node.httpUrl),
    topic,
    channel: "c",
    interval: "400ms",
    count: 20,
  });

  await eventually(() => expect(stat.stdout).toContain("clients\n"));
  await node.act(`/mpub?topic=${topic}`, "1\n2\n3\n4");

  await eventually(() => expect(ingress(stat.stdout)).toBe(4 / 0.4));
});

function ingress(stdout: string): number {
  const rows = stdout.split("\n").filter((line) => /^ *\d+ +-?\d+ \|/.test(line));
  return rows.reduce((sum, line) => sum + Number.parseInt(line, 10), 0);
}

test("[UT2] a channel that is not there is exit code 1", async () => {
  const topic = await channelWith(0);

  const { code, stdout, stderr } = await runUtility("nsq_stat", {
    "nsqd-http-address": address(node.httpUrl),
    topic,
    channel: "other",
    count: 1,
  });

  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain(`failed to find channel(other) in stats metadata for topic(${topic})`);
});

test("[UT2] a lookup says who has the topic, and the figures of all of them are summed", async () => {
  const topic = await channelWith(2);
  const port = Number(new URL(node.httpUrl).port);
  const producer = (broadcast_address: string) => ({ broadcast_address, http_port: port });
  await using lookup = await server((url) => {
    expect(url).toBe(`/lookup?topic=${topic}`);
    // One node under two names, and one of them twice.
    const producers = ["127.0.0.1", "localhost", "127.0.0.1"].map(producer);
    return [200, JSON.stringify({ channels: ["c"], producers })];
  });

  const { code, stdout } = await runUtility("nsq_stat", {
    "lookupd-http-address": lookup.address,
    topic,
    channel: "c",
    interval: "1ms",
    count: 1,
  });

  expect(code).toBe(0);
  expect(stdout).toMatch(/\| +4 +4 +0 +0 +0 \| +0 +0 +4 +0\n$/);
});

test.each([
  ["says no", 404, '{"message":"TOPIC_NOT_FOUND"}', "got response 404"],
  ["does not say what lookups say", 200, '{"producers":[{"http_port":"1"}]}', "not what nsqd answers"],
  ["never ends", 200, null, "an answer of more than 16777216 bytes"],
])("[UT2] a lookup that %s is exit code 1 and a reason", async (_, status, body, reason) => {
  await using lookup = await server(() => [status, body]);

  const { code, stderr } = await runUtility("nsq_stat", {
    "lookupd-http-address": lookup.address,
    topic: "t",
    channel: "c",
  });

  expect(code).toBe(1);
  expect(stderr).toContain("failed to get topic producers");
  expect(stderr).toContain(reason);
});

test.each([
  [{}, "--topic and --channel are required"],
  [{ topic: "t", channel: "c" }, "--nsqd-http-address or --lookupd-http-address required"],
  [
    { topic: "t", channel: "c", "nsqd-http-address": "a:1", "lookupd-http-address": "b:2" },
    "use --nsqd-http-address or --lookupd-http-address not both",
  ],
  [
    { topic: "t", channel: "c", "nsqd-http-address": "http://a:1" },
    "--nsqd-http-address error - address http://a:1 should not contain scheme",
  ],
  [{ topic: "t", channel: "c", count: 0 }, "--count should be positive"],
])("[CL2] nsq_stat %j is exit code 1: %s", async (flags, reason) => {
  const { code, stderr } = await runUtility("nsq_stat", flags);

  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^\\[nsq_stat\\] .* FATAL: ${reason}\n$`));
});

/** Answers everything with what `answer` says; null: bytes without end. */
function server(answer: (url: string) => [status: number, body: string | null]) {
  return answering((request, response) => {
    const [status, body] = answer(request.url ?? "");
    response.writeHead(status, { "x-nsq-content-type": "nsq; version=1.0" });
    if (body !== null) return void response.end(body);
    const chunk = Buffer.alloc(1024 * 1024, 32);
    const more = () => {
      while (response.write(chunk));
    };
    response.on("drain", more).on("error", () => {});
    more();
  });
}
