import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAuthServer } from "../../server/testing/auth-server.ts";
import { certificate } from "../../server/testing/certificates.ts";
import { eventually } from "../../server/testing/eventually.ts";
import { uniqueTopic } from "../../server/testing/names.ts";
import { startNode, type TestNode } from "../../server/testing/node.ts";
import { type ConnectionOptions, Consumer, Producer } from "./index.ts";

let directory: string;
let node: TestNode;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "weir-client-"));
  const authority = certificate({ subject: "authority", ca: true });
  const server = certificate({ subject: "node", names: ["127.0.0.1", "localhost"], issuer: authority });
  await writeFile(join(directory, "ca.pem"), authority.certPem);
  await writeFile(join(directory, "cert.pem"), server.certPem);
  await writeFile(join(directory, "key.pem"), server.keyPem);
  node = await startNode({
    "tls-cert": join(directory, "cert.pem"),
    "tls-key": join(directory, "key.pem"),
    "https-address": "127.0.0.1:0",
  });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** Random enough that compression changes it, and long enough to be cut. */
const long = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index) >> 7));

describe.each<[string, Partial<ConnectionOptions>]>([
  ["nothing", {}],
  ["snappy", { snappy: true }],
  ["deflate", { deflate: true, deflateLevel: 1 }],
  ["TLS", { tlsV1: true }],
  ["TLS and snappy", { tlsV1: true, snappy: true }],
  ["TLS and deflate", { tlsV1: true, deflate: true }],
])("over %s", (_, options) => {
  test("[NC12] messages short and long, one and many, arrive as they were published", async () => {
    const topic = uniqueTopic();
    const secured = { ...options, ...(options.tlsV1 && { tlsRootCaFile: join(directory, "ca.pem") }) };
    const producer = new Producer({ nsqdTcpAddress: `127.0.0.1:${node.tcpPort}`, ...secured });
    const bodies: Buffer[] = [];
    const consumer = new Consumer(
      { topic, channel: "c", nsqdTcpAddresses: [`127.0.0.1:${node.tcpPort}`], maxInFlight: 100, ...secured },
      ({ body }) => bodies.push(Buffer.from(body)),
    );
    const many = Array.from({ length: 1_000 }, (_, index) => `${index}`);

    await producer.publish(topic, "short");
    await producer.publish(topic, long);
    await producer.publishMany(topic, many);

    await eventually(() => expect(bodies).toHaveLength(1_002));
    expect(bodies[0]!.toString()).toBe("short");
    expect(bodies[1]!.equals(long)).toBe(true);
    expect(bodies.slice(2).map(String)).toEqual(many);
    await eventually(async () =>
      expect(await node.channel(topic, "c")).toMatchObject({ depth: 0, in_flight_count: 0 }),
    );
    const [shown] = (await node.channel(topic, "c")).clients as unknown as Record<string, unknown>[];
    expect(shown).toMatchObject({
      tls: options.tlsV1 ?? false,
      snappy: options.snappy ?? false,
      deflate: options.deflate ?? false,
    });
    await Promise.all([producer.close(), consumer.close()]);
  });
});

test("[NC12] a node whose certificate is not trusted is sent nothing", async () => {
  const faults: string[] = [];
  const producer = new Producer({
    nsqdTcpAddress: `127.0.0.1:${node.tcpPort}`,
    tlsV1: true,
    closeTimeoutMs: 0,
  });
  producer.on("disconnected", (_, error) => faults.push(error?.message ?? ""));
  const published = producer.publish("t", "x").catch((error: { outcome: string }) => error.outcome);

  await eventually(() => expect(faults[0]).toMatch(/certificate|issuer/));
  await producer.close();

  expect(await published).toBe("unsent");
});

test("[NC12] a certificate that is not trusted is taken when told so", async () => {
  const producer = new Producer({
    nsqdTcpAddress: `127.0.0.1:${node.tcpPort}`,
    tlsV1: true,
    tlsInsecureSkipVerify: true,
  });

  await producer.publish(uniqueTopic(), "x");

  await producer.close();
});

test("[NC12] with AUTH a client may what its secret allows, and is told what it may not", async () => {
  await using auth = await startAuthServer({
    ttl: 3_600,
    identity: "tests",
    authorizations: [{ topic: "^mine$", channels: [".*"], permissions: ["publish", "subscribe"] }],
  });
  await using guarded = await startNode({ "auth-http-address": auth.address });
  const nsqdTcpAddress = `127.0.0.1:${guarded.tcpPort}`;
  const producer = new Producer({ nsqdTcpAddress, authSecret: "s&cret" });
  const bodies: string[] = [];
  const consumer = new Consumer(
    { topic: "mine", channel: "c", nsqdTcpAddresses: [nsqdTcpAddress], authSecret: "s&cret" },
    ({ body }) => bodies.push(body.toString()),
  );

  const [mine, theirs] = await Promise.allSettled([
    producer.publish("mine", "allowed"),
    producer.publish("theirs", "x"),
  ]);

  expect(mine.status).toBe("fulfilled");
  expect(theirs).toMatchObject({ reason: { code: "E_UNAUTHORIZED", outcome: "refused" } });
  await eventually(() => expect(bodies).toEqual(["allowed"]));
  expect(auth.asked[0]!.query).toContain("secret=s%26cret");
  await Promise.all([producer.close(), consumer.close()]);
});
