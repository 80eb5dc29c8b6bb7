import { once } from "node:events";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { SnappyEncoder } from "../compression/snappy-frames.ts";
import { everything, startAuthServer } from "../testing/auth-server.ts";
import { connect } from "../testing/client.ts";
import { int32, pub, withBody } from "../testing/commands.ts";
import { eventually } from "../testing/eventually.ts";
import { startNode, type TestNode } from "../testing/node.ts";
import { connectUpgraded, type Wanted } from "../testing/upgraded-client.ts";

const mebi = 2 ** 20;
// A native library, its buffers and what the collector has not come to yet: 30 to 100 MB seen, for bombs of hundreds of megabytes.
const rssGrowthMax = 128 * mebi;
// What the machine's other work can do to a single reply, whatever the node does.
const replyMsMax = 1_500;

/** How much somebody else's publishes and the node's memory feel of what `attack` does. */
async function during(node: TestNode, port: number, attack: () => Promise<void>) {
  await using other = await connect(port);
  other.send(withBody("AUTH", "secret"));
  const first = await other.nextFrame();
  const rssBefore = node.rssBytes;
  let rssMost = 0;
  let slowestMs = 0;
  let isOver = false;
  const publishing = (async () => {
    // Where nobody is asked AUTH ends the connection, and another one is needed.
    await using client = first.type === "error" ? await connect(port) : other;
    while (!isOver) {
      const sentMs = performance.now();
      client.pub("other#ephemeral", "x");
      await client.expectOk();
      slowestMs = Math.max(slowestMs, performance.now() - sentMs);
      rssMost = Math.max(rssMost, node.rssBytes);
      await pause(2);
    }
  })();
  await attack().finally(() => {
    isOver = true;
  });
  await publishing;
  return { rssGrowth: rssMost - rssBefore, slowestMs };
}

function packed(wanted: Wanted, plain: Buffer): Buffer {
  if (wanted.snappy) return new SnappyEncoder().encode(plain);
  return deflateRawSync(plain, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** Sends the same bytes under the compression, until the node ends the connection or has taken all. */
async function pour(under: Duplex, bytes: Buffer, times: number): Promise<void> {
  const ended = once(under, "close");
  for (let sent = 0; sent < times && !under.destroyed && under.writable; sent++) {
    if (!under.write(bytes)) await Promise.race([once(under, "drain"), ended]).catch(() => {});
  }
}

describe.each<Wanted>([{ snappy: true }, { deflate: true }])("[UG5] %j that expands to", (wanted) => {
  const zeros = Buffer.alloc(4 * mebi);

  test.each<[string, Buffer, number]>([
    ["a line without an end", zeros, 256],
    [
      "a publish of more than there may be",
      Buffer.concat([Buffer.from("PUB t\n"), int32(2 ** 30), zeros]),
      256,
    ],
    ["an MPUB of nothing", Buffer.concat([Buffer.from("MPUB t\n"), int32(5 * mebi), zeros]), 64],
    ["commands that do nothing", Buffer.from("NOP\n".repeat(mebi)), 16],
    ["publishes of zeros", pub("bomb#ephemeral", zeros.subarray(0, mebi)), 256],
  ])("%s costs its connection and nobody else", async (_, plain, times) => {
    // What is published must not fill memory: that would be another matter.
    await using node = await startNode({ "mem-queue-size": 10 });
    const bomb = packed(wanted, plain);
    const bombs = 4;

    const felt = await during(node, node.tcpPort, async () => {
      await Promise.all(
        Array.from({ length: bombs }, async () => {
          const { client, top } = await connectUpgraded(node.tcpPort, wanted);
          await using _ = client;
          await pour((top as Duplex & { over: Duplex }).over, bomb, times);
        }),
      );
    });

    expect(felt.rssGrowth).toBeLessThan(rssGrowthMax);
    expect(felt.slowestMs).toBeLessThan(replyMsMax);
    await using client = await connect(node.tcpPort);
    await client.expectAlive();
  });
});

test("[UG5] a snappy chunk that says it expands to 4 GiB ends its connection at once", async () => {
  await using node = await startNode();
  const { client, top } = await connectUpgraded(node.tcpPort, { snappy: true });
  await using _ = client;
  const rssBefore = node.rssBytes;

  (top as Duplex & { over: Duplex }).over.write(
    Buffer.from("ff060000734e61507059000a00000000000000ffffffff0f00", "hex"),
  );

  await client.expectClose();
  expect(node.rssBytes - rssBefore).toBeLessThan(32 * mebi);
});

test("[AU8] a thousand clients that wait for a silent authorisation server hold up nobody else", async () => {
  await using authority = await startAuthServer();
  await using node = await startNode({
    "auth-http-address": authority.address,
    "http-client-request-timeout": "2s",
  });

  const felt = await during(node, node.tcpPort, async () => {
    authority.answer = () => {};
    const begunMs = performance.now();
    await Promise.all(
      Array.from({ length: 1_000 }, async () => {
        await using client = await connect(node.tcpPort);
        client.identify({ heartbeat_interval: 1_000 });
        await client.expectOk();
        client.send(withBody("AUTH", "secret"), pub("never", "x"));
        const frame = await client.nextFrame({ withinMs: 15_000 });
        expect(frame).toEqual({ type: "error", text: "E_AUTH_FAILED AUTH failed" });
      }),
    );
    expect(performance.now() - begunMs).toBeLessThan(15_000);
  });

  expect(felt.rssGrowth).toBeLessThan(rssGrowthMax);
  expect(felt.slowestMs).toBeLessThan(replyMsMax);
  expect(await node.hasTopic("never")).toBe(false);
  authority.answer = everything;
  await using client = await connect(node.tcpPort);
  client.send(withBody("AUTH", "secret"));
  await client.expectResponse(/everybody/);
});

test("[AU8] nothing goes on being asked for clients that have gone", async () => {
  await using authority = await startAuthServer();
  let open = 0;
  authority.answer = (response) => {
    open++;
    response.on("close", () => open--);
  };
  await using node = await startNode({ "auth-http-address": authority.address });
  const clients = await Promise.all(Array.from({ length: 50 }, () => connect(node.tcpPort)));
  for (const client of clients) client.send(withBody("AUTH", "secret"));
  await eventually(() => expect(open).toBe(50));

  for (const client of clients) client.destroy();

  await eventually(() => expect(open).toBe(0));
});
