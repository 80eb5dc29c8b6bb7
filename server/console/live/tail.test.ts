import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { subscribe } from "../../testing/client.ts";
import { eventually } from "../../testing/eventually.ts";
import { startNode } from "../../testing/node.ts";
import { apiPaths, type BodyAnswer, rooms } from "../contract/index.ts";
import { secret, TestConsole } from "../testing/test-console.ts";
import { tailWanted } from "./tail-wanted.ts";

const secretFile = join(mkdtempSync(join(tmpdir(), "weir-tail-")), "secret");
writeFileSync(secretFile, secret);
let node: Awaited<ReturnType<typeof startNode>>;
let weir: TestConsole;
beforeAll(async () => {
  node = await startNode({ "cluster-secret-file": secretFile });
  weir = await (await TestConsole.start([new URL(node.httpUrl).host])).signIn();
});
afterAll(async () => {
  await weir[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
});

const publish = (topic: string, body: string) =>
  fetch(`${node.httpUrl}/pub?topic=${topic}`, { method: "POST", body });
const open = async (topic: string) => {
  await fetch(`${node.httpUrl}/topic/create?topic=${topic}`, { method: "POST" });
  return weir.connect();
};

test("[CT4] copies are those that the node found, and both are counted", async () => {
  const socket = await open("filtered");
  const room = rooms.tail("filtered", { filter: "$.n > 97" });
  expect(await socket.watch(room)).toEqual({ ok: true });
  await eventually(() => expect(socket.tails.at(-1)).toMatchObject({ nodes: 1, matchedTotal: 0 }));

  const bodies = Array.from({ length: 100 }, (_, n) => JSON.stringify({ n }));
  await fetch(`${node.httpUrl}/mpub?topic=filtered`, { method: "POST", body: bodies.join("\n") });

  await eventually(() => expect(socket.tails.at(-1)).toMatchObject({ seenTotal: 100, matchedTotal: 2 }), {
    withinMs: 5_000,
  });
  expect(socket.tails.flatMap(({ rows }) => rows.map(({ body }) => body))).toEqual(['{"n":98}', '{"n":99}']);
  expect(new Set(socket.tails.map((batch) => batch.room))).toEqual(new Set([room]));
});

test.each([
  "tail:t?filter=%2F(%2F",
  "tail:t?filter=%24.a%5B",
  `tail:t?filter=${"x".repeat(300)}`,
  "tail:t?outcome=FIN,NONSENSE",
  "tail:t?outcome=any&attempts=many",
  "tail:t?outcome=any&channel=a%20b",
  "tail:t?channel=c",
  "tail:t?other=1",
  "tail:a b?outcome=any",
])("[CT4] %s is refused", async (room) => {
  const socket = await weir.connect();

  expect(await socket.watch(room as "tail:t")).toMatchObject({ ok: false, error: { code: "bad-request" } });
});

test("[CT5] what happens to messages is tailed, as far as it is wanted", async () => {
  const socket = await open("outcomes");
  await using consumer = await subscribe(node.tcpPort, "outcomes", "billing");
  await socket.watch(rooms.tail("outcomes", { outcome: "REQ,MSG", channel: "billing", attempts: ">=1" }));
  await eventually(() => expect(socket.tails.at(-1)?.nodes).toBe(1));
  consumer.rdy(1);
  await publish("outcomes", "one");
  const first = await consumer.nextMessage();
  consumer.req(first.id, 0);
  const again = await consumer.nextMessage();
  consumer.fin(again.id);

  const told = await eventually(() => {
    const outcomes = socket.tails.flatMap((batch) => batch.outcomes);
    expect(outcomes).toHaveLength(3);
    return outcomes;
  });
  expect(told.map(({ kind, channel, attempts }) => [kind, channel, attempts])).toEqual([
    ["deliver", "billing", 1],
    ["requeue", "billing", 1],
    ["deliver", "billing", 2],
  ]);
  expect(told[0]).toMatchObject({ id: first.id, client: { address: expect.stringMatching(/^127/) } });
  expect(socket.tails.every((batch) => batch.rows.length === 0)).toBe(true);
});

test("[CT5] what is wanted is said to the node in its own words", () => {
  expect(tailWanted("outcome=TIMEOUT,REQ&channel=c&attempts=%3E3&client=web&node=a:1")).toEqual({
    ...{ kind: "outcomes", node: "a:1", channel: "c" },
    query: { channel: "c", event: "requeue,timeout", client: "web", min: "4", max: "65535" },
  });
  expect(tailWanted("outcome=any")).toMatchObject({ query: {} });
});

test("[CT6] a body comes from the node that has it, the first part, or all of it as a file", async () => {
  const socket = await open("bodies");
  await fetch(`${node.httpUrl}/channel/create?topic=bodies&channel=c`, { method: "POST" });
  await socket.watch(rooms.tail("bodies"));
  await eventually(() => expect(socket.tails.at(-1)?.nodes).toBe(1));
  const body = `{"long": "${"é".repeat(200_000)}"}`;
  await publish("bodies", body);
  const id = await eventually(() => {
    const [row] = socket.tails.flatMap(({ rows }) => rows);
    expect(row).toBeDefined();
    return row!.id;
  });

  const read = async (query: string) =>
    (await weir.read<BodyAnswer>(`${apiPaths.body("bodies", id)}${query}`)).found!;
  const first = await read("");
  const whole = await read("?whole=1");
  const file = await weir.get(apiPaths.bodyFile("bodies", id));

  expect(first).toMatchObject({ id, bytes: Buffer.byteLength(body), cut: true, where: "memory" });
  expect(Buffer.from(first.body, "base64")).toHaveLength(64 * 1024);
  expect([whole.cut, Buffer.from(whole.body, "base64").toString()]).toEqual([false, body]);
  expect(file.headers.get("content-type")).toBe("application/octet-stream");
  expect(file.headers.get("content-disposition")).toBe(`attachment; filename="${id}.bin"`);
  expect(await file.text()).toBe(body);
});

test("[CT6] that nobody has it any more is said, and what is no message refused", async () => {
  await open("bodies");

  const gone = await weir.read<BodyAnswer>(apiPaths.body("bodies", "00000fff00000001"));
  const file = await weir.get(apiPaths.bodyFile("bodies", "00000fff00000001"));
  const nonsense = await weir.get(apiPaths.body("bodies", "..%2f"));

  expect(gone).toEqual({ found: null });
  expect([file.status, await file.json()]).toMatchObject([404, { code: "not-found" }]);
  expect(nonsense.status).toBe(400);
});
