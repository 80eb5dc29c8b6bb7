import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { answering } from "../../testing/answering.ts";
import { eventually } from "../../testing/eventually.ts";
import { uniqueTopic } from "../../testing/names.ts";
import type { Flags } from "../../testing/node.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import { runUtility, startUtility } from "../../testing/utility.ts";

const node = await sharedNode();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "weir-to-file-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Syncs as late as it may, unless `flags` say so: what is on disk is there for another reason. */
function toFile(flags: Flags) {
  return startUtility("nsq_to_file", {
    "nsqd-tcp-address": `127.0.0.1:${node.tcpPort}`,
    "output-dir": directory,
    "filename-format": "<TOPIC><REV>.log",
    "sync-interval": "1h",
    ...flags,
  });
}

async function publish(topic: string, ...bodies: string[]): Promise<void> {
  await node.act(`/mpub?topic=${topic}`, bodies.join("\n"));
}

async function subscribed(topic: string): Promise<void> {
  await eventually(async () => expect((await node.channel(topic, "nsq_to_file")).client_count).toBe(1));
}

function text(...path: string[]): Promise<string> {
  return readFile(join(directory, ...path), "utf8");
}

async function lines(...path: string[]): Promise<string[]> {
  return (await text(...path)).split("\n").toSorted();
}

test("[UT4] messages are lines of a file, which SIGTERM leaves whole, and all of them finished", async () => {
  const topic = uniqueTopic();
  await publish(topic, "one", "two", "three");
  await using utility = toFile({ topic, "sync-interval": "1h" });
  await eventually(async () => expect((await node.channel(topic, "nsq_to_file")).in_flight_count).toBe(3));

  const { code, stderr } = await utility.stop();

  expect(code).toBe(0);
  expect(await lines(`${topic}.log`)).toEqual(["", "one", "three", "two"]);
  expect(await node.channel(topic, "nsq_to_file")).toMatchObject({ depth: 0, in_flight_count: 0 });
  expect(stderr).toContain(`[${topic}/nsq_to_file] syncing 3 records to disk`);
});

test("[UT4] the name has the short host name and the hour in it", async () => {
  const topic = uniqueTopic();
  await publish(topic, "x");
  await using _ = toFile({ topic, "filename-format": "<TOPIC>.<HOST><REV>.<DATETIME>.log" });

  await eventually(async () => {
    const [name] = await readdir(directory);
    expect(name).toMatch(new RegExp(`^${topic}\\.[^.]+\\.\\d{4}-\\d\\d-\\d\\d_\\d\\d\\.log$`));
  });
});

test("[UT4] a message is not finished before it is synced: killed, it comes again", async () => {
  const topic = uniqueTopic();
  await using first = toFile({ topic, "max-in-flight": 10, "consumer-opt": "msg_timeout,1s" });
  await subscribed(topic);
  await publish(topic, "one", "two");
  await eventually(async () => expect((await node.channel(topic, "nsq_to_file")).in_flight_count).toBe(2));
  expect((await node.channel(topic, "nsq_to_file")).clients![0]!.finish_count).toBe(0);

  await first.stop("SIGKILL");
  await using second = toFile({ topic, "sync-interval": "10ms" });
  await eventually(
    async () =>
      expect(await node.channel(topic, "nsq_to_file")).toMatchObject({ depth: 0, in_flight_count: 0 }),
    { withinMs: 10_000 },
  );

  expect(new Set(await lines(`${topic}.log`))).toEqual(new Set(["", "one", "two"]));
  expect((await second.stop()).code).toBe(0);
});

test("[UT4] a consumer that waits for answers is synced and answered, however long the interval", async () => {
  const topic = uniqueTopic();
  const bodies = Array.from({ length: 500 }, (_, number) => `message ${number}`);
  await publish(topic, ...bodies);
  await using utility = toFile({ topic, "max-in-flight": 7 });

  await eventually(async () => expect((await node.channel(topic, "nsq_to_file")).depth).toBe(0));
  await utility.stop();

  expect(await lines(`${topic}.log`)).toEqual(["", ...bodies].toSorted());
});

test("[UT4] a message that waits for its sync longer than its timeout does not come twice", async () => {
  const topic = uniqueTopic();
  await publish(topic, "once");
  await using _ = toFile({ topic, "sync-interval": "2500ms", "consumer-opt": "msg_timeout,1s" });

  const done = async () => {
    const { depth, in_flight_count, timeout_count } = await node.channel(topic, "nsq_to_file");
    expect({ depth, in_flight_count, timeout_count }).toEqual({
      depth: 0,
      in_flight_count: 0,
      timeout_count: 0,
    });
  };
  await eventually(async () => expect((await node.channel(topic, "nsq_to_file")).in_flight_count).toBe(1));
  await eventually(done, { withinMs: 10_000 });

  expect(await text(`${topic}.log`)).toBe("once\n");
});

test("[UT4] gzip: one gzip file of many members", async () => {
  const topic = uniqueTopic();
  const bodies = Array.from({ length: 100 }, (_, number) => `message ${number}`);
  await publish(topic, ...bodies);
  await using utility = toFile({ topic, gzip: true, "max-in-flight": 10 });
  await eventually(async () => expect((await node.channel(topic, "nsq_to_file")).depth).toBe(0));

  await utility.stop();

  const bytes = await readFile(join(directory, `${topic}-000000.log.gz`));
  expect(gunzipSync(bytes).toString().split("\n").toSorted()).toEqual(["", ...bodies].toSorted());
});

test("[UT4] SIGHUP with a work dir: the file is moved, and the next message begins another", async () => {
  const topic = uniqueTopic();
  const [work, out] = [join(directory, "work"), join(directory, "out")];
  await using utility = toFile({ topic, "work-dir": work, "output-dir": out, "sync-interval": "10ms" });
  await subscribed(topic);
  await publish(topic, "one");
  await eventually(async () => expect(await text("work", `${topic}-000000.log`)).toBe("one\n"));

  utility.child.kill("SIGHUP");
  await eventually(async () => expect(await text("out", `${topic}-000000.log`)).toBe("one\n"));
  await publish(topic, "two");
  await eventually(async () => expect(await text("work", `${topic}-000001.log`)).toBe("two\n"));
  const { code } = await utility.stop();

  expect(code).toBe(0);
  expect(await readdir(work)).toEqual([]);
  expect(await text("out", `${topic}-000001.log`)).toBe("two\n");
});

test("[UT4] SIGHUP: a file that was moved away is left, and its name used again", async () => {
  const topic = uniqueTopic();
  await using utility = toFile({ topic, "sync-interval": "10ms" });
  await subscribed(topic);
  await publish(topic, "one");
  await eventually(async () => expect(await text(`${topic}.log`)).toBe("one\n"));

  await rm(join(directory, `${topic}.log`));
  utility.child.kill("SIGHUP");
  // Until the signal has come, what arrives is still written to the file that has no name.
  await eventually(async () => {
    await publish(topic, "two");
    expect(await text(`${topic}.log`)).toMatch(/^(two\n)+$/);
  });
});

test("[UT4] a disk that refuses is exit code 1, and nothing is finished", async () => {
  const topic = uniqueTopic();
  await publish(topic, "one");
  await writeFile(join(directory, "taken"), "");

  const { code, stderr } = await toFile({ topic, "filename-format": "taken/<TOPIC>" }).exited();

  expect(code).toBe(1);
  expect(stderr).toMatch(/FATAL: \[.*\/nsq_to_file\] (ENOTDIR|EEXIST)/);
  await eventually(async () => {
    const { depth, in_flight_count } = await node.channel(topic, "nsq_to_file");
    expect(depth + in_flight_count).toBe(1);
  });
});

test("[UT4] --topic-pattern takes the topics of the lookups that match it, now and later", async () => {
  const [old, late, other] = [uniqueTopic("log_a"), uniqueTopic("log_b"), uniqueTopic("metric")];
  for (const topic of [old, late, other]) await publish(topic, topic);
  const topics = [old, other, "..", "a/b"];
  await using lookup = await lookupOf(topics);
  await using _ = toFile({
    "nsqd-tcp-address": [],
    "lookupd-http-address": lookup.address,
    "topic-pattern": "^(?i)LOG_",
    "topic-refresh": "20ms",
    "sync-interval": "10ms",
  });

  await eventually(async () => expect(await readdir(directory)).toEqual([`${old}.log`]));
  topics.push(late);

  await eventually(async () => expect(await text(`${late}.log`)).toBe(`${late}\n`));
  expect(await readdir(directory)).not.toContain(`${other}.log`);
});

test.each<[Flags, string]>([
  [{}, "--nsqd-tcp-address or --lookupd-http-address required"],
  [{ "nsqd-tcp-address": "a:1" }, "--topic or --topic-pattern required"],
  [
    { "nsqd-tcp-address": "a:1", "topic-pattern": "x" },
    "--lookupd-http-address must be specified when no --topic specified",
  ],
  [
    { "nsqd-tcp-address": "a:1", topic: "t", "gzip-level": 10 },
    "invalid --gzip-level value (10), should be 1-9",
  ],
  [
    { "nsqd-tcp-address": "a:1", topic: "t", gzip: true, "filename-format": "<TOPIC>" },
    "missing <REV> in --filename-format when gzip, rotation, or work dir enabled",
  ],
  [{ "lookupd-http-address": "a:1", "topic-pattern": "(" }, "error parsing regexp"],
])("[CL2] nsq_to_file %j is exit code 1: %s", async (flags, reason) => {
  const { code, stderr } = await runUtility("nsq_to_file", { "output-dir": directory, ...flags });

  expect(code).toBe(1);
  expect(stderr).toMatch(/^\[nsq_to_file\] .* FATAL: /);
  expect(stderr).toContain(reason);
});

/** A lookup that knows `topics`, all of them at the node. */
function lookupOf(topics: readonly string[]) {
  return answering((request, response) => {
    response.writeHead(200, { "x-nsq-content-type": "nsq; version=1.0" });
    const producer = { broadcast_address: "127.0.0.1", tcp_port: node.tcpPort, http_port: 1 };
    if (request.url === "/topics") response.end(JSON.stringify({ topics }));
    else response.end(JSON.stringify({ channels: [], producers: [producer] }));
  });
}
