/**
 * How the Go client of NSQ speaks, byte for byte: what it does not wait for, and what it takes an answer to be. The
 * client itself needs a toolchain that is no part of this project.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CertificateFiles } from "../testing/certificate-files.ts";
import { connect } from "../testing/client.ts";
import * as commands from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { request } from "../testing/http.ts";
import { uniqueTopic } from "../testing/names.ts";
import { goNsq, negotiated, oldCertificate } from "../testing/official-clients.ts";
import { OnPath } from "../testing/on-path.ts";
import { sharedNode } from "../testing/shared-node.ts";
import { connectUpgraded } from "../testing/upgraded-client.ts";

const files = new CertificateFiles();
afterAll(() => files[Symbol.dispose]());
const certificateFlags = files.flags(oldCertificate);
const node = await sharedNode(certificateFlags);

test("[CX2] gets one answer for each publish, in order, and none that it did not ask for", async () => {
  const topic = uniqueTopic();
  await using client = await negotiated(node.tcpPort, goNsq);

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
  await using client = await negotiated(node.tcpPort, goNsq);

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
  await using client = await negotiated(node.tcpPort, goNsq);

  client.send(`SUB ${topic} c\nRDY 1\n`);

  await client.expectOk();
  const message = await client.nextMessage();
  client.fin(message.id);
  await eventually(async () => expect((await node.channel(topic, "c")).in_flight_count).toBe(0));
});

test("[CX2] backs off with RDY 0, probes with RDY 1, and requeues for longer than it waits", async () => {
  const topic = uniqueTopic();
  for (const body of ["1", "2", "3", "4"]) await node.act(`/pub?topic=${topic}`, body);
  await using client = await negotiated(node.tcpPort, goNsq);
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
  await using client = await negotiated(node.tcpPort, goNsq);
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

test("[CX2] its suite and the Python client's start the servers cold, in every form of flags, and again on the data of one that was killed", async () => {
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
