import type { RequestListener } from "node:http";
import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { startNode, type TestNode } from "../testing/node.ts";
import { framed, ScriptedLookup } from "../testing/scripted-lookup.ts";

const timeoutMs = 300;
const flags = {
  "http-client-connect-timeout": `${timeoutMs}ms`,
  "http-client-request-timeout": `${timeoutMs}ms`,
};
/** Both timeouts, and time for a busy machine. */
const deliveredWithinMs = 2 * timeoutMs + 1_500;
const rssGrowthBytesMax = 48 * 2 ** 20;

async function startWith(lookup: ScriptedLookup): Promise<TestNode> {
  const node = await startNode({ ...flags, "lookupd-tcp-address": lookup.address });
  await eventually(() => expect(lookup.connections).toBeGreaterThan(0));
  return node;
}

/** Publishes the first message of a topic to a consumer of a channel of its own; how long that took. */
async function firstDeliveryMs(node: TestNode, topic: string): Promise<number> {
  await using client = await subscribe(node.tcpPort, topic, "own", { rdy: 1 });
  const begunMs = performance.now();
  client.pub(topic, "first");
  await client.expectOk();
  expect((await client.nextMessage({ withinMs: 10_000 })).body.toString()).toBe("first");
  return performance.now() - begunMs;
}

const tooLong = Buffer.from("7fffffff", "hex");
const flood = Buffer.alloc(8 * 2 ** 20, framed("OK"));

const lies: Record<string, (lookup: ScriptedLookup) => (line: string) => string | Buffer | null> = {
  "says nothing": () => () => null,
  "claims a reply of 2 GB": () => () => tooLong,
  "claims a reply of less than nothing": () => () => Buffer.from("ffffffff", "hex"),
  "refuses the node": () => () => framed("E_INVALID go away"),
  "answers with no JSON": () => () => framed("OK"),
  "answers in HTTP": () => () => "HTTP/1.1 400 Bad Request\r\n\r\n",
  "floods with replies to nothing": () => () => flood,
  "refuses every command": (lookup) => (line) =>
    framed(line === "IDENTIFY" ? lookup.introduction : "E_BAD_TOPIC no"),
  "hangs up after each command": (lookup) => (line) => {
    if (line === "IDENTIFY") return framed(lookup.introduction);
    lookup.hangUp();
    return null;
  },
  "names a place that is none": () => () =>
    framed('{"broadcast_address":"../../etc","http_port":70000,"tcp_port":1,"version":"1"}'),
};

test.each(Object.entries(lies))(
  "[AN1] a lookup that %s is left alone more and more, and holds up nobody",
  async (_, lie) => {
    await using lookup = await ScriptedLookup.start();
    lookup.reply = lie(lookup);
    await using node = await startWith(lookup);
    const rssBytes = node.rssBytes;

    expect(await firstDeliveryMs(node, "orders")).toBeLessThan(deliveredWithinMs);
    const before = lookup.connections;
    const begunMs = performance.now();
    for (let topics = 0; performance.now() - begunMs < 1_500; topics++) {
      await node.act(`/topic/create?topic=t${topics}`);
    }

    // Whatever happens here, it is tried again after pauses only.
    expect(lookup.connections - before).toBeLessThanOrEqual(5);
    expect(node.rssBytes - rssBytes).toBeLessThan(rssGrowthBytesMax);
    expect((await node.get("/ping")).text).toBe("OK");
  },
);

const answers: Record<string, RequestListener> = {
  "never comes": () => {},
  "comes byte by byte": (_, response) => {
    const drip = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(drip));
  },
  "has no end": (_, response) => {
    const more = () => {
      while (!response.closed && response.write(Buffer.alloc(65_536, " ")));
      if (!response.closed) response.once("drain", more);
    };
    more();
  },
  "is a redirection": (_, response) => void response.writeHead(302, { Location: "/ping" }).end(),
  "is no JSON": (_, response) => void response.end("<html>"),
  "is of another shape": (_, response) => void response.end('{"channels":{"length":1e9}}'),
  "is cut off": (_, response) => {
    response.writeHead(200, { "Content-Length": 100 }).write('{"channels":["a');
    setImmediate(() => response.destroy());
  },
};

test.each(Object.entries(answers))(
  "[AN2] when the answer of a lookup %s, the first message waits no longer than the timeouts",
  async (_, answer) => {
    await using lookup = await ScriptedLookup.start();
    lookup.answer = answer;
    await using node = await startWith(lookup);
    const rssBytes = node.rssBytes;

    expect(await firstDeliveryMs(node, "orders")).toBeLessThan(deliveredWithinMs);

    expect(lookup.asked).toEqual(["orders"]);
    expect((await node.topic("orders")).channels.map((channel) => channel.channel_name)).toEqual(["own"]);
    expect(node.rssBytes - rssBytes).toBeLessThan(rssGrowthBytesMax);
  },
);

test("[AN1] of channels without end a thousand are believed, and only names that are some", async () => {
  await using lookup = await ScriptedLookup.start();
  const junk = ["", "a b", "x".repeat(65), "é", "e#ephemeral", "../x"];
  lookup.channels = { orders: [...junk, ...Array.from({ length: 5_000 }, (_, n) => `c${n}`)] };
  await using node = await startWith(lookup);
  await using client = await connect(node.tcpPort);

  client.pub("orders", "first");
  await client.expectOk();

  await eventually(async () => {
    const { channels } = await node.topic("orders");
    expect(channels).toHaveLength(1_000);
    expect(channels.every(({ channel_name: name, depth }) => /^c\d+$/.test(name) && depth === 1)).toBe(true);
  });
});

test("[AN3] a lookup that has no room for a name is told the others, and people once", async () => {
  await using lookup = await ScriptedLookup.start();
  lookup.reply = (line) => {
    if (line === "IDENTIFY") return framed(lookup.introduction);
    return framed(line.includes("full") ? "E_INVALID REGISTER too many" : "OK");
  };
  await using node = await startWith(lookup);

  for (const topic of ["one", "full1", "two", "full2", "three"])
    await node.act(`/topic/create?topic=${topic}`);
  await eventually(() => expect(lookup.registrations).toContain("REGISTER three"));

  expect(lookup.connections).toBe(1);
  expect(node.stderr.match(/it refuses REGISTER full/g)).toHaveLength(1);
});

test("[AN3] topics by the thousand are told once each, and one that comes and goes as it is in the end", async () => {
  await using lookup = await ScriptedLookup.start();
  await using node = await startNode({ "lookupd-tcp-address": lookup.address });
  await using client = await connect(node.tcpPort);
  const topics = Array.from({ length: 3_000 }, (_, n) => `t${n}`);

  for (const topic of topics) client.pub(topic, "x");
  await client.expectOk(topics.length);
  const told = topics.map((topic) => `REGISTER ${topic}`);
  await eventually(() => expect(new Set(lookup.registrations)).toEqual(new Set(told)), { withinMs: 10_000 });
  // All of them leave their hold, whose channels were asked for a few at a time.
  await eventually(() => expect(lookup.asked).toHaveLength(topics.length), { withinMs: 10_000 });

  expect(lookup.registrations).toHaveLength(topics.length);
  lookup.heard.length = 0;
  lookup.hangUp();
  await eventually(() => expect(lookup.registrations.toSorted()).toEqual(told.toSorted()), {
    withinMs: 10_000,
  });
});
