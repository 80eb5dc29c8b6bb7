import { describe, expect, test } from "vitest";
import type { LiveTopic } from "../../protocol/live.ts";
import { eventually } from "../../testing/eventually.ts";
import type { Snapshot, WindowRequest } from "../contract/index.ts";
import { liveChannel, liveNode, liveTopic, ScriptedNode } from "../testing/scripted-node.ts";
import { TestConsole } from "../testing/test-console.ts";

function depth(name: string, waiting: number, changes: Partial<LiveTopic> = {}): LiveTopic {
  return liveTopic(name, { depth: waiting, memoryDepth: waiting, messageCount: waiting, ...changes });
}

async function world(topics: readonly LiveTopic[]) {
  const node = await ScriptedNode.start();
  const weir = await (await TestConsole.start([node.key])).signIn();
  await eventually(() => expect(node.live.size).toBe(1));
  let rev = 1;
  node.say({ type: "snapshot", rev, atMs: 10_000, node: liveNode(), topics });
  const socket = await weir.connect();
  await eventually(async () => {
    const { data } = await weir.read<Snapshot<"topics">>("/api/v1/topics");
    expect(data!.total).toBe(topics.length);
  });
  return {
    node,
    weir,
    socket,
    watch: (window: WindowRequest) => socket.watch("topics", { window }),
    get view() {
      return socket.view("topics");
    },
    change(changed: readonly LiveTopic[], removed: readonly string[] = []) {
      rev += 1;
      node.say({ type: "delta", rev, atMs: 10_000 + rev * 1_000, node: liveNode(), changed, removed });
    },
    async [Symbol.asyncDispose]() {
      await weir[Symbol.asyncDispose]();
      await node[Symbol.asyncDispose]();
    },
  };
}

const many = Array.from({ length: 1_000 }, (_, at) => depth(`t${at}`, at));

describe("a window", () => {
  test("[CF7] has its rows alone, with how many there are and the sums of all", async () => {
    await using all = await world(many);
    await all.watch({ sort: "-depth", offset: 10, limit: 3 });

    expect(all.view.keys).toEqual(["t989", "t988", "t987"]);
    expect(all.view.rows.map(({ key }) => key)).toEqual(all.view.keys);
    expect(all.view).toMatchObject({ total: 1_000, matching: 1_000, count: 1_000, offset: 10 });
    expect(all.view.sums["depth"]).toBe(499_500);
    expect(all.view.facets).toMatchObject({ backlog: 999, noconsumer: 1_000, paused: 0 });
  });

  test("[CF7] is filtered by text and state, and sorted by several columns, names as people count", async () => {
    await using all = await world([
      depth("orders#ephemeral", 4, { ephemeral: true }),
      depth("Orders.10", 2),
      depth("orders.9", 2),
      depth("orders.paused", 9, { paused: true }),
      depth("__proto__", 2),
      depth("constructor", 0),
    ]);
    await all.watch({ sort: "-depth,name", q: " ORDERS", state: ["backlog", "nonsense"] });
    const found = all.view;
    await all.watch({ sort: "name,nonsense", state: ["noconsumer"], q: "pr" });

    expect(found.keys).toEqual(["orders.paused", "orders#ephemeral", "orders.9", "Orders.10"]);
    expect(found).toMatchObject({ total: 6, matching: 4 });
    expect(all.view.keys).toEqual(["__proto__"]);
    expect(all.view.sums["depth"]).toBe(2);
  });

  test("[CF7] that is moved gets what it has not yet, and no more", async () => {
    await using all = await world(many);
    await all.watch({ sort: "name", offset: 0, limit: 20 });
    all.socket.deltas.length = 0;
    await all.watch({ sort: "name", offset: 5, limit: 20 });
    const moved = all.socket.deltas[0]!;

    expect(moved.tables["rows"]!.changed.map(({ key }) => key)).toEqual(["t20", "t21", "t22", "t23", "t24"]);
    expect(moved.tables["rows"]!.removed).toEqual(["t0", "t1", "t2", "t3", "t4"]);
    expect(all.view.keys).toEqual(Array.from({ length: 20 }, (_, at) => `t${at + 5}`));
    expect(all.socket.gaps).toBe(0);
  });

  test("[CF7] is told of no row outside it", async () => {
    await using all = await world(many);
    await all.watch({ sort: "name", limit: 10 });
    all.socket.deltas.length = 0;
    all.change([depth("t5", 77), depth("t500", 88)]);
    await eventually(() => expect(all.view.rows.find(({ key }) => key === "t5")!.flow.depth).toBe(77));

    expect(JSON.stringify(all.socket.deltas)).not.toContain("t500");
  });

  test("[CF7] has the figures of its columns and no others", async () => {
    await using all = await world([depth("t", 5)]);
    await all.watch({ columns: ["name", "depth"] });
    const narrow = all.view;
    await all.watch({ columns: ["messages", "bytes"] });

    expect(narrow.rows[0]).toMatchObject({
      key: "t",
      messageBytes: null,
      flow: { depth: 5, messageCount: null },
    });
    expect(narrow.sums).toEqual({ depth: 5 });
    expect(all.view.rows[0]).toMatchObject({ messageBytes: 0, flow: { depth: null, messageCount: 5 } });
    expect(all.socket.gaps).toBe(0);
  });

  test("[CF8] held rows keep their places while they change, and how many would not is said", async () => {
    await using all = await world(many.slice(0, 10));
    await all.watch({ sort: "-depth", limit: 3, hold: true });
    const before = all.view.keys;
    all.change([depth("t0", 5_000), depth("t8", 6_000)], ["t7"]);
    await eventually(() => expect(all.view.changed).toBe(3));
    const held = all.view;
    await all.watch({ sort: "-depth", limit: 3, hold: true, order: 1 });

    expect(before).toEqual(["t9", "t8", "t7"]);
    expect(held.keys).toEqual(["t9", "t8", "t6"]);
    expect(held.rows.find(({ key }) => key === "t8")!.flow.depth).toBe(6_000);
    expect(all.view.keys).toEqual(["t8", "t0", "t9"]);
    expect(all.view.changed).toBe(0);
  });

  test("[CF8] rows that come while it is held stand last, and rows nobody holds are sorted anew", async () => {
    await using all = await world(many.slice(0, 4));
    await all.watch({ sort: "-depth", hold: true });
    all.change([depth("new", 900)]);
    await eventually(() => expect(all.view.keys).toEqual(["t3", "t2", "t1", "t0", "new"]));
    await all.watch({ sort: "-depth", hold: false });

    await eventually(() => expect(all.view.keys[0]).toBe("new"), { withinMs: 8_000 });
  });

  test("[CF9] channels of a topic are watched likewise, and a topic that is not there says so", async () => {
    const channels = [
      liveChannel("a", { depth: 1, memoryDepth: 1 }),
      liveChannel("#ephemeral".padStart(20, "b"), { depth: 2, memoryDepth: 2, ephemeral: true }),
    ];
    await using all = await world([liveTopic("t", { channels })]);
    await all.socket.watch("channels:t", { window: { sort: "-depth" } });
    await all.socket.watch("channels:none", { window: {} });
    const read = await all.weir.read<Snapshot<"channels:t">>("/api/v1/topics/t/channels?sort=depth&limit=1");

    expect(all.socket.view("channels:t").keys).toEqual(["bbbbbbbbbb#ephemeral", "a"]);
    expect(all.socket.views.get("channels:none")!.data).toBeNull();
    expect(read.data).toMatchObject({ keys: ["a"], total: 2, sums: { depth: 3 } });
    expect((await all.weir.get("/api/v1/topics/none/channels")).status).toBe(404);
  });

  test.each([
    ["too many rows", { limit: 201 }],
    ["a negative offset", { offset: -1 }],
    ["half a row", { offset: 0.5 }],
    ["a long text", { q: "x".repeat(65) }],
    ["a number for a text", { q: 1 }],
    ["many states", { state: Array(17).fill("paused") }],
    ["something else", { fields: ["name"] }],
  ])("[CF3] a window with %s is refused", async (_, window) => {
    await using all = await world([]);
    const answer = await all.socket.watch("topics", { window: window as WindowRequest });
    expect(answer).toMatchObject({ ok: false, error: { code: "bad-request" } });
  });
});
