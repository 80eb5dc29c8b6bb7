/**
 * Every error frame that ends the connection, word for word. One row is one
 * connection: what is sent, and the error it ends with.
 */
import { describe, expect, test } from "vitest";
import { connect } from "../testing/client.ts";
import { identify, int32, mpubBody, withBody } from "../testing/commands.ts";
import { uniqueTopic } from "../testing/names.ts";
import { sharedNode } from "../testing/shared-node.ts";

const maxMessage = 1_000;
const maxBody = 10_000;
const node = await sharedNode({
  "max-msg-size": maxMessage,
  "max-body-size": maxBody,
  "max-req-timeout": "10s",
});

const topic = uniqueTopic();
const id = "0123456789abcdef";
const sub = `SUB ${topic} c\n`;
const long = "x".repeat(65);
const countMax = Math.floor((maxBody - 4) / 5);

type Row = readonly [sent: string | Buffer, error: string];

const states: Row[] = [
  [`${sub}SUB ${topic} c\n`, "E_INVALID cannot SUB in current state"],
  [Buffer.concat([Buffer.from(sub), identify({})]), "E_INVALID cannot IDENTIFY in current state"],
  ["RDY 1\n", "E_INVALID cannot RDY in current state"],
  [`FIN ${id}\n`, "E_INVALID cannot FIN in current state"],
  [`REQ ${id} 0\n`, "E_INVALID cannot REQ in current state"],
  [`TOUCH ${id}\n`, "E_INVALID cannot TOUCH in current state"],
  ["CLS\n", "E_INVALID cannot CLS in current state"],
  [`${sub}CLS\nCLS\n`, "E_INVALID cannot CLS in current state"],
  [`${sub}CLS\nSUB ${topic} c\n`, "E_INVALID cannot SUB in current state"],
];

const consumers: Row[] = [
  ["SUB\n", "E_INVALID SUB insufficient number of parameters"],
  [`SUB ${topic}\n`, "E_INVALID SUB insufficient number of parameters"],
  ["SUB a!b c\n", 'E_BAD_TOPIC SUB topic name "a!b" is not valid'],
  [`SUB ${long} c\n`, `E_BAD_TOPIC SUB topic name "${long}" is not valid`],
  [`SUB ${topic} \n`, 'E_BAD_CHANNEL SUB channel name "" is not valid'],
  [`SUB ${topic} a"b\n`, 'E_BAD_CHANNEL SUB channel name "a\\"b" is not valid'],
  [`SUB ${topic} a\tb\n`, 'E_BAD_CHANNEL SUB channel name "a\\tb" is not valid'],
  [`${sub}RDY abc\n`, "E_INVALID RDY could not parse count abc"],
  [`${sub}RDY -1\n`, "E_INVALID RDY could not parse count -1"],
  [`${sub}RDY 2501\n`, "E_INVALID RDY count 2501 out of range 0-2500"],
  [`${sub}FIN\n`, "E_INVALID FIN insufficient number of params"],
  [`${sub}TOUCH\n`, "E_INVALID TOUCH insufficient number of params"],
  [`${sub}REQ\n`, "E_INVALID REQ insufficient number of params"],
  [`${sub}REQ ${id}\n`, "E_INVALID REQ insufficient number of params"],
  [`${sub}FIN ${id}0\n`, "E_INVALID invalid message ID"],
  [`${sub}TOUCH ${id.slice(1)}\n`, "E_INVALID invalid message ID"],
  [`${sub}REQ x 0\n`, "E_INVALID invalid message ID"],
  [`${sub}REQ ${id} -1\n`, "E_INVALID REQ could not parse timeout -1"],
  [`${sub}REQ ${id} soon\n`, "E_INVALID REQ could not parse timeout soon"],
];

const producers: Row[] = [
  ["PUB\n", "E_INVALID PUB insufficient number of parameters"],
  ["MPUB\n", "E_INVALID MPUB insufficient number of parameters"],
  ["DPUB\n", "E_INVALID DPUB insufficient number of parameters"],
  [`DPUB ${topic}\n`, "E_INVALID DPUB insufficient number of parameters"],
  [withBody("PUB a$b", "x"), 'E_BAD_TOPIC PUB topic name "a$b" is not valid'],
  [withBody("DPUB a$b 1", "x"), 'E_BAD_TOPIC DPUB topic name "a$b" is not valid'],
  [withBody("MPUB a$b", "x"), 'E_BAD_TOPIC E_BAD_TOPIC MPUB topic name "a$b" is not valid'],
  [withBody(`PUB ${topic}`, "", 0), "E_BAD_MESSAGE PUB invalid message body size 0"],
  [withBody(`PUB ${topic}`, "", -1), "E_BAD_MESSAGE PUB invalid message body size -1"],
  [withBody(`PUB ${topic}`, "", 1_001), "E_BAD_MESSAGE PUB message too big 1001 > 1000"],
  [withBody(`PUB ${topic}`, "", 2 ** 31 - 1), "E_BAD_MESSAGE PUB message too big 2147483647 > 1000"],
  [withBody(`DPUB ${topic} 1`, "", 0), "E_BAD_MESSAGE DPUB invalid message body size 0"],
  [withBody(`DPUB ${topic} 1`, "", 1_001), "E_BAD_MESSAGE DPUB message too big 1001 > 1000"],
  [withBody(`DPUB ${topic} soon`, "x"), "E_INVALID DPUB could not parse timeout soon"],
  [withBody(`DPUB ${topic} -1`, "x"), "E_INVALID DPUB could not parse timeout -1"],
  [withBody(`DPUB ${topic} 10001`, "x"), "E_INVALID DPUB timeout 10001 out of range 0-10000"],
  [withBody(`MPUB ${topic}`, "", 0), "E_BAD_BODY MPUB invalid body size 0"],
  [withBody(`MPUB ${topic}`, "", -1), "E_BAD_BODY MPUB invalid body size -1"],
  [withBody(`MPUB ${topic}`, "", maxBody + 1), "E_BAD_BODY MPUB body too big 10001 > 10000"],
  [withBody(`MPUB ${topic}`, mpubBody([], 0)), "E_BAD_BODY MPUB invalid message count 0"],
  [withBody(`MPUB ${topic}`, mpubBody([], -1)), "E_BAD_BODY MPUB invalid message count -1"],
  [
    withBody(`MPUB ${topic}`, mpubBody([], countMax + 1)),
    `E_BAD_BODY MPUB invalid message count ${countMax + 1}`,
  ],
  [withBody(`MPUB ${topic}`, mpubBody(["a", ""])), "E_BAD_MESSAGE MPUB invalid message(1) body size 0"],
  [
    withBody(`MPUB ${topic}`, Buffer.concat([int32(1), int32(-5), Buffer.from("xx")])),
    "E_BAD_MESSAGE MPUB invalid message(0) body size -5",
  ],
  [
    withBody(`MPUB ${topic}`, mpubBody(["x".repeat(maxMessage + 1)])),
    "E_BAD_MESSAGE MPUB message too big 1001 > 1000",
  ],
];

describe.each([
  ["[TF15] a command in the wrong state", states],
  ["[TF15] a consumer's mistake", consumers],
  ["[TF15] a producer's mistake", producers],
])("%s", (_, rows) => {
  test.each(
    rows.map(([sent, error]) => [sent.toString("latin1").replaceAll("\n", "⏎"), sent, error] as const),
  )("%j", async (_title, sent, error) => {
    await using client = await connect(node.tcpPort);

    client.send(sent);

    for (;;) {
      const frame = await client.nextFrame();
      if (frame.type === "response") continue;
      expect(frame).toEqual({ type: "error", text: error });
      break;
    }
    await client.expectClose();
  });
});

test.each([
  [
    Buffer.concat([Buffer.from(`PUB ${topic}\n`), Buffer.of(0, 0)]),
    "E_BAD_MESSAGE PUB failed to read message body size",
  ],
  [withBody(`PUB ${topic}`, "xx", 3), "E_BAD_MESSAGE PUB failed to read message body"],
  [withBody(`DPUB ${topic} 1`, "xx", 3), "E_BAD_MESSAGE DPUB failed to read message body"],
  [Buffer.from(`MPUB ${topic}\n`), "E_BAD_BODY MPUB failed to read body size"],
])("[TF13] what ends inside a body: %j", async (sent, error) => {
  await using client = await connect(node.tcpPort);

  client.send(sent);
  client.end();

  await client.expectFatal(error);
});

test("[TF15] the order of checks is nsqd's: parameters, topic name, timeout, length", async () => {
  await using name = await connect(node.tcpPort);
  name.send(withBody("DPUB a$b soon", "", -1));
  await name.expectFatal('E_BAD_TOPIC DPUB topic name "a$b" is not valid');

  await using timeout = await connect(node.tcpPort);
  timeout.send(withBody(`DPUB ${topic} soon`, "", -1));
  await timeout.expectFatal("E_INVALID DPUB could not parse timeout soon");
});
