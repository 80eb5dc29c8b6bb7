import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Tail, type TailBatch, type TailSpec } from "../../../client/browser/index.ts";
import { subscribe } from "../../testing/client.ts";
import { eventually } from "../../testing/eventually.ts";
import { startNode } from "../../testing/node.ts";
import { apiPaths, type BodyAnswer, type MintedToken } from "../contract/index.ts";
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
const create = (topic: string) => fetch(`${node.httpUrl}/topic/create?topic=${topic}`, { method: "POST" });

test("[CT4] copies are those that the node found, and both are counted", async () => {
  await create("filtered");
  const tailed = weir.tail({ topic: "filtered", filter: "$.n > 97" });
  await eventually(() => expect(tailed.batches.at(-1)).toMatchObject({ nodes: 1, matchedTotal: 0 }));

  const bodies = Array.from({ length: 100 }, (_, n) => JSON.stringify({ n }));
  await fetch(`${node.httpUrl}/mpub?topic=filtered`, { method: "POST", body: bodies.join("\n") });

  await eventually(() => expect(tailed.batches.at(-1)).toMatchObject({ seenTotal: 100, matchedTotal: 2 }), {
    withinMs: 5_000,
  });
  expect(tailed.batches.flatMap(({ rows }) => rows.map(({ body }) => body))).toEqual([
    '{"n":98}',
    '{"n":99}',
  ]);
});

test.each([
  { filter: "/(/" },
  { filter: "$.a[" },
  { filter: "x".repeat(299) },
  { outcome: "FIN,NONSENSE" },
  { outcome: "any", attempts: "many" },
  { outcome: "any", channel: "a b" },
  { outcome: "any", filter: "x" },
  { channel: "c" },
])("[CT4] %j is refused, and something else can be asked for then", async (spec) => {
  await create("refused");
  const tailed = weir.tail({ topic: "refused", ...spec });
  await eventually(() => expect(tailed.tail.state).toBe("refused"));
  expect([tailed.errors, tailed.batches]).toEqual([["bad-request"], []]);

  tailed.tail.change({ topic: "refused" });

  await eventually(() => expect(tailed.tail.state).toBe("tailing"));
});

test("[CT5] what happens to messages is tailed, as far as it is wanted", async () => {
  await create("outcomes");
  await using consumer = await subscribe(node.tcpPort, "outcomes", "billing");
  const tailed = weir.tail({ topic: "outcomes", outcome: "REQ,MSG", channel: "billing", attempts: ">=1" });
  await eventually(() => expect(tailed.batches.at(-1)?.nodes).toBe(1));
  consumer.rdy(1);
  await publish("outcomes", "one");
  const first = await consumer.nextMessage();
  consumer.req(first.id, 0);
  const again = await consumer.nextMessage();
  consumer.fin(again.id);

  const told = await eventually(() => {
    const outcomes = tailed.batches.flatMap((batch) => batch.outcomes);
    expect(outcomes).toHaveLength(3);
    return outcomes;
  });
  expect(told.map(({ kind, channel, attempts }) => [kind, channel, attempts])).toEqual([
    ["deliver", "billing", 1],
    ["requeue", "billing", 1],
    ["deliver", "billing", 2],
  ]);
  expect(told[0]).toMatchObject({ id: first.id, client: { address: expect.stringMatching(/^127/) } });
  expect(tailed.batches.every((batch) => batch.rows.length === 0)).toBe(true);
});

test("[CT5] what is wanted is said to the node in its own words", () => {
  const spec = {
    topic: "t",
    outcome: "TIMEOUT,REQ",
    channel: "c",
    attempts: ">3",
    client: "web",
    node: "a:1",
  };
  expect(tailWanted(spec)).toEqual({
    ...{ kind: "outcomes", node: "a:1", channel: "c" },
    query: { channel: "c", event: "requeue,timeout", client: "web", min: "4", max: "65535" },
  });
  expect(tailWanted({ topic: "t", outcome: "any" })).toMatchObject({ query: {} });
});

test("[CT6] a body comes from the node that has it, the first part, or all of it as a file", async () => {
  await create("bodies");
  await fetch(`${node.httpUrl}/channel/create?topic=bodies&channel=c`, { method: "POST" });
  const tailed = weir.tail({ topic: "bodies" });
  await eventually(() => expect(tailed.batches.at(-1)?.nodes).toBe(1));
  const body = `{"long": "${"é".repeat(200_000)}"}`;
  await publish("bodies", body);
  const id = await eventually(() => {
    const [row] = tailed.batches.flatMap(({ rows }) => rows);
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
  await create("bodies");

  const gone = await weir.read<BodyAnswer>(apiPaths.body("bodies", "00000fff00000001"));
  const file = await weir.get(apiPaths.bodyFile("bodies", "00000fff00000001"));
  const nonsense = await weir.get(apiPaths.body("bodies", "..%2f"));

  expect(gone).toEqual({ found: null });
  expect([file.status, await file.json()]).toMatchObject([404, { code: "not-found" }]);
  expect(nonsense.status).toBe(400);
});

test("[BC11] a page tails with a token for it alone, something else in the same connection, and takes nothing", async () => {
  await create("tailed");
  await publish("tailed", "before");
  const origin = "https://ops.example";
  const tailed = async (verbs: readonly ("sub" | "tail")[], spec: TailSpec) => {
    const tail = new Tail({
      ...spec,
      url: weir.url,
      headers: { origin },
      token: async () => {
        const answer = await weir.post(apiPaths.consumeTokens, {
          topics: ["tailed"],
          verbs,
          origins: [origin],
        });
        return ((await answer.json()) as MintedToken).token;
      },
      onBatch: (batch) => void batches.push(batch),
    });
    await eventually(() => expect(tail.state).toMatch(/tailing|refused/));
    return tail;
  };
  const batches: TailBatch[] = [];
  using stack = new DisposableStack();
  const close = (tail: Tail) => stack.adopt(tail, () => tail.close());
  expect(close(await tailed(["sub"], { topic: "tailed" })).state).toBe("refused");
  expect(close(await tailed(["tail"], { topic: "other" })).state).toBe("refused");
  expect(close(await tailed(["tail"], { topic: "tailed", outcome: "any" })).state).toBe("refused");
  const tail = close(await tailed(["tail"], { topic: "tailed", filter: "one" }));
  await eventually(() => expect(batches.at(-1)?.nodes).toBe(1));
  for (const body of ["one", "two"]) await publish("tailed", body);
  await eventually(() => expect(batches.at(-1)).toMatchObject({ seenTotal: 2, matchedTotal: 1 }));

  tail.change({ topic: "tailed" });
  await eventually(() => expect(batches.at(-1)).toMatchObject({ matchedTotal: null, nodes: 1 }));
  await publish("tailed", "three");

  await eventually(() =>
    expect(batches.flatMap(({ rows }) => rows.map(({ body }) => body))).toEqual(["one", "three"]),
  );
  expect(await node.topic("tailed")).toMatchObject({ depth: 4, channels: [] });
});
