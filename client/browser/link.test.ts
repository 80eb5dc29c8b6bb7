import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { expect, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { Producer } from "./producer.ts";
import { bridgePath } from "./protocol.ts";

const timersNow = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

test("[BC3] a publish whose connection ends leaves nothing behind that keeps a program alive", async () => {
  const http = createServer();
  const io = new Server(http, { path: bridgePath, transports: ["websocket"] });
  io.on("connection", (socket) => {
    socket.on("pub", () => socket.disconnect(true));
    socket.emit("hello", { bootId: "one" });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const before = timersNow();
  const producer = new Producer({ url: `http://127.0.0.1:${port}`, token: () => "any" });

  const lost = Promise.allSettled(Array.from({ length: 100 }, () => producer.publish("orders", "x")));
  for (const one of await lost) expect(one).toMatchObject({ status: "rejected", reason: { code: "lost" } });
  producer.close();
  await io.close();

  await eventually(() => expect(timersNow()).toBeLessThan(before + 50));
});
