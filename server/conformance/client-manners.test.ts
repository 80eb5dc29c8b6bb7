/**
 * How the Go and the Python client of NSQ speak, byte for byte: what they say of themselves, what they do not wait
 * for, and what they take an answer to be. The clients themselves need toolchains that are no part of this project.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { SnappyDecoder, SnappyEncoder } from "../compression/snappy-frames.ts";
import { CertificateFiles } from "../testing/certificate-files.ts";
import { certificate } from "../testing/certificates.ts";
import { connect } from "../testing/client.ts";
import * as commands from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { type Frame, FrameDecoder } from "../testing/frames.ts";
import { request } from "../testing/http.ts";
import { uniqueTopic } from "../testing/names.ts";
import { OnPath } from "../testing/on-path.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { sharedNode } from "../testing/shared-node.ts";
import { connectUpgraded } from "../testing/upgraded-client.ts";

const files = new CertificateFiles();
afterAll(() => files[Symbol.dispose]());
const serverCertificate = certificate({
  key: "rsa2048",
  hash: "sha1",
  notBefore: new Date("2013-01-01"),
  notAfter: new Date("2014-01-01"),
});
const certificateFlags = files.flags(serverCertificate);
const node = await sharedNode(certificateFlags);

const goNsq = {
  client_id: "host",
  hostname: "host.example.com",
  user_agent: "go-nsq/1.1.0",
  short_id: "host",
  long_id: "host.example.com",
  tls_v1: false,
  deflate: false,
  deflate_level: 6,
  snappy: false,
  feature_negotiation: true,
  heartbeat_interval: 30_000,
  sample_rate: 0,
  output_buffer_size: 16_384,
  output_buffer_timeout: 250,
  msg_timeout: 0,
  topology_region: "",
  topology_zone: "",
};

const pynsq = {
  short_id: "host",
  long_id: "host.example.com",
  client_id: "host",
  hostname: "host.example.com",
  heartbeat_interval: 30_000,
  feature_negotiation: true,
  tls_v1: false,
  snappy: false,
  deflate: false,
  deflate_level: 6,
  output_buffer_timeout: 250,
  output_buffer_size: 16_384,
  sample_rate: 0,
  user_agent: "pynsq/0.9.1",
};

/** Negotiated, and its answer read: the first frame must be JSON, or the Go client ends there. */
async function negotiated(settings: Record<string, unknown>) {
  const client = await connect(node.tcpPort);
  client.identify(settings);
  await client.expectResponse(/^\{"max_rdy_count":2500,.*"auth_required":false.*\}$/);
  return client;
}

describe("the Go client", () => {
  test("[CX2] gets one answer for each publish, in order, and none that it did not ask for", async () => {
    const topic = uniqueTopic();
    await using client = await negotiated(goNsq);

    client.send(
      commands.pub(topic, "one"),
      commands.mpub(topic, ["two", "three"]),
      commands.dpub(topic, 10, "four"),
      "NOP\n",
      commands.pub(topic, "five"),
    );

    await client.expectOk(4);
    await client.expectAlive();
    await client.expectNothing({ forMs: 300 });
    expect((await node.topic(topic)).message_count).toBe(5);
  });

  test("[CX2] takes a refused publish for the answer to its oldest", async () => {
    await using client = await negotiated(goNsq);

    client.send(
      commands.pub(uniqueTopic(), "good"),
      commands.pub("bad!", "x"),
      commands.pub(uniqueTopic(), "behind"),
    );

    await client.expectOk();
    await client.expectFatal('E_BAD_TOPIC PUB topic name "bad!" is not valid');
  });

  test("[CX2] subscribes and says RDY in one breath", async () => {
    const topic = uniqueTopic();
    await node.act(`/pub?topic=${topic}`, "waiting");
    await using client = await negotiated(goNsq);

    client.send(`SUB ${topic} c\nRDY 1\n`);

    await client.expectOk();
    const message = await client.nextMessage();
    client.fin(message.id);
    await eventually(async () => expect((await node.channel(topic, "c")).in_flight_count).toBe(0));
  });

  test("[CX2] backs off with RDY 0, probes with RDY 1, and requeues for longer than it waits", async () => {
    const topic = uniqueTopic();
    for (const body of ["1", "2", "3", "4"]) await node.act(`/pub?topic=${topic}`, body);
    await using client = await negotiated(goNsq);
    client.send(`SUB ${topic} c\nRDY 2\n`);
    await client.expectOk();
    const [first, second] = await client.messages(2);

    client.send(`RDY 0\n`, `REQ ${first!.id} ${90_000 * first!.attempts}\n`, `FIN ${second!.id}\n`);
    await eventually(async () =>
      expect(await node.channel(topic, "c")).toMatchObject({
        depth: 2,
        deferred_count: 1,
        in_flight_count: 0,
      }),
    );
    await client.expectNothing({ forMs: 300 });
    client.send("RDY 1\n");
    const probe = await client.nextMessage();

    expect(probe.body.toString()).toBe("3");
    await client.expectNothing({ forMs: 300 });
    client.send(`TOUCH ${probe.id}\n`, `FIN ${probe.id}\n`);
    expect((await client.nextMessage()).body.toString()).toBe("4");
  });

  test("[CX2] closes with CLS, waits for CLOSE_WAIT, and finishes what it holds", async () => {
    const topic = uniqueTopic();
    await node.act(`/pub?topic=${topic}`, "held");
    await using client = await negotiated(goNsq);
    client.send(`SUB ${topic} c\nRDY 1\n`);
    await client.expectOk();
    const { id } = await client.nextMessage();

    client.send("RDY 0\n", "CLS\n");
    await client.expectResponse("CLOSE_WAIT");
    client.fin(id);

    await eventually(async () =>
      expect(await node.channel(topic, "c")).toMatchObject({ in_flight_count: 0, depth: 0 }),
    );
    client.end();
    await client.expectClose();
  });

  test("[CX2] knows a heartbeat that is refused by its words", async () => {
    await using client = await connect(node.tcpPort);

    client.identify({ ...goNsq, heartbeat_interval: 100 });

    await client.expectFatal("E_BAD_BODY IDENTIFY heartbeat interval (100) is invalid");
  });

  test.each([{ deflate: true }, { snappy: true }])(
    "[CX2] goes over to TLS, then to %j, to a certificate signed with SHA-1 that has expired",
    async (wanted) => {
      const topic = uniqueTopic();
      const { client, reply } = await connectUpgraded(node.tcpPort, { ...goNsq, tls_v1: true, ...wanted });
      await using _ = client;

      client.send(commands.pub(topic, "x"), `SUB ${topic} c\nRDY 1\n`);

      expect(reply).toMatchObject({ tls_v1: true, ...wanted });
      await client.expectOk(2);
      expect((await client.nextMessage()).body.toString()).toBe("x");
    },
  );
});

describe("the Python client", () => {
  test("[CX2] asks for one message, and for more once that has come", async () => {
    const topic = uniqueTopic();
    for (const body of ["1", "2", "3"]) await node.act(`/pub?topic=${topic}`, body);
    await using client = await negotiated(pynsq);
    client.send(`SUB ${topic} c\n`, "RDY 1\n");
    await client.expectOk();
    await client.nextMessage();

    client.send("RDY 3\n");

    expect((await client.messages(2)).map(({ body }) => body.toString())).toEqual(["2", "3"]);
  });

  test("[CX2] begins a snappy stream with every command, SUB, RDY and FIN among them", async () => {
    const topic = uniqueTopic();
    await node.act(`/pub?topic=${topic}`, "compressed");
    using raw = new RawConnection(node.tcpPort);
    const inStream = (command: string) => raw.write(new SnappyEncoder().encode(Buffer.from(command)));
    raw.write(commands.magic);
    raw.write(commands.identify({ ...pynsq, snappy: true }));
    await eventually(() => expect(raw.received).toContain("sNaPpY"));

    inStream(`SUB ${topic} c\n`);
    inStream("RDY 1\n");
    const message = await eventually(() => {
      const found = snappyFrames(raw.received).find((frame) => frame.type === "message");
      expect(found).toBeDefined();
      return found as Extract<Frame, { type: "message" }>;
    });
    inStream(`FIN ${message.message.id}\n`);

    await eventually(async () =>
      expect((await node.channel(topic, "c")).clients![0]).toMatchObject({ finish_count: 1, snappy: true }),
    );
  });

  test("[CX2] goes over to TLS, then to deflate in one stream", async () => {
    const topic = uniqueTopic();
    const { client } = await connectUpgraded(node.tcpPort, { ...pynsq, tls_v1: true, deflate: true });
    await using _ = client;

    client.send(commands.pub(topic, "a".repeat(50_000)));
    await client.expectOk();
    client.send(`SUB ${topic} c\n`);
    await client.expectOk();
    client.send("RDY 1\n");

    expect((await client.nextMessage()).body).toHaveLength(50_000);
  });

  test("[CX2] closes its socket with messages in flight, which come again after their timeout", async () => {
    const topic = uniqueTopic();
    await node.act(`/pub?topic=${topic}`, "held");
    const gone = await connect(node.tcpPort);
    gone.identify({ ...pynsq, msg_timeout: 1_000 });
    await gone.nextFrame();
    gone.send(`SUB ${topic} c\n`, "RDY 1\n");
    await gone.expectOk();
    await gone.nextMessage();
    await using next = await negotiated(pynsq);
    next.send(`SUB ${topic} c\n`, "RDY 1\n");
    await next.expectOk();

    gone.destroy();

    expect((await next.nextMessage()).attempts).toBe(2);
  });

  test("[CX2] answers heartbeats with NOP, and is kept", async () => {
    await using client = await connect(node.tcpPort);
    client.identify({ ...pynsq, heartbeat_interval: 1_000 });
    await client.nextFrame();

    for (let beat = 0; beat < 3; beat++) {
      await client.expectResponse("_heartbeat_");
      client.send("NOP\n");
    }

    await client.expectAlive();
  });
});

/** What a stream that began with a plain answer holds behind it. */
function snappyFrames(received: string): Frame[] {
  const bytes = Buffer.from(received, "latin1");
  const decoder = new SnappyDecoder();
  const frames = new FrameDecoder();
  decoder.push(bytes.subarray(4 + bytes.readInt32BE(0)));
  const found: Frame[] = [];
  for (let plain = decoder.next(); plain !== null; plain = decoder.next()) found.push(...frames.push(plain));
  return found;
}

test("[CX2] their suites start the servers cold, in every form of flags, and again on the data of one that was killed", async () => {
  const dataPath = await mkdtemp(join(tmpdir(), "weir-suite-"));
  await using onPath = await OnPath.make();
  const lookupd = await onPath.start("nsqlookupd", [
    "--http-address=127.0.0.1:0",
    "-tcp-address",
    "127.0.0.1:0",
  ]);
  const flags = [
    "--http-address=127.0.0.1:0",
    "-tcp-address=127.0.0.1:0",
    "-https-address",
    "127.0.0.1:0",
    "--broadcast-address",
    "127.0.0.1",
    `--lookupd-tcp-address=127.0.0.1:${lookupd.tcpPort}`,
    `-data-path=${dataPath}`,
    ...Object.entries(certificateFlags).map(([name, value]) => `--${name}=${value}`),
    // Their certificate is its own authority. Nobody shows one to the server, and nobody has to.
    `--tls-root-ca-file=${certificateFlags["tls-cert"]}`,
  ];

  for (let life = 1; life <= 2; life++) {
    const startedMs = performance.now();
    const nsqd = await onPath.start("nsqd", flags);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    const { client } = await connectUpgraded(nsqd.tcpPort, { ...goNsq, tls_v1: true });
    client.pub(`life_${life}`, "x");
    await client.expectOk();
    await eventually(async () => {
      const { text } = await request("GET", `${lookupd.httpUrl}/lookup?topic=life_${life}`);
      expect(JSON.parse(text).producers).toMatchObject([{ tcp_port: nsqd.tcpPort }]);
    });
    client.destroy();
    await nsqd.kill();
  }
  await rm(dataPath, { recursive: true });
});
