import { expect, test } from "vitest";
import { eventually } from "../../server/testing/eventually.ts";
import { producer, scripted } from "../testing/clients.ts";
import type { Heard } from "../testing/scripted-node.ts";
import { PublishError } from "./index.ts";

/** What becomes of each: `ok`, or the code and the outcome. */
function fates(publishes: readonly Promise<void>[]): Promise<string[]> {
  return Promise.all(
    publishes.map((publish) =>
      publish.then(
        () => "ok",
        (error: PublishError) => `${error.code} ${error.outcome}`,
      ),
    ),
  );
}

const isPublish = ({ verb }: Heard) => verb === "PUB";

test("[NC5] publishes reach the node as they were made, and each is settled by its own answer", async () => {
  const node = await scripted(({ text, from }) => {
    if (text !== "PUB t two") return false;
    from.refuse("E_PUB_FAILED PUB failed disk");
    return true;
  });
  const client = producer(node);

  const settled = await fates([
    client.publish("t", "one"),
    client.publish("t", "two"),
    client.publishDeferred("t", Buffer.from("later"), 1_500.4),
  ]);

  expect(settled).toEqual(["ok", "E_PUB_FAILED unknown", "CONNECTION_LOST unknown"]);
  expect(node.said("PUB", "DPUB")).toEqual(["PUB t one", "PUB t two", "DPUB t 1500 later"]);
});

test("[NC5] many go with one command", async () => {
  const node = await scripted();

  await producer(node).publishMany("t", ["a", Buffer.from("bc")]);

  expect(node.said("MPUB")).toEqual(["MPUB t \0\0\0\x02\0\0\0\x01a\0\0\0\x02bc"]);
});

test("[NC5] what was sent when the connection is lost is told so, what was not goes with the next one", async () => {
  let answers = false;
  const node = await scripted(({ verb }) => verb === "PUB" && !answers);
  const client = producer(node);
  const sent = client.publish("t", "sent");
  await eventually(() => expect(node.said("PUB")).toHaveLength(1));

  const { port } = node;
  await node.drop();
  expect(await fates([sent])).toEqual(["CONNECTION_LOST unknown"]);
  const waiting = client.publish("t", "waiting");
  answers = true;
  await node.listen(port);

  await waiting;
  expect(node.said("PUB")).toEqual(["PUB t sent", "PUB t waiting"]);
});

test("[NC6] a publish that is refused takes those behind it no further than to the next connection", async () => {
  const node = await scripted(({ text, from }) => {
    if (!text.startsWith("PUB forbidden")) return false;
    from.refuse('E_UNAUTHORIZED AUTH failed for PUB on "forbidden" ""');
    // As a node does, which reads nothing more.
    node.script = ({ from: later }) => later === from;
    return true;
  });
  const client = producer(node);

  const settled = await fates([
    client.publish("t", "before"),
    client.publish("forbidden", "x"),
    client.publish("t", "behind"),
    client.publish("t", "last"),
  ]);

  expect(settled).toEqual(["ok", "E_UNAUTHORIZED refused", "ok", "ok"]);
  const arrived = node.heard.filter(({ from, text }) => from === node.last && text.startsWith("PUB"));
  expect(arrived.map(({ text }) => text)).toEqual(["PUB t behind", "PUB t last"]);
});

test.each([
  ["a bad name", "no topic", "x", "E_BAD_TOPIC"],
  ["nothing in it", "t", "", "E_BAD_MESSAGE"],
])("[NC6] a publish with %s never reaches the node", async (_, topic, body, code) => {
  const node = await scripted();
  const client = producer(node);

  expect(
    await fates([client.publish(topic, body), client.publishMany(topic, [body]), client.publish("t", "x")]),
  ).toEqual([`${code} unsent`, `${code} unsent`, "ok"]);
  expect(await fates([client.publishMany("t", []), client.publishDeferred("t", "x", -1)])).toEqual([
    "E_BAD_MESSAGE unsent",
    "E_INVALID unsent",
  ]);
  expect(node.connections).toHaveLength(1);
});

test("[NC7] no more is kept than allowed, and who waits is woken when half of it has gone", async () => {
  const node = await scripted(isPublish);
  const client = producer(node, { maxPendingBytes: 1_000 });
  const kept = [1, 2, 3].map(() => fates([client.publish("t", Buffer.alloc(300))]));
  await eventually(() => expect(node.said("PUB")).toHaveLength(3));

  expect(await fates([client.publish("t", Buffer.alloc(300))])).toEqual(["FULL unsent"]);
  let isDrained = false;
  const drained = client.drained().then(() => {
    isDrained = true;
  });
  node.last.respond("OK");
  await kept[0];
  expect(isDrained).toBe(false);
  node.last.respond("OK");
  await drained;

  expect(client.pendingBytes).toBeLessThan(500);
});

test("[NC7] while the socket takes no more, what is published is not written into memory", async () => {
  const node = await scripted(isPublish);
  const client = producer(node, { maxPendingBytes: 100 * 2 ** 20 });
  await eventually(() => expect(client.isConnected).toBe(true));
  node.last.socket.pause();

  const publishes = fates(Array.from({ length: 40 }, () => client.publish("t", Buffer.alloc(2 ** 20, "x"))));
  expect(client.pendingBytes).toBeGreaterThan(40 * 2 ** 20);
  node.script = () => false;
  node.last.socket.resume();

  expect(new Set(await publishes)).toEqual(new Set(["ok"]));
});

test("[NC5] a publish that is not answered in time is given up, and the answers to others stay theirs", async () => {
  const node = await scripted(({ text }) => text === "PUB t slow");
  const client = producer(node, { publishTimeoutMs: 100 });
  const slow = client.publish("t", "slow");

  expect(await fates([slow])).toEqual(["TIMED_OUT unknown"]);
  const next = client.publish("t", "next");
  await eventually(() => expect(node.said("PUB")).toHaveLength(2));
  node.last.respond("OK");

  expect(await fates([next])).toEqual(["ok"]);
});

test("[NC5] a publish that finds no node in time was never sent", async () => {
  const node = await scripted();
  await node.drop();

  expect(await fates([producer(node, { publishTimeoutMs: 100 }).publish("t", "x")])).toEqual([
    "TIMED_OUT unsent",
  ]);
});

test("[NC13] closing waits for the answers that are due, and refuses what comes after", async () => {
  const node = await scripted(isPublish);
  const client = producer(node, { closeTimeoutMs: 5_000 });
  const due = client.publish("t", "x");
  await eventually(() => expect(node.said("PUB")).toHaveLength(1));

  const closed = client.close();
  expect(await fates([client.publish("t", "late")])).toEqual(["CLOSED unsent"]);
  node.last.respond("OK");

  await Promise.all([due, closed]);
  await eventually(() => expect(node.open).toBe(0));
});

test("[NC13] closing waits no longer than it was told to", async () => {
  const node = await scripted(isPublish);
  const client = producer(node, { closeTimeoutMs: 50 });
  const due = fates([client.publish("t", "x")]);
  await eventually(() => expect(node.said("PUB")).toHaveLength(1));

  await client.close();

  expect(await due).toEqual(["CLOSED unknown"]);
});

test("[NC5] errors that are a publish's own are PublishErrors", async () => {
  const node = await scripted();

  await expect(producer(node).publish("#", "x")).rejects.toBeInstanceOf(PublishError);
});
