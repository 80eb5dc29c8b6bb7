import { afterAll, describe, expect, test } from "vitest";
import type { CompressedStream } from "../compression/compressed-stream.ts";
import { SnappyEncoder } from "../compression/snappy-frames.ts";
import { CertificateFiles } from "../testing/certificate-files.ts";
import { certificate } from "../testing/certificates.ts";
import { connect } from "../testing/client.ts";
import { pub } from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { uniqueTopic } from "../testing/names.ts";
import { startNode } from "../testing/node.ts";
import { RawConnection } from "../testing/raw-connection.ts";
import { sharedNode } from "../testing/shared-node.ts";
import { connectUpgraded, type Wanted } from "../testing/upgraded-client.ts";

const files = new CertificateFiles();
afterAll(() => files[Symbol.dispose]());
const node = await sharedNode(files.flags(certificate({ key: "rsa2048" })));

const large = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * at) % 251));

/** Publishes and consumes over one connection. */
async function roundTrip(wanted: Wanted): Promise<void> {
  const topic = uniqueTopic();
  const { client, reply } = await connectUpgraded(node.tcpPort, wanted);
  await using _ = client;

  client.pub(topic, "small");
  client.pub(topic, large);
  await client.expectOk(2);
  client.sub(topic, "channel");
  await client.expectOk();
  client.rdy(5);
  const messages = await client.messages(2);
  for (const { id } of messages) client.fin(id);

  expect(reply).toMatchObject(wanted);
  expect(messages[0]!.body.toString()).toBe("small");
  expect(messages[1]!.body.equals(large)).toBe(true);
  await eventually(async () => {
    const channel = await node.channel(topic, "channel");
    expect(channel.clients![0]).toMatchObject({ finish_count: 2 });
  });
}

test("[TU1] TLS begins behind a reply in the clear, and is answered OK inside", () =>
  roundTrip({ tls_v1: true }));

test("[TU2] snappy is answered OK in a stream of its own, and works both ways", async () => {
  using raw = new RawConnection(node.tcpPort);
  raw.write("  V2");
  const settings = JSON.stringify({ feature_negotiation: true, snappy: true });
  raw.write(`IDENTIFY\n\0\0\0${String.fromCharCode(settings.length)}${settings}`);

  const ok = Buffer.from("ff060000734e61507059010e000026982bcf00000006000000004f4b", "hex").toString(
    "latin1",
  );
  await eventually(() => expect(raw.received.endsWith(ok)).toBe(true));
  await roundTrip({ snappy: true });
});

test("[TU3] a new snappy stream before every command is understood", async () => {
  const topic = uniqueTopic();
  using raw = new RawConnection(node.tcpPort);
  raw.write("  V2");
  const settings = JSON.stringify({ feature_negotiation: true, snappy: true });
  raw.write(`IDENTIFY\n\0\0\0${String.fromCharCode(settings.length)}${settings}`);
  await eventually(() => expect(raw.received).toContain("sNaPpY"));

  for (const body of ["one", "two", large]) raw.write(new SnappyEncoder().encode(pub(topic, body)));

  await eventually(async () => expect((await node.topic(topic)).depth).toBe(3));
});

test("[TU4] deflate is one raw stream each way, flushed at every write; 100 kB come through whole", () =>
  roundTrip({ deflate: true }));

test.each([{ snappy: true }, { deflate: true }])("[TU5] TLS with %j in it works", (wanted) =>
  roundTrip({ tls_v1: true, ...wanted }),
);

test.each([{ snappy: true }, { deflate: true }, { tls_v1: true, snappy: true }])(
  "[TU8] a plain CLS on a connection with %j ends it, and nothing else",
  async (wanted) => {
    const { client, top } = await connectUpgraded(node.tcpPort, wanted);
    await using _ = client;

    (top as CompressedStream).over.write("CLS\n");

    await client.expectClose();
    await roundTrip(wanted);
  },
);

test.each([
  [{ snappy: true }, { snappy: false }],
  [{ deflate: true }, { deflate: false }],
])(
  "[TU14] what is turned off is answered false, and the connection stays plain: %j",
  async (wanted, flags) => {
    await using plain = await startNode(flags);
    const { client, reply } = await connectUpgraded(plain.tcpPort, wanted);
    await using _ = client;

    expect(reply).toMatchObject(flags);
    await client.expectAlive();
  },
);

test("[TI10] snappy and deflate together are refused before anything is upgraded", async () => {
  await using client = await connect(node.tcpPort);

  client.identify({ feature_negotiation: true, snappy: true, deflate: true, tls_v1: true });

  await client.expectFatal("E_IDENTIFY_FAILED cannot enable both deflate and snappy compression");
});

test("[TI2] without negotiation nothing is upgraded, certificate or not", async () => {
  await using client = await connect(node.tcpPort);

  client.identify({ tls_v1: true, snappy: true, deflate: true });

  await client.expectResponse("OK");
  await client.expectAlive();
});

test("[TI9] a level of deflate is answered as it is used", async () => {
  const { client, reply } = await connectUpgraded(node.tcpPort, { deflate: true, deflate_level: 9 });
  await using _ = client;

  expect(reply).toMatchObject({ deflate: true, deflate_level: 6, max_deflate_level: 6 });
  await client.expectAlive();
});

describe("[UG1] a connection that is upgraded", () => {
  test("is not upgraded again by another IDENTIFY", async () => {
    const { client } = await connectUpgraded(node.tcpPort, { tls_v1: true, snappy: true });
    await using _ = client;

    client.identify({ feature_negotiation: true, tls_v1: true, deflate: true });

    await client.expectResponse(/"tls_v1":false,"deflate":false.*"snappy":false/);
    await client.expectAlive();
  });

  test("says so in the statistics", async () => {
    const topic = uniqueTopic();
    const { client } = await connectUpgraded(
      node.tcpPort,
      { tls_v1: true, deflate: true },
      { maxVersion: "TLSv1.2" },
    );
    await using _ = client;
    client.sub(topic, "channel");
    await client.expectOk();

    const { clients } = await node.channel(topic, "channel");

    expect(clients![0]).toMatchObject({
      tls: true,
      tls_version: "TLS1.2",
      tls_cipher_suite: expect.stringMatching(/^TLS_ECDHE_RSA_WITH_AES_/),
      tls_negotiated_protocol_is_mutual: true,
      deflate: true,
      snappy: false,
    });
  });

  test("has its heartbeats and its deadline", async () => {
    const { client } = await connectUpgraded(node.tcpPort, { snappy: true, heartbeat_interval: 1_000 });
    await using _ = client;

    await client.expectResponse("_heartbeat_");
    await client.expectClose();
  });

  test("is ended with its error inside", async () => {
    const { client } = await connectUpgraded(node.tcpPort, { tls_v1: true, deflate: true });
    await using _ = client;

    client.send("BOGUS\n");

    await client.expectFatal("E_INVALID invalid command BOGUS");
  });

  test("takes what comes behind IDENTIFY at once", async () => {
    using raw = new RawConnection(node.tcpPort);
    const settings = JSON.stringify({ feature_negotiation: true, snappy: true });
    const topic = uniqueTopic();
    const identify = `  V2IDENTIFY\n\0\0\0${String.fromCharCode(settings.length)}${settings}`;
    raw.write(
      Buffer.concat([Buffer.from(identify, "latin1"), new SnappyEncoder().encode(pub(topic, "early"))]),
    );

    await eventually(async () => expect((await node.topic(topic)).depth).toBe(1));
  });
});
