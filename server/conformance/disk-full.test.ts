/**
 * A disk that takes nothing more, for a node without Postgres. Where nsqd refuses
 * the first publish that meets the disk, Weir has memory (--mem-bytes) to go on with:
 * it reports the disk at once and refuses when that is full.
 */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { type Client, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { startNode, type TestNode } from "../testing/node.ts";

/** The kernel refuses every write to a file beyond this size, as a full disk does. */
function limitFileSize(node: TestNode, bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(node.pid), `--fsize=${bytes}:unlimited`]);
}

/** What a large message could not get into may still have room for a smaller one: not for many. */
async function publishUntilRefused(producer: Client, body: string) {
  for (let accepted = 0; accepted < 1_000; accepted++) {
    producer.pub("t", body);
    const frame = await producer.nextFrame();
    if (frame.type === "error") return { accepted, error: frame.text };
  }
  throw new Error("a thousand publishes were accepted");
}

test("[TP8] when the disk is full publishes are refused and the node says so, until it is not", async () => {
  await using node = await startNode({ "mem-queue-size": 10, "mem-bytes": 2 ** 20 });
  const body = "x".repeat(10_000);
  const ten = new Array(10).fill(body).join("\n");
  await node.act("/mpub?topic=t", ten);
  limitFileSize(node, 0);

  let accepted = 10;
  const refusal = await eventually(async () => {
    const reply = await node.post("/mpub?topic=t", ten);
    if (reply.status === 200) accepted += 10;
    expect(reply.status).not.toBe(200);
    return reply;
  });
  expect([refusal.status, refusal.text]).toEqual([503, '{"message":"EXITING"}']);
  expect(accepted).toBeLessThan(1_000);
  await eventually(async () => {
    const ping = await node.get("/ping");
    expect([ping.status, ping.text]).toEqual([500, expect.stringMatching(/^NOK - /)]);
  });
  await using producer = await subscribe(node.tcpPort, "other", "c");
  const refused = await publishUntilRefused(producer, body);
  accepted += refused.accepted;
  expect(refused.error).toMatch(/^E_PUB_FAILED PUB failed /);
  await producer.expectClose();

  limitFileSize(node, "unlimited");
  await eventually(() => node.act("/pub?topic=t", body), { withinMs: 10_000 });
  await eventually(async () => expect((await node.get("/ping")).text).toBe("OK"), { withinMs: 10_000 });
  await using consumer = await subscribe(node.tcpPort, "t", "c", { rdy: 2_500 });
  for (const message of await consumer.messages(accepted + 1)) consumer.fin(message.id);
});
