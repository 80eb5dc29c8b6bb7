import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tailRowsPerSecondMax } from "../../../client/browser/index.ts";
import type { LiveTopic } from "../../protocol/live.ts";
import { eventually } from "../../testing/eventually.ts";
import { applyDelta, type Delta, pacesMs, type Snapshot } from "../contract/index.ts";
import { liveChannel, liveNode, liveTopic, ScriptedNode } from "../testing/scripted-node.ts";
import { TestConsole } from "../testing/test-console.ts";
import { diffViews } from "./diff.ts";

const rows = fc.uniqueArray(
  fc.record(
    {
      key: fc.constantFrom("a", "b", "c", "__proto__"),
      depth: fc.nat(3),
      flow: fc.option(
        fc.record({ in: fc.option(fc.nat(2)), names: fc.array(fc.nat(2)) }, { requiredKeys: ["in"] }),
      ),
    },
    { requiredKeys: ["key", "depth"] },
  ),
  {
    selector: (row) => row.key,
  },
);
const view = fc.record({
  total: fc.record({ depth: fc.option(fc.nat(3)) }),
  names: fc.array(fc.string()),
  topics: rows,
});

async function consoleWithNode(topics: readonly LiveTopic[]) {
  const node = await ScriptedNode.start();
  const weir = await (await TestConsole.start([node.key])).signIn();
  await eventually(() => expect(node.live.size).toBe(1));
  let rev = 1;
  node.say({ type: "snapshot", rev, atMs: 10_000, node: liveNode(), topics });
  await eventually(async () => {
    const { data } = await weir.read<Snapshot<"overview">>("/api/v1/overview");
    expect(data!.coverage.heard).toBe(1);
  });
  return {
    node,
    weir,
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

describe("feeds", () => {
  test("[CF1] a view with its deltas is the view there is, whatever changed", () => {
    fc.assert(
      fc.property(fc.array(view, { minLength: 2, maxLength: 6 }), (views) => {
        let shown: object = views[0]!;
        for (let index = 1; index < views.length; index++) {
          const difference = diffViews(views[index - 1]!, views[index]!);
          const delta = JSON.parse(JSON.stringify({ ...difference, points: [] })) as Delta;
          shown = applyDelta(shown, delta);
        }
        const sorted = (one: { topics: { key: string }[] }) => ({
          ...one,
          topics: one.topics.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
        });
        expect(sorted(shown as never)).toEqual(sorted(views.at(-1) as never));
      }),
    );
  });

  test("[CN6] a worse problem stands before those there were, in a view that deltas made too", () => {
    const problem = (key: string, severity: "warn" | "crit", sinceMs: number) => ({ key, severity, sinceMs });
    const before = { problems: [problem("a", "warn", 1), problem("b", "warn", 2)] };
    const worse = [problem("c", "crit", 3), ...before.problems];
    const after = applyDelta(before, { ...diffViews(before, { problems: worse }), points: [] });
    expect(after).toEqual({ problems: worse });
  });

  test("[CF1] what did not change is not sent, and stays the same object", () => {
    const before = {
      total: { depth: 1 },
      topics: [
        { key: "a", n: 1 },
        { key: "b", n: 1, flow: { depth: 1, oldest: null } },
      ],
    };
    const { set, tables } = diffViews(before, {
      total: { depth: 1 },
      topics: [
        { key: "a", n: 1 },
        { key: "b", n: 1, flow: { depth: 2, oldest: null } },
      ],
    });
    const after = applyDelta(before, { set, tables, points: [] });

    expect({ set, tables }).toEqual({
      set: {},
      tables: { topics: { changed: [], patched: [{ key: "b", flow: { depth: 2 } }], removed: [] } },
    });
    expect(after.topics[1]).toEqual({ key: "b", n: 1, flow: { depth: 2, oldest: null } });
    expect(after.topics[0]).toBe(before.topics[0]);
  });

  test("[CF1] a page that watches sees what the node says, without a reload", async () => {
    await using world = await consoleWithNode([]);
    const socket = await world.weir.connect();
    await socket.watch("topics");
    await socket.watch("overview");
    await socket.watch("topic:t");
    const before = socket.views.get("topic:t");
    world.change([liveTopic("t", { messageCount: 3, depth: 3, memoryDepth: 3 })]);
    await eventually(() =>
      expect(socket.view("topics").rows.map((row) => [row.key, row.flow.depth])).toEqual([["t", 3]]),
    );
    await eventually(() => expect(socket.view("topic:t").topic.flow.depth).toBe(3));
    world.change([
      liveTopic("t", { messageCount: 5, channels: [liveChannel("c", { depth: 5, memoryDepth: 5 })] }),
    ]);
    await eventually(() => {
      expect(socket.view("topic:t").topic.channelCount).toBe(1);
      expect(socket.view("overview").flow.depth).toBe(5);
      expect(socket.view("topic:t").series.points.length).toBeGreaterThanOrEqual(2);
    });
    world.change([], ["t"]);
    await eventually(() => expect(socket.views.get("topic:t")!.data).toBeNull());

    expect(before!.data).toBeNull();
    expect(socket.view("topics").rows).toEqual([]);
    expect(socket.gaps).toBe(0);
    const overview = socket.deltas.filter((delta) => delta.room === "overview").map((delta) => delta.rev);
    expect(overview).toEqual(overview.map((_, index) => overview[0]! + index));
  });

  test("[CF2] watching again gives a snapshot that the next delta follows; two pages get the same", async () => {
    await using world = await consoleWithNode([liveTopic("t")]);
    const [one, other] = [await world.weir.connect(), await world.weir.connect()];
    await one.watch("topic:t");
    world.change([liveTopic("t", { messageCount: 1, depth: 1, memoryDepth: 1 })]);
    await eventually(() => expect(one.view("topic:t").topic.flow.depth).toBe(1));
    await other.watch("topic:t");
    await one.watch("topic:t");
    world.change([liveTopic("t", { messageCount: 2, depth: 2, memoryDepth: 2 })]);
    await eventually(() => {
      expect(one.view("topic:t").topic.flow.depth).toBe(2);
      expect(other.view("topic:t").topic.flow.depth).toBe(2);
    });

    expect(one.gaps + other.gaps).toBe(0);
    expect(other.views.get("topic:t")!.rev).toBe(one.views.get("topic:t")!.rev);
  });

  test("[CF5] a page nobody looks at is told every five seconds, and what it has missed comes along", async () => {
    await using world = await consoleWithNode([liveTopic("t")]);
    const socket = await world.weir.connect();
    await socket.watch("overview", { paceMs: pacesMs.hidden });
    await socket.watch("topics", { paceMs: pacesMs.seen });
    const points = socket.view("overview").series.points.length;
    await eventually(() =>
      expect(socket.deltas.filter((delta) => delta.room === "topics").length).toBeGreaterThan(2),
    );
    const early = socket.deltas.filter((delta) => delta.room === "overview").length;
    await eventually(() => expect(socket.deltas.some((delta) => delta.room === "overview")).toBe(true), {
      withinMs: 8_000,
    });
    await socket.watch("overview", { paceMs: pacesMs.seen });

    expect(early).toBe(0);
    expect(socket.view("overview").series.points.length).toBeGreaterThan(points + 2);
  });

  test("[CF6] nodes are subscribed to once, however many pages look", async () => {
    await using world = await consoleWithNode([liveTopic("t")]);
    const sockets = await Promise.all(Array.from({ length: 5 }, () => world.weir.connect()));
    await Promise.all(sockets.map((socket) => socket.watch("topic:t")));
    const tails = sockets.map(() => world.weir.tail({ topic: "t" }));
    await eventually(() => expect(tails.every(({ tail }) => tail.state === "tailing")).toBe(true));
    await eventually(() => expect(world.node.taps.size).toBe(1));
    const while5 = [world.node.subscriptions, world.node.taps.size];
    for (const socket of sockets) socket.raw.disconnect();
    for (const { tail } of tails) tail.close();

    await eventually(() => expect(world.node.taps.size).toBe(0));
    expect(while5).toEqual([1, 1]);
  });

  test("[CF6] streams that stay open do not stand in the way of requests", async () => {
    const names = Array.from({ length: 24 }, (_, index) => `t${index}`);
    await using world = await consoleWithNode(names.map((name) => liveTopic(name)));
    world.node.answer = () => ({ status: 200, body: '{"topics":[]}' });
    for (const topic of names) world.weir.tail({ topic });
    await eventually(() => expect(world.node.taps.size).toBe(24));
    const paused = await world.weir.post("/api/v1/actions", { action: "pause-topic", topic: "t0" });

    expect(await paused.json()).toMatchObject({ outcome: "done" });
  });

  test("[CN20] a channel's latency comes with its figures and with every point of its chart", async () => {
    const latency = {
      count: 4,
      percentiles: [0.5, 0.99].map((quantile) => ({ quantile, ms: quantile * 10 })),
    };
    const quiet = liveChannel("quiet");
    await using world = await consoleWithNode([
      liveTopic("t", { channels: [liveChannel("c", { latency }), quiet] }),
    ]);
    const socket = await world.weir.connect();
    await socket.watch("channel:t/c");
    await socket.watch("channel:t/quiet");
    const slower = { count: 5, percentiles: [0.5, 0.99].map((quantile) => ({ quantile, ms: 70 })) };
    await eventually(() => {
      world.change([liveTopic("t", { channels: [liveChannel("c", { latency: slower }), quiet] })]);
      expect(socket.view("channel:t/c").channel.latency).toEqual(slower);
      expect(socket.view("channel:t/c").series.points.length).toBeGreaterThan(1);
    });

    const { metrics, points } = socket.view("channel:t/c").series;
    const charted = points.map(({ values }) => values.slice(metrics.indexOf("latencyMs1")));
    expect(charted[0]).toEqual([5, 9.9, null]);
    expect(charted.at(-1)).toEqual([70, 70, null]);
    expect(socket.view("channel:t/quiet").channel.latency).toBeNull();
    expect(socket.view("channel:t/quiet").series.points.at(-1)!.values.slice(-3)).toEqual([null, null, null]);
  });

  test("[CF6] consumers are asked for while somebody watches their channel, and no longer", async () => {
    const channel = liveChannel("c", { depth: 1, memoryDepth: 1, clientCount: 1, inFlight: 1 });
    await using world = await consoleWithNode([liveTopic("t", { channels: [channel] })]);
    const client = {
      client_id: "app",
      hostname: "h",
      remote_address: "127.0.0.1:5",
      user_agent: "nsqjs",
      ready_count: 1,
      in_flight_count: 1,
      message_count: 9,
      finish_count: 8,
      requeue_count: 0,
      connect_ts: 1_700_000_000,
      sample_rate: 0,
      deflate: false,
      snappy: false,
      tls: false,
    };
    world.node.answer = () => ({
      status: 200,
      body: JSON.stringify({ topics: [{ channels: [{ clients: [client] }] }] }),
    });
    const socket = await world.weir.connect();
    const rooms = ["channel:t/c", "clients:t/c"] as const;
    for (const room of rooms) await socket.watch(room);
    await eventually(() => {
      expect(socket.view("clients:t/c").rows).toHaveLength(1);
      expect(socket.view("channel:t/c").bottleneck).toMatchObject({ rule: "saturated" });
    });
    const shown = socket.view("clients:t/c");
    for (const room of rooms) await socket.unwatch(room);
    const asked = world.node.asked.length;
    world.change([]);
    world.change([]);
    await eventually(async () => {
      const { data } = await world.weir.read<Snapshot<`channel:${string}/${string}`>>(
        "/api/v1/topics/t/channels/c",
      );
      expect(data!.bottleneck).toBeNull();
    });

    expect(shown.rows[0]).toMatchObject({
      clientId: "app",
      address: "127.0.0.1:5",
      readyCount: 1,
      connectedAtMs: 1_700_000_000_000,
      node: world.node.key,
    });
    expect(world.node.asked[0]).toBe(
      "GET /stats?format=json&topic=t&channel=c&include_mem=false&include_timeouts=true",
    );
    expect(world.node.asked.length).toBeLessThanOrEqual(asked + 1);
  });
});

describe("the tail", () => {
  const message = (index: number, body: Buffer) => ({
    type: "message" as const,
    id: index.toString(16).padStart(16, "0"),
    atMs: 1_000 + index,
    bytes: body.length,
    body: body.subarray(0, 65_536).toString("base64"),
  });

  test("[CT1] of a flood fifty rows a second are shown, and how many there were is said", async () => {
    await using world = await consoleWithNode([liveTopic("t")]);
    const tailed = world.weir.tail({ topic: "t" });
    await eventually(() => expect(world.node.taps.size).toBe(1));
    const startedMs = performance.now();
    world.node.tap(...Array.from({ length: 5_000 }, (_, index) => message(index, Buffer.from("x"))));
    world.node.tap({ type: "sampled", seen: 7_000, shown: 5_000 });
    await eventually(() => expect(tailed.batches.at(-1)?.seenTotal).toBe(7_000));

    const shown = tailed.batches.reduce((sum, batch) => sum + batch.rows.length, 0);
    const seconds = Math.ceil((performance.now() - startedMs) / 1_000) + 1;
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThanOrEqual(tailRowsPerSecondMax * seconds);
    expect(tailed.batches.reduce((sum, batch) => sum + batch.seen, 0)).toBe(7_000);
  });

  test("[CT2] bodies come as text or base64, cut short, and say so", async () => {
    await using world = await consoleWithNode([liveTopic("t")]);
    const tailed = world.weir.tail({ topic: "t" });
    await eventually(() => expect(world.node.taps.size).toBe(1));
    const bodies = [
      Buffer.from('{"a":"é"}'),
      Buffer.from([0xff, 0x00]),
      Buffer.from(`x${"é".repeat(3_000)}`),
    ];
    world.node.tap(...bodies.map((body, index) => message(index, body)));
    const rows = await eventually(() => {
      const all = tailed.batches.flatMap((batch) => batch.rows);
      expect(all).toHaveLength(3);
      return all;
    });

    expect(rows.map((row) => [row.encoding, row.cut, row.bytes])).toEqual([
      ["text", false, 10],
      ["base64", false, 2],
      ["text", true, 6_001],
    ]);
    expect([rows[0]!.body, rows[1]!.body]).toEqual(['{"a":"é"}', "/wA="]);
    expect(rows[2]!.body).toBe(`x${"é".repeat(2_047)}`);
  });

  test("[CT3] a quiet topic says that it is tapped, and a node that cannot be tapped is named", async () => {
    await using world = await consoleWithNode([liveTopic("t")]);
    const tailed = world.weir.tail({ topic: "t" });
    await eventually(() =>
      expect(tailed.batches.at(-1)).toMatchObject({ rows: [], seen: 0, nodes: 1, missing: [] }),
    );
    await world.node[Symbol.asyncDispose]();
    await eventually(() =>
      expect(tailed.batches.at(-1)).toMatchObject({ nodes: 0, missing: [world.node.key] }),
    );
  });
});
