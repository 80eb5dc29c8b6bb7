import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { RawConnection } from "../../server/testing/raw-connection.ts";
import { FaultProxy } from "./fault-proxy.ts";

let server: Server;
let proxy: FaultProxy;
const accepted: Socket[] = [];
/** What the server got, of all connections. */
let heard = "";

beforeEach(async () => {
  heard = "";
  accepted.length = 0;
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on("error", () => {});
    socket.setEncoding("latin1").on("data", (text: string) => {
      heard += text;
      socket.write(text.toUpperCase());
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy = await FaultProxy.open((server.address() as { port: number }).port);
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  for (const socket of accepted) socket.destroy();
  server.close();
});

async function greeted(): Promise<RawConnection> {
  const client = new RawConnection(proxy.port);
  client.write("a");
  await eventually(() => expect(client.received).toBe("A"));
  return client;
}

test("[CH1] what goes through unhurt arrives as it was, and so does the end", async () => {
  using client = await greeted();
  client.write("bc");
  await eventually(() => expect(client.received).toBe("ABC"));

  client.socket.end();

  await eventually(() => expect(client.ended).toBe(true));
  await eventually(() => expect(proxy.connections).toBe(0));
});

test("[CH1] a delay is kept in order", async () => {
  using client = await greeted();
  proxy.hurt({ kind: "delay", delayMs: 80 }, ["up"]);
  const startedMs = performance.now();

  client.write("b");
  client.write("c");

  await eventually(() => expect(client.received).toBe("ABC"));
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(79);
});

test("[CH1] held back, one way or the other, nothing is lost: it comes when it is healed, the end last", async () => {
  using client = await greeted();
  proxy.hurt({ kind: "hold" }, ["down"]);
  client.write("b");
  await eventually(() => expect(heard).toBe("ab"));
  proxy.hurt({ kind: "hold" }, ["up"]);
  client.write("c");
  client.socket.end();
  // Another connection, unhurt on its way in, shows that time has passed.
  proxy.flows.up = { kind: "pass" };
  using other = new RawConnection(proxy.port);
  other.write("x");
  await eventually(() => expect(heard).toContain("x"));
  expect(client.received).toBe("A");
  expect(proxy.heldBytes).toBeGreaterThanOrEqual("B".length);

  proxy.heal();

  await eventually(() => expect([client.received, client.ended]).toEqual(["ABC", true]));
  expect(proxy.heldBytes).toBe(0);
});

test("[CH1] what was swallowed never comes, and its connection is reset when it is healed", async () => {
  using client = await greeted();
  proxy.hurt({ kind: "lose" }, ["down"]);
  client.write("b");
  await eventually(() => expect(proxy.lostBytes).toBe(1));
  expect([heard, client.received, client.ended]).toEqual(["ab", "A", false]);

  proxy.heal();

  await eventually(() => expect(client.ended).toBe(true));
  expect(client.received).toBe("A");
  using next = await greeted();
  expect(next.ended).toBe(false);
});

test("[CH1] one whose other end is gone behind a hold does not hear of it", async () => {
  using client = await greeted();
  proxy.hurt({ kind: "hold" }, ["down"]);

  accepted[0]!.destroy();
  await once(accepted[0]!, "close");
  client.write("into the void");

  expect(client.ended).toBe(false);
  proxy.heal();
  await eventually(() => expect(client.ended).toBe(true));
});

test("[CH1] a connection that its client has closed is its client's no more, though the server has it still", async () => {
  using client = await greeted();
  expect(proxy.clients).toBe(1);
  proxy.hurt({ kind: "hold" });
  client.socket.destroy();

  await eventually(() => expect(proxy.clients).toBe(0));
  expect(proxy.connections).toBe(1);
});

test("[CH1] cut off: those that there are get a RST, new ones too, until it is healed", async () => {
  using client = await greeted();
  const failure = once(client.socket, "error");

  proxy.cut();

  expect((await failure)[0]).toMatchObject({ code: "ECONNRESET" });
  const refused = connect(proxy.port, "127.0.0.1");
  refused.on("connect", () => refused.write("x"));
  const [error] = await once(refused, "error");
  expect(error).toMatchObject({ code: "ECONNRESET" });
  proxy.heal();
  using next = await greeted();
  expect(next.received).toBe("A");
});

test("[CH1] what waits behind a hold is bounded: the sender is not read from any more", async () => {
  using client = await greeted();
  proxy.hurt({ kind: "hold" }, ["up"]);
  const chunk = Buffer.alloc(1024 * 1024, "z");

  for (let sent = 0; sent < 64; sent++) client.socket.write(chunk);

  await eventually(() => expect(client.socket.writableLength).toBeGreaterThan(0));
  const stuck = client.socket.writableLength;
  expect(stuck).toBeGreaterThan(32 * 1024 * 1024);
  proxy.heal();
  await eventually(() => expect(heard.length).toBe(1 + 64 * 1024 * 1024), { withinMs: 15_000 });
});
