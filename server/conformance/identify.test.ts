import { describe, expect, test } from "vitest";
import { connect } from "../testing/client.ts";
import { int32 } from "../testing/commands.ts";
import { uniqueTopic } from "../testing/names.ts";
import { startNode } from "../testing/node.ts";
import { sharedNode } from "../testing/shared-node.ts";

const node = await sharedNode();

/** The reply to IDENTIFY with feature negotiation. */
async function negotiate(settings: Record<string, unknown>, port = node.tcpPort) {
  await using client = await connect(port);
  client.identify({ feature_negotiation: true, ...settings });
  const frame = await client.nextFrame();
  if (frame.type !== "response") throw new Error(frame.type === "error" ? frame.text : "message");
  return JSON.parse(frame.text) as Record<string, unknown>;
}

/** The error that IDENTIFY ends the connection with. */
async function refused(body: Record<string, unknown> | string, error: string) {
  await using client = await connect(node.tcpPort);
  client.identify(body);
  await client.expectFatal(`E_BAD_BODY IDENTIFY ${error}`);
}

test("[TI1] the reply to a negotiating client has exactly NSQ's fifteen keys, in NSQ's order", async () => {
  expect(await negotiate({})).toEqual({
    max_rdy_count: 2500,
    version: "1.3.0",
    max_msg_timeout: 900_000,
    msg_timeout: 60_000,
    tls_v1: false,
    deflate: false,
    deflate_level: 6,
    max_deflate_level: 6,
    snappy: false,
    sample_rate: 0,
    auth_required: false,
    output_buffer_size: 16_384,
    output_buffer_timeout: 250,
    topology_region: "",
    topology_zone: "",
  });
  expect(Object.keys(await negotiate({})).slice(0, 3)).toEqual([
    "max_rdy_count",
    "version",
    "max_msg_timeout",
  ]);
});

test("[TI2] without feature_negotiation the reply is OK and the connection stays plain", async () => {
  await using client = await connect(node.tcpPort);

  client.identify({ tls_v1: true, snappy: true });
  client.pub(uniqueTopic(), "plain");

  await client.expectOk(2);
});

test("[TI3] unknown keys and null fields are accepted, and so is null for everything", async () => {
  expect(
    await negotiate({
      short_id: "a",
      long_id: "b",
      extra: [1, { a: 2 }],
      heartbeat_interval: null,
      msg_timeout: null,
    }),
  ).toMatchObject({ msg_timeout: 60_000 });

  await using client = await connect(node.tcpPort);
  client.identify("null");
  await client.expectOk();
});

describe("[TI4] heartbeat_interval", () => {
  test.each([999, 60_001, -2, 100])("%d is refused", (value) =>
    refused({ heartbeat_interval: value }, `heartbeat interval (${value}) is invalid`),
  );
  test.each([-1, 0, 1_000, 60_000])("%d is accepted", async (value) => {
    await negotiate({ heartbeat_interval: value });
  });
});

describe("[TI5] output_buffer_size", () => {
  test.each([63, 65_537, -2])("%d is refused", (value) =>
    refused({ output_buffer_size: value }, `output buffer size (${value}) is invalid`),
  );
  test.each([
    [-1, 1, 0],
    [0, 16_384, 250],
    [64, 64, 250],
    [65_536, 65_536, 250],
  ])("%d is answered %d, with a timeout of %d", async (value, size, timeout) => {
    const reply = await negotiate({ output_buffer_size: value });

    expect(reply).toMatchObject({ output_buffer_size: size, output_buffer_timeout: timeout });
  });
});

describe("[TI6] output_buffer_timeout", () => {
  test.each([24, 30_001, -2])("%d is refused", (value) =>
    refused({ output_buffer_timeout: value }, `output buffer timeout (${value}) is invalid`),
  );
  test.each([
    [-1, 0],
    [0, 250],
    [25, 25],
    [30_000, 30_000],
  ])("%d is answered %d", async (value, answered) => {
    expect(await negotiate({ output_buffer_timeout: value })).toMatchObject({
      output_buffer_timeout: answered,
    });
  });
});

describe("[TI7] sample_rate", () => {
  test.each([-1, 100])("%d is refused", (value) =>
    refused({ sample_rate: value }, `sample rate (${value}) is invalid`),
  );
  test.each([0, 1, 99])("%d is echoed", async (value) => {
    expect(await negotiate({ sample_rate: value })).toMatchObject({ sample_rate: value });
  });
});

describe("[TI8] msg_timeout", () => {
  test.each([999, 900_001, -1])("%d is refused", (value) =>
    refused({ msg_timeout: value }, `msg timeout (${value}) is invalid`),
  );
  test.each([
    [0, 60_000],
    [1_000, 1_000],
    [900_000, 900_000],
  ])("%d is answered %d", async (value, answered) => {
    expect(await negotiate({ msg_timeout: value })).toMatchObject({ msg_timeout: answered });
  });
});

test.each([
  [9, 6],
  [3, 3],
  [-1, 6],
  [0, 6],
])("[TI9] deflate_level %d is answered %d", async (value, answered) => {
  expect(await negotiate({ deflate_level: value })).toMatchObject({
    deflate_level: answered,
    deflate: false,
  });
});

test("[TI11] tls_v1 without a certificate is answered false, and the connection stays plain", async () => {
  await using client = await connect(node.tcpPort);

  client.identify({ feature_negotiation: true, tls_v1: true });
  client.pub(uniqueTopic(), "plain");

  await client.expectResponse(/"tls_v1":false/);
  await client.expectOk();
});

test.each([
  "{",
  "[]",
  "7",
  '"a"',
  " ",
  '{"client_id":7}',
  '{"heartbeat_interval":1000.0}',
  '{"sample_rate":"1"}',
])("[TI12] the body %j cannot be decoded", async (body) => {
  await using client = await connect(node.tcpPort);
  client.identify(body);
  await client.expectFatal("E_BAD_BODY IDENTIFY failed to decode JSON body");
});

test.each([
  [0, "invalid body size 0"],
  [-1, "invalid body size -1"],
  [5_242_881, "body too big 5242881 > 5242880"],
  [2 ** 31 - 1, "body too big 2147483647 > 5242880"],
])("[TI13] a body length of %d is refused before any of it is read", async (length, error) => {
  await using client = await connect(node.tcpPort);

  client.send("IDENTIFY\n", int32(length));

  await client.expectFatal(`E_BAD_BODY IDENTIFY ${error}`);
});

test("[TI14] IDENTIFY after SUB is refused", async () => {
  await using client = await connect(node.tcpPort);

  client.sub(uniqueTopic(), "c");
  client.identify({});

  await client.expectOk();
  await client.expectFatal("E_INVALID cannot IDENTIFY in current state");
});

test("[TI15] a second IDENTIFY before SUB is answered with its own values", async () => {
  await using client = await connect(node.tcpPort);

  client.identify({ feature_negotiation: true, msg_timeout: 2_000 });
  client.identify({ feature_negotiation: true, msg_timeout: 3_000 });

  await client.expectResponse(/"msg_timeout":2000,/);
  await client.expectResponse(/"msg_timeout":3000,/);
});

test("[TI16] auth_required is false while there is nobody to ask", async () => {
  expect(await negotiate({})).toMatchObject({ auth_required: false });
});

test("[TI17] the reply reflects the node's flags", async () => {
  await using other = await startNode({
    "max-rdy-count": 7,
    "max-msg-timeout": "2m",
    "msg-timeout": "3s",
    "output-buffer-timeout": "100ms",
    "max-deflate-level": 3,
  });

  expect(await negotiate({}, other.tcpPort)).toMatchObject({
    max_rdy_count: 7,
    max_msg_timeout: 120_000,
    msg_timeout: 3_000,
    output_buffer_timeout: 100,
    max_deflate_level: 3,
    deflate_level: 3,
  });
});

test("[TI17] what a client says of itself is what the statistics show", async () => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort);

  client.identify({ client_id: "me", hostname: "here", user_agent: "weir-test/1", sample_rate: 1 });
  client.sub(topic, "c");
  await client.expectOk(2);
  client.rdy(3);
  await client.expectAlive();

  expect((await node.channel(topic, "c")).clients).toMatchObject([
    {
      client_id: "me",
      hostname: "here",
      user_agent: "weir-test/1",
      state: 3,
      ready_count: 3,
      sample_rate: 1,
    },
  ]);
});
