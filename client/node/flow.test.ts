import { expect, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { consumer, ready, scripted } from "../testing/clients.ts";
import { messageId } from "../testing/scripted-node.ts";

test("[NC4] after the pause one connection is asked for one message, and a success ends it", async () => {
  const nodes = [await scripted(), await scripted()];
  let fails = true;
  const client = consumer(
    nodes,
    async () => {
      if (fails) throw new Error("no");
    },
    { maxInFlight: 10, backoffMultiplierMs: 20 },
  );
  const pauses: number[] = [];
  client.on("backoff", (pauseMs) => pauses.push(pauseMs));
  for (const node of nodes) await ready(node, 5);

  nodes[0]!.last.message(messageId(1), "x");
  await eventually(() => expect(pauses).toEqual([40]));
  for (const node of nodes) await eventually(() => expect(node.said("RDY")).toContain("RDY 0"));
  fails = false;
  const probed = await eventually(() => {
    const found = nodes.filter((node) => node.said("RDY").at(-1) === "RDY 1");
    expect(found).toHaveLength(1);
    return found[0]!;
  });
  probed.last.message(messageId(2), "x");

  for (const node of nodes) await ready(node, 5);
  expect(pauses).toEqual([40, 0]);
});

test("[NC8] handlers run no more at once than may be in flight, whatever nodes send", async () => {
  const node = await scripted();
  let running = 0;
  let most = 0;
  const done: (() => void)[] = [];
  const client = consumer(
    [node],
    async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => done.push(resolve));
      running--;
    },
    { maxInFlight: 4 },
  );
  await ready(node, 4);
  client.changeMaxInFlight(2);
  await ready(node, 2);

  for (const number of [1, 2, 3, 4]) node.last.message(messageId(number), "x");
  await eventually(() => expect(client.stats().received).toBe(4));
  expect([running, most]).toEqual([2, 2]);
  for (let handled = 1; handled <= 4; handled++) {
    await eventually(() => expect(done.length).toBeGreaterThan(0));
    done.shift()!();
  }

  await eventually(() => expect(node.said("FIN")).toHaveLength(4));
  expect(most).toBe(2);
});

test("[NC3] with twenty nodes and two messages at once, two nodes at a time have their turn", async () => {
  const nodes = await Promise.all(Array.from({ length: 20 }, () => scripted()));
  consumer(nodes, () => {}, { maxInFlight: 2, lowRdyIdleTimeoutMs: 1_000, rdyRedistributeIntervalMs: 50 });

  const told = () => nodes.map((node) => node.said("RDY").at(-1) === "RDY 1").filter(Boolean).length;
  await eventually(() => expect(told()).toBe(2));
  const first = nodes.filter((node) => node.said("RDY").at(-1) === "RDY 1");

  await eventually(() => expect(first.every((node) => node.said("RDY").at(-1) === "RDY 0")).toBe(true));
  await eventually(() => expect(told()).toBe(2));
});
