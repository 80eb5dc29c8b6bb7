import { describe, expect, test } from "vitest";
import { connect } from "../testing/client.ts";
import { identify, int32, pub, withBody } from "../testing/commands.ts";
import { uniqueTopic } from "../testing/names.ts";
import { sharedNode } from "../testing/shared-node.ts";

const node = await sharedNode();

test.each(["  V1", "GET ", "\0\0\0\0"])(
  "[TF1] the magic %j is answered E_BAD_PROTOCOL, then the end",
  async (magic) => {
    await using client = await connect(node.tcpPort, { magic });

    await client.expectFatal("E_BAD_PROTOCOL");
  },
);

test("[TF1] an end before four bytes is the end, without a frame", async () => {
  await using client = await connect(node.tcpPort, { magic: "  V" });

  client.end();

  await client.expectClose();
});

test("[TF2] the server says nothing before the first command", async () => {
  await using client = await connect(node.tcpPort);

  await client.expectNothing({ forMs: 1_000 });
});

test("[TF3] frames are a size, a type of 0, 1 or 2, and data of the size less four", async () => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort);

  client.sub(topic, "c");
  client.rdy(1);
  client.pub(topic, "body");
  const frames = [await client.nextFrame(), await client.nextFrame(), await client.nextFrame()];
  client.fin("ffffffffffffffff");

  // The decoder throws on any other type, and loses its place on any other size.
  expect(frames.map(({ type }) => type).sort()).toEqual(["message", "response", "response"]);
  await client.expectError("E_FIN_FAILED FIN ffffffffffffffff failed ID not in flight");
});

test.each(["NOP\n", "NOP\r\n"])("[TF4] %j is accepted and not answered", async (nop) => {
  await using client = await connect(node.tcpPort);

  client.send(nop, pub(uniqueTopic(), "x"));

  await client.expectOk();
});

test("[TF5] an unknown command is named in the error, and ends the connection", async () => {
  await using client = await connect(node.tcpPort);

  client.send("FOO bar\n");

  await client.expectFatal("E_INVALID invalid command FOO");
});

test("[TF6] commands in lower case are unknown", async () => {
  await using client = await connect(node.tcpPort);

  client.send("nop\n");

  await client.expectFatal("E_INVALID invalid command nop");
});

test.each(["\n", "\r\n"])("[TF7] the empty line %j is an unknown command without a name", async (line) => {
  await using client = await connect(node.tcpPort);

  client.send(line);

  await client.expectFatal("E_INVALID invalid command ");
});

test("[TF8] two spaces between fields are an empty field", async () => {
  await using client = await connect(node.tcpPort);

  client.send("SUB  channel\n");

  await client.expectFatal('E_BAD_TOPIC SUB topic name "" is not valid');
});

test("[TF9] a line of 17,000 bytes ends the connection without a frame", async () => {
  await using client = await connect(node.tcpPort);

  client.send("PUB ", "x".repeat(17_000), "\n");

  await client.expectClose();
});

test("[TF9] a line of 17,000 bytes that has no end yet ends the connection without a frame", async () => {
  await using client = await connect(node.tcpPort);

  client.send("x".repeat(17_000));

  await client.expectClose();
});

test("[TF10] 10,000 publishes written at once are answered by 10,000 OK, in order with other replies", async () => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort);

  const half = Array.from({ length: 5_000 }, (_, index) => pub(topic, `${index}`));
  client.send(...half, identify({ feature_negotiation: true }), ...half);

  await client.expectOk(5_000);
  await client.expectResponse(/^\{"max_rdy_count":/);
  await client.expectOk(5_000);
  expect((await node.topic(topic)).message_count).toBe(10_000);
});

test("[TF11] IDENTIFY, SUB and RDY in one segment are answered in order", async () => {
  const topic = uniqueTopic();
  await using producer = await connect(node.tcpPort);
  producer.pub(topic, "waiting");
  await producer.expectOk();
  await using client = await connect(node.tcpPort, { magic: "" });

  client.send("  V2", identify({ feature_negotiation: true }), `SUB ${topic} c\n`, "RDY 1\n");

  await client.expectResponse(/^\{/);
  await client.expectOk();
  expect((await client.nextMessage()).body.toString()).toBe("waiting");
});

test("[TF12] a publish that arrives byte by byte is one publish", async () => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort, { magic: "" });

  for (const byte of Buffer.concat([Buffer.from("  V2"), pub(topic, "drop by drop")])) {
    client.send(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  await client.expectOk();
  client.sub(topic, "c");
  client.rdy(1);

  await client.expectOk();
  expect((await client.nextMessage()).body.toString()).toBe("drop by drop");
});

test("[TF13] an end inside a body is an error, and the topic is not made", async () => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort);

  client.send(withBody(`PUB ${topic}`, "half", 8));
  client.end();

  await client.expectFatal("E_BAD_MESSAGE PUB failed to read message body");
  expect(await node.hasTopic(topic)).toBe(false);
});

test("[TF13] an end inside a line is the end, without a frame", async () => {
  await using client = await connect(node.tcpPort);

  client.send("SUB half");
  client.end();

  await client.expectClose();
});

test("[TF14] extra fields are ignored", async () => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort);

  client.send(
    withBody(`PUB ${topic} extra`, "body"),
    "NOP extra\n",
    `SUB ${topic} c extra\n`,
    "RDY 1 extra\n",
  );
  await client.expectOk(2);
  const message = await client.nextMessage();
  client.send(`FIN ${message.id} extra\n`, "CLS extra\n");

  await client.expectResponse("CLOSE_WAIT");
  expect((await node.channel(topic, "c")).in_flight_count).toBe(0);
});

describe("[TF15] only a failed FIN, REQ or TOUCH leaves the connection open", () => {
  test.each(["FIN", "REQ", "TOUCH"])("%s", async (verb) => {
    await using client = await connect(node.tcpPort);
    client.sub(uniqueTopic(), "c");
    await client.expectOk();

    client.send(`${verb} 0123456789abcdef${verb === "REQ" ? " 0" : ""}\n`);

    await client.expectError(`E_${verb}_FAILED ${verb} 0123456789abcdef failed ID not in flight`);
    await client.expectAlive();
  });
});

test("[TF16] a publish on a subscribed and on a closing connection is answered OK", async () => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort);

  client.sub(topic, "c");
  client.pub(topic, "subscribed");
  await client.expectOk(2);
  client.send("CLS\n");
  await client.expectResponse("CLOSE_WAIT");
  client.pub(topic, "closing");

  await client.expectOk();
  expect((await node.channel(topic, "c")).depth).toBe(2);
});

test("[TF13] an end inside an IDENTIFY body is an error of its own", async () => {
  await using client = await connect(node.tcpPort);

  client.send("IDENTIFY\n", int32(100), "{");
  client.end();

  await client.expectFatal("E_BAD_BODY IDENTIFY failed to read body");
});
