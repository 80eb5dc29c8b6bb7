import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { expect, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { Consumer, type Gap } from "./consumer.ts";
import { Producer } from "./producer.ts";
import { bridgePath } from "./protocol.ts";

/** What speaks as a console does, and answers as it is told to. */
async function openConsole(connected: (socket: Socket) => void) {
  const http = createServer();
  const io = new Server(http, { path: bridgePath, transports: ["websocket"] });
  io.on("connection", (socket) => {
    connected(socket);
    socket.emit("hello", { bootId: "one" });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => io.close() };
}

const timersNow = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

test("[BC3] a publish whose connection ends leaves nothing behind that keeps a program alive", async () => {
  await using console = await openConsole((socket) => socket.on("pub", () => socket.disconnect(true)));
  const before = timersNow();
  const producer = new Producer({ url: console.url, token: () => "any" });

  const lost = Promise.allSettled(Array.from({ length: 100 }, () => producer.publish("orders", "x")));
  for (const one of await lost) expect(one).toMatchObject({ status: "rejected", reason: { code: "lost" } });
  producer.close();

  await eventually(() => expect(timersNow()).toBeLessThan(before + 50));
});

test("[BC1] a consumer whose subscription is not answered opens another connection, and says that there is a gap", async () => {
  let connections = 0;
  await using console = await openConsole((socket) => {
    const isDeaf = ++connections === 1;
    socket.on("sub", (_, answer) => isDeaf || answer({ ok: true }));
  });
  const gaps: Gap[] = [];
  const consumer = new Consumer({
    ...{ url: console.url, token: () => "any", topic: "orders", channel: "page", answerTimeoutMs: 50 },
    onMessage: () => {},
  });
  consumer.on("gap", (gap) => gaps.push(gap));

  await eventually(() => expect(consumer.state).toBe("consuming"));
  consumer.close();

  expect(connections).toBe(2);
  expect(gaps).toMatchObject([{ reason: "connection", missed: "none", returned: 0 }]);
});
