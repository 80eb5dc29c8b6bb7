import { afterAll, beforeAll, expect, test } from "vitest";
import { Consumer } from "../../../client/browser/index.ts";
import { openPool, parseDatabaseUrl } from "../../../db/client.ts";
import { ConsoleDatabase } from "../../daemon/console-database.ts";
import { eventually } from "../../testing/eventually.ts";
import { startNode, type TestNode } from "../../testing/node.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import { apiPaths, type BrowserConnections, type MintedToken } from "../contract/index.ts";
import { TestConsole } from "../testing/test-console.ts";
import type { PresenceStore } from "./presence.ts";

let node: TestNode;
let fresh: FreshDatabase;
let databases: ConsoleDatabase[];
/** Two consoles on one Postgres. */
let near: TestConsole;
let far: TestConsole;
const open: Consumer[] = [];

beforeAll(async () => {
  [node, fresh] = await Promise.all([startNode(), freshDatabase()]);
  databases = [];
  const start = async () => {
    const database = new ConsoleDatabase(fresh.url, "weir", () => {});
    databases.push(database);
    database.start();
    await eventually(() => expect(database.status.state).toBe("up"), { withinMs: 20_000 });
    const console = await TestConsole.start([new URL(node.httpUrl).host], { stores: database.stores });
    return await console.signIn();
  };
  near = await start();
  far = await start();
}, 60_000);
afterAll(async () => {
  for (const consumer of open) consumer.close();
  await Promise.all([near[Symbol.asyncDispose](), far[Symbol.asyncDispose]()]);
  await Promise.all(databases.map((database) => database.stop()));
  await fresh[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
});

/** A page of `near`. */
function consume(topic: string): Consumer {
  const consumer = new Consumer({
    url: near.url,
    headers: { origin: near.url },
    token: async () => {
      const answer = await near.post(apiPaths.consumeTokens, { topics: [topic] });
      return ((await answer.json()) as MintedToken).token;
    },
    ...{ topic, channel: "page", onMessage: () => {} },
  });
  open.push(consumer);
  return consumer;
}

async function pagesAt(console: TestConsole, topic: string) {
  const { connections, isWhole } = await console.read<BrowserConnections>(
    `${apiPaths.consumeConnections}?topic=${topic}&channel=page`,
  );
  expect(isWhole).toBe(true);
  return connections;
}

test("[UC3] a page is seen at every console with what it holds, and no more once it is gone", async () => {
  await node.act("/pub?topic=seen", "x");
  const consumer = consume("seen");

  const [page] = await eventually(
    async () => {
      const pages = await pagesAt(far, "seen");
      expect(pages).toMatchObject([{ channel: "page", rdy: 10, inFlight: 1 }]);
      return pages;
    },
    { withinMs: 10_000 },
  );
  expect(await pagesAt(near, "seen")).toMatchObject([{ id: page!.id }]);

  consumer.close();
  await eventually(async () => expect(await pagesAt(far, "seen")).toEqual([]));
});

test("[UC4] a page is throttled, let go and sent away from another console within a second", async () => {
  const consumer = consume("ordered");
  const granted: [number, string][] = [];
  consumer.on("rdy", (rdy, why) => granted.push([rdy, why]));
  const [page] = await eventually(async () => {
    const pages = await pagesAt(far, "ordered");
    expect(pages).toHaveLength(1);
    return pages;
  });
  const { id } = page!;
  const withinMs = 1_000;

  expect((await far.post(apiPaths.consumeThrottle(id), { rdy: 3 })).status).toBe(204);
  await eventually(() => expect(granted).toEqual([[3, "throttled"]]), { withinMs });
  expect((await far.post(apiPaths.consumeThrottle(id), { rdy: null })).status).toBe(204);
  await eventually(() => expect(granted.at(-1)).toEqual([10, "free"]), { withinMs });
  expect((await far.post(apiPaths.consumeDisconnect(id), { reason: "a test" })).status).toBe(204);
  await eventually(() => expect(consumer.state).toBe("closed"), { withinMs });

  await eventually(async () => {
    expect((await far.post(apiPaths.consumeDisconnect(id), {})).status).toBe(404);
  });
});

test("[UC3] what a console that was killed had is not seen for longer than 15 s", async () => {
  const store: PresenceStore = databases[0]!.stores.browserPresence;
  await store.renew("killed-console", []);
  const isThere = async () =>
    (await store.others("somebody")).some(({ console }) => console === "killed-console");
  expect(await isThere()).toBe(true);

  const sql = openPool(parseDatabaseUrl(fresh.url), { schema: "weir", name: "test", max: 1 });
  await sql`update browser_presence set seen_at = now() - interval '16 s' where console = 'killed-console'`;
  await sql.end();

  expect(await isThere()).toBe(false);
});

test("[UC3] orders are taken once, by the console they are for", async () => {
  const store: PresenceStore = databases[0]!.stores.browserPresence;
  await store.order("one", { connection: "a", deed: "throttle", rdy: 2 });
  await store.order("one", { connection: "a", deed: "disconnect", rdy: null });
  expect(await store.take("another")).toEqual([]);
  expect(await store.take("one")).toEqual([
    { connection: "a", deed: "throttle", rdy: 2 },
    { connection: "a", deed: "disconnect", rdy: null },
  ]);
  expect(await store.take("one")).toEqual([]);
});
