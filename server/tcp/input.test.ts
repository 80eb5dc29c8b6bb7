import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { type Client, connect, subscribe } from "../testing/client.ts";
import { mpub, pub, withBody } from "../testing/commands.ts";
import { TcpServer } from "../testing/tcp-server.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Bytes outside the heap, after what is not needed any more has gone; it goes in the background. */
async function bufferBytes(): Promise<number> {
  let bytes = Number.POSITIVE_INFINITY;
  for (let same = 0; same < 3; ) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
    const now = process.memoryUsage().arrayBuffers;
    same = now < bytes ? 0 : same + 1;
    bytes = Math.min(bytes, now);
  }
  return bytes;
}

test("[SE3] memory grows with what has arrived of a body, not with what was claimed", async () => {
  await using server = new TcpServer();
  const port = await server.listen();
  const clients: Client[] = [];
  const before = await bufferBytes();

  for (let i = 0; i < 200; i++) {
    const client = await connect(port);
    client.send(withBody("MPUB slow", "x".repeat(100), 5_000_000));
    clients.push(client);
  }
  // What came on a connection opened later comes later.
  await using last = await connect(port);
  await last.expectAlive();

  expect((await bufferBytes()) - before).toBeLessThan(200 * 40_000);
  for (const client of clients) client.destroy();
});

test("[SE3] a connection keeps next to nothing of large commands it has sent", async () => {
  await using server = new TcpServer();
  const port = await server.listen();
  const command = mpub("large#ephemeral", new Array(200).fill("x".repeat(1_000)));
  await using first = await connect(port);
  for (let i = 0; i < 100; i++) first.send(command);
  await first.expectOk(100);
  server.broker.deleteTopic("large#ephemeral"); // its slabs are pooled now, and used again
  const clients: Client[] = [];
  const before = await bufferBytes();

  for (let i = 0; i < 100; i++) {
    const client = await connect(port);
    client.send(command.subarray(0, 150_000));
    clients.push(client);
  }
  for (const client of clients) {
    client.send(command.subarray(150_000));
    await client.expectOk();
  }
  server.broker.deleteTopic("large#ephemeral");

  expect(((await bufferBytes()) - before) / clients.length).toBeLessThan(20_000);
  for (const client of clients) client.destroy();
});

test("[SE3] a large body is whole in whatever pieces it came", async () => {
  await using server = new TcpServer();
  const port = await server.listen();
  await using consumer = await subscribe(port, "large", "c", { rdy: 10 });
  await using producer = await connect(port);

  for (const [bytes, piece] of [
    [3_000, 1_000],
    [20_000, 3_000],
    [300_000, 7_001],
    [1_000_000, 50_000],
    [1_048_576, 400_000],
  ] as const) {
    const body = Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7 + bytes) & 0xff));
    const command = Buffer.concat([pub("large", "before"), pub("large", body), pub("large", "after")]);
    for (let at = 0; at < command.length; at += piece) {
      producer.send(command.subarray(at, at + piece));
      await new Promise(setImmediate);
    }
    await producer.expectOk(3);

    const [, message] = await consumer.messages(3);
    expect(message!.body.equals(body)).toBe(true);
    consumer.rdy(10);
    server.broker.topics.get("large")!.channels.get("c")!.empty();
  }
});
