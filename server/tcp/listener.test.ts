import { mkdtemp } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { pub } from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { TcpServer } from "../testing/tcp-server.ts";

test("[SE9] a stop drops every client, answers what it can, and resolves when all have left their channels", async () => {
  await using server = new TcpServer();
  const port = await server.listen();
  await using consumer = await subscribe(port, "t", "c", { rdy: 1 });
  await using stuck = await subscribe(port, "t", "stuck", { rdy: 2_500 });
  stuck.stall();
  await using producer = await connect(port);
  for (let i = 0; i < 25; i++) producer.mpub("t", new Array(100).fill("x".repeat(10_000)));
  await producer.expectOk(25);
  await using silent = await connect(port, { magic: "" });

  server.listener.stopListening();
  const beganMs = performance.now();
  await server.listener.closeAll();

  expect(performance.now() - beganMs).toBeLessThan(1_000);
  expect(server.listener.sessions.size).toBe(0);
  const topic = server.broker.topics.get("t")!;
  for (const channel of topic.channels.values()) expect(channel.subscriptions).toEqual([]);
  await expect(connect(port)).rejects.toThrow("ECONNREFUSED");
  await eventually(() => expect([consumer, producer, silent].every(({ closed }) => closed)).toBe(true));
});

test("[SE9] connections that come and go leave nothing behind", async () => {
  await using server = new TcpServer();
  const port = await server.listen();

  for (const greeting of ["", " ", "  V2", "  V2PUB t\n", "  V2SUB t c\n", "GET / HTTP/1.1\r\n\r\n"]) {
    for (let i = 0; i < 20; i++) {
      const socket = connectSocket({ port, host: "127.0.0.1" });
      socket.on("error", () => {});
      socket.write(greeting, () => (i % 2 === 0 ? socket.resetAndDestroy() : socket.end()));
      socket.resume();
    }
  }
  await eventually(() => expect(server.broker.topics.get("t")?.channels.get("c")?.subscriptions).toEqual([]));
  await eventually(() => expect(server.listener.sessions.size).toBe(0));
});

test("[SE10] clients are named by their addresses as Go names them", async () => {
  await using server = new TcpServer();
  const port = await server.listen({ port: 0, host: "::1" });
  await using client = await connect(port, { host: "::1" });
  await client.expectAlive();
  expect(server.session.remoteAddress).toMatch(/^\[::1\]:\d+$/);
  expect(server.session.settings.clientId).toBe("::1");

  await using both = new TcpServer();
  await using mapped = await connect(await both.listen({ port: 0, host: "::" }));
  await mapped.expectAlive();
  expect(both.session.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
});

test("[SE10] a client of a unix socket publishes, and has no address", async () => {
  await using server = new TcpServer();
  const path = join(await mkdtemp(join(tmpdir(), "weir-")), "nsqd.sock");
  expect(await server.listen({ path })).toBe(-1);
  await using client = await connect(path);

  client.send(pub("t", "over a unix socket"));

  await client.expectOk();
  expect(server.session.remoteAddress).toBe("@");
});

test("[SE10] what a client sends is logged as printable text, and not at length", async () => {
  await using server = new TcpServer();
  await using client = await connect(await server.listen());

  client.send(`\x1b[2J\x07é${"x".repeat(10_000)}\n`);

  await client.nextFrame();
  expect(server.logged).toHaveLength(1);
  expect(server.logged[0]).toMatch(/^client 127\.0\.0\.1:\d+: E_INVALID invalid command \?\[2J\?\?\?x+$/);
  expect(server.logged[0]!.length).toBeLessThan(300);
});
