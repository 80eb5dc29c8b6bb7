import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { connectNode, identify, nodeIdentity } from "../testing/lookup-node.ts";
import { startLookupd, type TestLookupd } from "../testing/lookupd.ts";

let lookupd: TestLookupd;
beforeAll(async () => {
  lookupd = await startLookupd();
});
afterAll(() => lookupd[Symbol.asyncDispose]());

const valid = JSON.stringify(nodeIdentity);
const long = "x".repeat(65);
const without = (key: string) => JSON.stringify({ ...nodeIdentity, [key]: undefined });

test.each(["  V2", "GET ", "\0\0\0\0", "  v1"])("[LT1] the magic %j is answered and over", async (magic) => {
  await using node = await connectNode(lookupd.tcpPort, magic);

  expect(await node.reply()).toBe("E_BAD_PROTOCOL");
  expect(await node.reply()).toBeNull();
});

const unidentified: [command: string | Buffer, error: string][] = [
  ["FROB\n", "E_INVALID invalid command FROB"],
  ["\n", "E_INVALID invalid command "],
  ["ping\n", "E_INVALID invalid command ping"],
  ["NOP a b\n", "E_INVALID invalid command NOP"],
  ["\xff\n", "E_INVALID invalid command \xff"],
  ["REGISTER t\n", "E_INVALID client must IDENTIFY"],
  ["REGISTER\n", "E_INVALID client must IDENTIFY"],
  ["UNREGISTER t c\n", "E_INVALID client must IDENTIFY"],
  [identify("", 0), "E_BAD_BODY IDENTIFY failed to decode JSON body"],
  [identify("{"), "E_BAD_BODY IDENTIFY failed to decode JSON body"],
  [identify("[]"), "E_BAD_BODY IDENTIFY failed to decode JSON body"],
  [identify('{"tcp_port":"4150"}'), "E_BAD_BODY IDENTIFY failed to decode JSON body"],
  [identify('{"tcp_port":4150.0}'), "E_BAD_BODY IDENTIFY failed to decode JSON body"],
  [identify("{}"), "E_BAD_BODY IDENTIFY missing fields"],
  [identify("null"), "E_BAD_BODY IDENTIFY missing fields"],
  ...["broadcast_address", "tcp_port", "http_port", "version"].map((key): [Buffer, string] => [
    identify(without(key)),
    "E_BAD_BODY IDENTIFY missing fields",
  ]),
];

test.each(unidentified)(
  "[LT2] %j without IDENTIFY is refused, and the connection ends",
  async (command, error) => {
    await using node = await connectNode(lookupd.tcpPort);

    expect(await node.ask(Buffer.from(command as string, "latin1"))).toBe(error);
    expect(await node.reply()).toBeNull();
  },
);

test.each([
  [identify(valid), "E_INVALID cannot IDENTIFY again"],
  ["REGISTER\n", "E_INVALID REGISTER insufficient number of params"],
  ["UNREGISTER\n", "E_INVALID UNREGISTER insufficient number of params"],
  ["REGISTER a*b\n", "E_BAD_TOPIC REGISTER topic name 'a*b' is not valid"],
  ["REGISTER  t\n", "E_BAD_TOPIC REGISTER topic name '' is not valid"],
  [`UNREGISTER ${long}\n`, `E_BAD_TOPIC UNREGISTER topic name '${long}' is not valid`],
  ["REGISTER t c!\n", "E_BAD_CHANNEL REGISTER channel name 'c!' is not valid"],
  ["UNREGISTER t #ephemeral\n", "E_BAD_CHANNEL UNREGISTER channel name '#ephemeral' is not valid"],
])("[LT2] %j after IDENTIFY is refused, and the connection ends", async (command, error) => {
  await using node = await lookupd.node();

  expect(await node.ask(command as string)).toBe(error);
  expect(await node.reply()).toBeNull();
});

test.each([
  ["IDENTIFY\n", "E_BAD_BODY IDENTIFY failed to read body size"],
  ["IDENTIFY\n\0\0\0", "E_BAD_BODY IDENTIFY failed to read body size"],
  [identify("{}", 3), "E_BAD_BODY IDENTIFY failed to read body"],
])("[LT2] an end after %j is an error", async (command, error) => {
  await using node = await connectNode(lookupd.tcpPort);

  node.send(command);
  node.socket.end();

  expect(await node.reply()).toBe(error);
  expect(await node.reply()).toBeNull();
});

test("[LT3] PING is answered before and after IDENTIFY", async () => {
  await using node = await connectNode(lookupd.tcpPort);

  expect(await node.ask("PING\n")).toBe("OK");
  expect(await node.ask("PING\r\n")).toBe("OK");
  await node.identify();
  expect(await node.ask(" \tPING \n")).toBe("OK");
});

test("[LT4] IDENTIFY is answered with who the lookup is and where it really listens", async () => {
  await using node = await connectNode(lookupd.tcpPort);

  expect(await node.identify()).toBe(
    `{"broadcast_address":"lookup.example.com","hostname":"host-of-tests","http_port":${lookupd.httpPort},"tcp_port":${lookupd.tcpPort},"version":"1.3.0"}`,
  );
});

test("[LT4] what IDENTIFY does not need, and what nobody knows, may be there", async () => {
  await using node = await connectNode(lookupd.tcpPort);
  const { broadcast_address, tcp_port, http_port, version } = nodeIdentity;

  const reply = await node.identify({ broadcast_address, tcp_port, http_port, version, more: [1, { a: 2 }] });

  expect(reply).toContain('"lookup.example.com"');
});

test.each([-1, -(2 ** 31), 2 ** 31 - 1, 64 * 1024 + 1])(
  "[LT5] IDENTIFY of %i bytes is refused before they come",
  async (length) => {
    await using node = await connectNode(lookupd.tcpPort);

    expect(await node.ask(identify("", length))).toBe("E_BAD_BODY IDENTIFY failed to read body");
    expect(await node.reply()).toBeNull();
    await using other = await lookupd.node();
    expect(await other.ask("PING\n")).toBe("OK");
  },
);

test.each([
  ["REGISTER lt6-alone\n", ["topic:lt6-alone:"]],
  ["REGISTER lt6-both c\n", ["topic:lt6-both:", "channel:lt6-both:c"]],
  ["REGISTER lt6-space \r\n", ["topic:lt6-space:"]],
  ["REGISTER lt6-more c d e\n", ["topic:lt6-more:", "channel:lt6-more:c"]],
  ["REGISTER lt6#ephemeral c#ephemeral\n", ["topic:lt6#ephemeral:", "channel:lt6#ephemeral:c#ephemeral"]],
])("[LT6] %j makes %j", async (command, keys) => {
  await using node = await lookupd.node();

  expect(await node.ask(command)).toBe("OK");

  const debug = (await lookupd.get("/debug")) as Record<string, { id: string }[]>;
  const of = Object.keys(debug).filter((key) => debug[key]!.some(({ id }) => id === node.id));
  expect(of.toSorted()).toEqual(["client::", ...keys].toSorted());
});

test("[LT7] a node that disconnects is gone from everything, the names stay", async () => {
  await using own = await startLookupd();
  const node = await own.node(["t c", "t#ephemeral c#ephemeral"]);
  expect(await own.get("/nodes")).toMatchObject({ producers: [{ topics: ["t", "t#ephemeral"] }] });

  await node[Symbol.asyncDispose]();

  await eventually(async () => expect(await own.get("/nodes")).toEqual({ producers: [] }));
  expect(await own.get("/lookup?topic=t")).toEqual({ channels: ["c"], producers: [] });
  expect(await own.get("/topics")).toEqual({ topics: ["t", "t#ephemeral"] });
  expect(await own.get("/channels?topic=t%23ephemeral")).toEqual({ channels: ["c#ephemeral"] });
  expect(await own.get("/debug")).toEqual({});
});

test("[LT8] an ephemeral name goes with the last node that unregisters it, another stays", async () => {
  await using own = await startLookupd();
  await using one = await own.node(["t c", "t e#ephemeral", "g#ephemeral"]);
  await using other = await own.node(["t e#ephemeral", "g#ephemeral"]);

  for (const place of ["t c", "t e#ephemeral", "g#ephemeral"]) {
    expect(await one.ask(`UNREGISTER ${place}\n`)).toBe("OK");
  }
  expect(await own.get("/channels?topic=t")).toEqual({ channels: ["c", "e#ephemeral"] });
  expect(await own.get("/topics")).toEqual({ topics: ["t", "g#ephemeral"] });

  for (const place of ["t e#ephemeral", "g#ephemeral", "t never", "never"]) {
    expect(await other.ask(`UNREGISTER ${place}\n`)).toBe("OK");
  }
  expect(await own.get("/channels?topic=t")).toEqual({ channels: ["c"] });
  expect(await own.get("/topics")).toEqual({ topics: ["t"] });
});

test("[LT8] UNREGISTER of a topic takes the node from all its channels", async () => {
  await using own = await startLookupd();
  await using node = await own.node(["t c", "t d", "t e#ephemeral"]);

  expect(await node.ask("UNREGISTER t\n")).toBe("OK");

  expect(Object.keys((await own.get("/debug")) as object)).toEqual(["client::"]);
  expect(await own.get("/channels?topic=t")).toEqual({ channels: ["c", "d"] });
});
