import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { LongestTurn } from "../testing/longest-turn.ts";
import { connectNode, identify, nodeIdentity } from "../testing/lookup-node.ts";
import { startLookupd, type TestLookupd } from "../testing/lookupd.ts";
import { PeerSocket } from "../testing/peer-socket.ts";
import { RawConnection } from "../testing/raw-connection.ts";

/** A session whose other end is in the test's hands. */
function session(lookupd: TestLookupd, options?: { stuck: boolean }): PeerSocket {
  const socket = new PeerSocket(options);
  lookupd.accept(socket);
  return socket;
}

test("[LB3] when there are too many names a node is told so and keeps what it has, an operator gets 503", async () => {
  await using lookupd = await startLookupd({ namesMax: 2 });
  await using node = await lookupd.node(["t c"]);

  const created = await lookupd.send("POST", "/topic/create?topic=u");
  expect([created.status, JSON.parse(created.text).message]).toEqual([
    503,
    "BUSY: there are too many topics and channels",
  ]);
  expect((await lookupd.send("POST", "/channel/create?topic=t&channel=d")).status).toBe(503);
  expect(await node.ask("REGISTER u\n")).toBe("E_INVALID REGISTER too many topics and channels");
  expect(await lookupd.get("/nodes")).toMatchObject({ producers: [{ topics: ["t"] }] });
  expect(await node.ask("REGISTER t c\n")).toBe("OK");
});

test("[LB4] who has not said who it is for longest makes room, a node never does", async () => {
  await using lookupd = await startLookupd({ connectionsMax: 3 });
  await using node = await lookupd.node();
  await using silent = await connectNode(lookupd.tcpPort, "");
  await using anonymous = await connectNode(lookupd.tcpPort);
  expect(await anonymous.ask("PING\n")).toBe("OK");

  await using second = await lookupd.node();
  expect(await silent.reply()).toBeNull();
  await using third = await lookupd.node();
  expect(await anonymous.reply()).toBeNull();
  await using late = await connectNode(lookupd.tcpPort);
  expect(await late.reply()).toBeNull();

  for (const kept of [node, second, third]) expect(await kept.ask("PING\n")).toBe("OK");
});

test("[LB4] a host that has most of the connections makes room for another", async () => {
  await using lookupd = await startLookupd({ connectionsMax: 3 });
  const nodes = [await lookupd.node(), await lookupd.node(), await lookupd.node()];

  await using elsewhere = await connectNode(lookupd.tcpPort, "  V1", "127.0.0.2");
  expect(await elsewhere.identify()).toContain("lookup.example.com");

  expect(await nodes[0]!.reply()).toBeNull();
  for (const kept of nodes.slice(1)) expect(await kept.ask("PING\n")).toBe("OK");
  for (const node of nodes) await node[Symbol.asyncDispose]();
});

test("[LB5] a node that registers very many names at once takes no long turn", async () => {
  const names = 100_000;
  await using lookupd = await startLookupd();
  const socket = session(lookupd);
  const registers = Array.from({ length: names }, (_, i) => `REGISTER topic-${i}\n`);
  const turns = new LongestTurn();

  socket.push(
    Buffer.concat([
      Buffer.from("  V1"),
      identify(JSON.stringify(nodeIdentity)),
      Buffer.from(registers.join("")),
    ]),
  );
  await eventually(() => expect(lookupd.registry.topics.size).toBe(names));
  await turn();

  // At once it takes some 150 ms.
  expect(turns.stop()).toBeLessThan(25);
});

test("[LB5] however many nodes register very many names at once, no turn is long", async () => {
  const [nodes, names] = [40, 5_000];
  await using lookupd = await startLookupd();
  const sockets = Array.from({ length: nodes }, () => session(lookupd));
  const registers = Array.from({ length: names }, (_, i) => `REGISTER topic-${i}\n`).join("");
  const said = Buffer.concat([
    Buffer.from("  V1"),
    identify(JSON.stringify(nodeIdentity)),
    Buffer.from(registers),
  ]);
  const turns = new LongestTurn();

  for (const socket of sockets) socket.push(said);
  await eventually(() => {
    const registered = [...lookupd.registry.producers].map(({ registrations }) => registrations);
    expect(registered).toEqual(Array(nodes).fill(names));
  });
  await turn();

  expect(turns.stop()).toBeLessThan(25);
});

test("[LB5] all topics of all nodes are told in slices", async () => {
  await using lookupd = await startLookupd();
  const { registry } = lookupd;
  for (let node = 0; node < 100; node++) {
    const producer = registry.identify(`10.0.0.${node}:1`, {
      broadcastAddress: `node-${node}`,
      hostname: "",
      tcpPort: 4150,
      httpPort: 4151,
      version: "1.3.0",
      topologyZone: "",
      topologyRegion: "",
    });
    for (let topic = 0; topic < 2_000; topic++) registry.register(producer, `topic-${topic}`, null);
  }
  using raw = new RawConnection(lookupd.httpPort);
  const turns = new LongestTurn();

  raw.write("GET /nodes HTTP/1.1\r\nHost: x\r\n\r\n");
  await eventually(() => expect(raw.received.endsWith("0\r\n\r\n")).toBe(true), { withinMs: 15_000 });

  expect(turns.stop()).toBeLessThan(25);
  expect(raw.received.split('"topic-1999"').length - 1).toBe(100);
});

test("[LB6] who does not read replies is not read, until it does", async () => {
  const pings = 200_000;
  await using lookupd = await startLookupd();
  const socket = session(lookupd, { stuck: true });

  socket.push(`  V1${"PING\n".repeat(pings)}`);
  await eventually(() => expect(socket.isPaused()).toBe(true));
  for (let owedBytes = -1; owedBytes !== socket.writableLength; await turn())
    owedBytes = socket.writableLength;
  expect(socket.writableLength).toBeLessThan(512 * 1024);
  expect(socket.isPaused()).toBe(true);

  socket.unstick();
  await eventually(() => expect(socket.takenBytes).toBe(pings * "\0\0\0\x02OK".length));
});

test("[LB6] who goes on sending after an error is hung up on", async () => {
  await using lookupd = await startLookupd();
  await using node = await connectNode(lookupd.tcpPort);

  expect(await node.ask("NONSENSE\n")).toBe("E_INVALID invalid command NONSENSE");
  await eventually(() => {
    node.send("PING\n");
    expect(node.socket.destroyed).toBe(true);
  });
});

test("[LB7] a node that causes thousands of lines of the log gets some of them and a count", async () => {
  await using lookupd = await startLookupd();
  await using node = await lookupd.node();

  node.send("REGISTER t\nUNREGISTER t\n".repeat(1_000));
  for (let i = 0; i < 2_000; i++) expect(await node.reply()).toBe("OK");
  node.socket.end();
  await eventually(() => expect(lookupd.registry.producers.size).toBe(0));

  await eventually(() =>
    expect(lookupd.logged.at(-1)).toMatch(/^info CLIENT\(127\.0\.0\.1:\d+\): and \d+ more$/),
  );
  expect(lookupd.logged.length).toBeLessThan(500);
});
