/**
 * The 19 integration tests of the official JavaScript client's own suite, in its order, written anew over the client
 * as it is installed. As there, each test has a node of its own: what PATH has under the name `nsqd`, with the
 * suite's flags, killed in the end.
 */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Message, Reader, type ReaderOptions, Writer } from "nsqjs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { request } from "../testing/http.ts";
import { oldCertificate } from "../testing/official-clients.ts";
import { type Executable, OnPath } from "../testing/on-path.ts";

const topic = "test";
const channel = "default";

let onPath: OnPath;
let directory: string;
let nsqd: Executable;
const open: { close(): void }[] = [];

beforeAll(async () => {
  onPath = await OnPath.make();
  directory = await mkdtemp(join(tmpdir(), "weir-nsqjs-"));
  const { certPem, keyPem } = oldCertificate;
  await writeFile(join(directory, "cert.pem"), certPem);
  await writeFile(join(directory, "key.pem"), keyPem);
});

beforeEach(async () => {
  const dataPath = await mkdtemp(join(directory, "data-"));
  const flags = {
    "http-address": "127.0.0.1:0",
    "tcp-address": "127.0.0.1:0",
    "https-address": "127.0.0.1:0",
    "broadcast-address": "127.0.0.1",
    "data-path": dataPath,
    "tls-cert": join(directory, "cert.pem"),
    "tls-key": join(directory, "key.pem"),
  };
  nsqd = await onPath.start(
    "nsqd",
    Object.entries(flags).flatMap(([name, value]) => [`-${name}`, value]),
  );
});

afterEach(async () => {
  for (const client of open.splice(0)) client.close();
  await nsqd.kill();
});

afterAll(async () => {
  await onPath[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

function subscribe(options: Partial<ReaderOptions> = {}) {
  const reader = new Reader(topic, channel, {
    nsqdTCPAddresses: [`127.0.0.1:${nsqd.tcpPort}`],
    tlsVerification: false,
    ...options,
  });
  open.push(reader);
  const messages: Message[] = [];
  const errors: Error[] = [];
  reader.on("message", (message) => messages.push(message));
  reader.on("error", (error) => errors.push(error));
  reader.connect();
  return { reader, messages, errors };
}

function newWriter(): Writer {
  const writer = new Writer("127.0.0.1", nsqd.tcpPort);
  writer.on("error", () => {});
  open.push(writer);
  writer.connect();
  return writer;
}

async function readyWriter(): Promise<Writer> {
  const writer = newWriter();
  await once(writer, "ready");
  return writer;
}

function publish(writer: Writer, body: string | Buffer | object): Promise<void> {
  return new Promise((resolve, reject) => {
    writer.publish(topic, body, (error) => (error ? reject(error) : resolve()));
  });
}

async function post(path: string, body = ""): Promise<void> {
  expect(await request("POST", nsqd.httpUrl + path, body)).toMatchObject({ status: 200 });
}

async function channelStats(): Promise<Record<string, unknown>> {
  const { text } = await request(
    "GET",
    `${nsqd.httpUrl}/stats?format=json&topic=${topic}&channel=${channel}`,
  );
  return JSON.parse(text).topics[0].channels[0];
}

describe.each<[string, Partial<ReaderOptions>]>([
  ["deflate", { deflate: true }],
  ["snappy", { snappy: true }],
  ["TLS", { tls: true }],
  ["TLS and snappy", { tls: true, snappy: true }],
  ["TLS and deflate", { tls: true, deflate: true }],
])("a reader over %s", (_, options) => {
  test.each([
    ["a small message", "a message for our reader"],
    ["a message of 100,000 bytes", "x".repeat(100_000)],
  ])("[CX1] receives %s that was published before its channel existed", async (__, body) => {
    await post(`/topic/create?topic=${topic}`);
    await post(`/channel/create?topic=${topic}&channel=${channel}`);
    await post(`/pub?topic=${topic}`, body);

    const { messages, errors } = subscribe(options);

    await eventually(() => expect(messages).toHaveLength(1));
    expect(messages[0]!.body.toString()).toBe(body);
    messages[0]!.finish();
    await eventually(async () =>
      expect(await channelStats()).toMatchObject({ depth: 0, in_flight_count: 0 }),
    );
    expect(errors).toEqual([]);
  });
});

describe("end to end", () => {
  test.each<[string, string | Buffer | object, string]>([
    ["a string", "hello world", "hello world"],
    ["a String object", new String("hello world"), "hello world"],
    ["a Buffer", Buffer.from([0x11, 0x22, 0x33]), "\x11\x22\x33"],
  ])("[CX1] %s that a writer publishes is what a reader receives", async (_, body, received) => {
    const { messages } = subscribe();

    await publish(await readyWriter(), body);

    await eventually(() => expect(messages.map((message) => message.body.toString())).toEqual([received]));
    messages[0]!.finish();
  });

  test("[CX1] a reader that is paused at once receives nothing", async () => {
    const { reader, messages } = subscribe();
    await once(reader, "nsqd_connected");
    const writer = await readyWriter();

    reader.pause();
    // The node has read its RDY 0.
    await eventually(async () => {
      const [client] = (await channelStats())["clients"] as { ready_count: number }[];
      expect(client!.ready_count).toBe(0);
    });
    await publish(writer, "not for now");

    await eventually(async () =>
      expect(await channelStats()).toMatchObject({ depth: 1, in_flight_count: 0 }),
    );
    expect(messages).toEqual([]);
  });

  test("[CX1] a paused reader receives nothing new", async () => {
    const { reader, messages } = subscribe();
    const writer = await readyWriter();
    await publish(writer, "first");
    await eventually(() => expect(messages).toHaveLength(1));

    reader.pause();
    messages[0]!.finish();
    await publish(writer, "second");

    await eventually(async () =>
      expect(await channelStats()).toMatchObject({ depth: 1, in_flight_count: 0 }),
    );
    expect(messages).toHaveLength(1);
  });

  test("[CX1] a paused reader does not receive again what it requeues", async () => {
    const { reader, messages } = subscribe();
    await publish(await readyWriter(), "again");
    await eventually(() => expect(messages).toHaveLength(1));

    reader.pause();
    messages[0]!.requeue(0, false);

    await eventually(async () =>
      expect(await channelStats()).toMatchObject({ depth: 1, in_flight_count: 0, requeue_count: 1 }),
    );
    expect(messages).toHaveLength(1);
  });

  test("[CX1] a reader receives again once it is unpaused", async () => {
    const { reader, messages } = subscribe();
    const writer = await readyWriter();
    await publish(writer, "first");
    await eventually(() => expect(messages).toHaveLength(1));
    reader.pause();
    messages[0]!.finish();
    await publish(writer, "second");

    reader.unpause();

    await eventually(() =>
      expect(messages.map((message) => message.body.toString())).toEqual(["first", "second"]),
    );
    messages[1]!.finish();
  });

  test("[CX1] what is published before the writer is connected is published", async () => {
    const { messages } = subscribe();

    await publish(newWriter(), "early");

    await eventually(() => expect(messages.length).toBeGreaterThan(0));
    expect(messages[0]!.body.toString()).toBe("early");
    messages[0]!.finish();
  });
});

test("[CX1] a writer whose node is killed fails to publish", async () => {
  const writer = await readyWriter();

  await nsqd.kill();

  await expect(publish(writer, "too late")).rejects.toThrow();
});
