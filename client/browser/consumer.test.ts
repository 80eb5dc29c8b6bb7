import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { expect, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { Consumer, type Gap } from "./consumer.ts";
import { type BridgeClientEvents, type BridgeServerEvents, bridgePath } from "./protocol.ts";

test("[BC17] each node that is back after some were gone is told as a gap, until all are", async () => {
  const http = createServer();
  const io = new Server<BridgeClientEvents, BridgeServerEvents>(http, { path: bridgePath });
  io.on("connection", (socket) => {
    socket.on("sub", (_, answer) => {
      answer({ ok: true, rdy: 1 });
      for (const connected of [1, 2, 1, 0, 1, 2, 3]) socket.emit("nodes", connected);
    });
    socket.emit("hello", {
      ...{ bootId: "boot", connection: "one", expiresInMs: 60_000, messageBytesMax: 1, publishBytesMax: 1 },
      grant: {
        ...{ topics: ["*"], channels: ["*"], verbs: ["sub"], origins: [] },
        ...{ rdyMax: 1, messagesPerSecond: null },
      },
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const consumer = new Consumer({
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    ...{ topic: "t", channel: "c#ephemeral", token: () => "token", onMessage: () => {} },
  });
  const told: (number | Pick<Gap, "reason" | "missed">)[] = [];
  consumer.on("gap", ({ reason, missed }) => told.push({ reason, missed }));
  consumer.on("nodes", (connected) => told.push(connected));

  await eventually(() => expect(told.at(-1)).toBe(3));

  const gap = { reason: "nodes", missed: "possible" };
  expect(told).toEqual([1, 2, 1, 0, gap, 1, gap, 2, 3]);
  consumer.close();
  await io.close();
});
