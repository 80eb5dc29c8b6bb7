/**
 * How the Python client of NSQ speaks, byte for byte. The client itself needs a toolchain that is no part of this
 * project.
 */
import { afterAll, expect, test } from "vitest";
import { SnappyDecoder, SnappyEncoder } from "../compression/snappy-frames.ts";
import { CertificateFiles } from "../testing/certificate-files.ts";
import { connect } from "../testing/client.ts";
import * as commands from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { type Frame, FrameDecoder } from "../testing/frames.ts";
import { uniqueTopic } from "../testing/names.ts";
import { negotiated, oldCertificate, pynsq } from "../testing/official-clients.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { sharedNode } from "../testing/shared-node.ts";
import { connectUpgraded } from "../testing/upgraded-client.ts";

const files = new CertificateFiles();
afterAll(() => files[Symbol.dispose]());
const node = await sharedNode(files.flags(oldCertificate));

test("[CX2] asks for one message, and for more once that has come", async () => {
  const topic = uniqueTopic();
  for (const body of ["1", "2", "3"]) await node.act(`/pub?topic=${topic}`, body);
  await using client = await negotiated(node.tcpPort, pynsq);
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
  await using next = await negotiated(node.tcpPort, pynsq);
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
