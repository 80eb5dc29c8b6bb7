import { describe, expect, test } from "vitest";
import type { LiveDelta, LiveTopic } from "../../protocol/live.ts";
import { eventually } from "../../testing/eventually.ts";
import { BackOff } from "../back-off.ts";
import type { OverviewView, Snapshot, StatusView, TopicView } from "../contract/index.ts";
import { liveChannel, liveNode, liveTopic, ScriptedNode } from "../testing/scripted-node.ts";
import { secret, TestConsole } from "../testing/test-console.ts";
import { Meter } from "./meter.ts";
import { NodeState } from "./node-state.ts";
import { Ring } from "./series.ts";

function snapshot(topics: readonly LiveTopic[], atMs = 10_000, node = liveNode()) {
  return { type: "snapshot", rev: 1, atMs, node, topics } as const;
}
function delta(
  rev: number,
  atMs: number,
  changed: readonly LiveTopic[],
  changes: Partial<LiveDelta> = {},
): LiveDelta {
  return { type: "delta", rev, atMs, node: liveNode(), changed, removed: [], ...changes };
}

describe("rates", () => {
  test("[CN2] a rate is what was counted over the time between, and smoothed for people", () => {
    const meter = new Meter();
    meter.read(100, null);
    const first = meter.raw;
    meter.read(300, 1_000);
    meter.read(300, 1_000);

    expect(first).toBeNull();
    expect(meter.raw).toBe(0);
    expect(meter.smooth).toBeCloseTo(200 * Math.exp(-3 / 5), 2);
  });

  test("[CN2] a change of rate is shown to within 5 % after five seconds, and rest as rest", () => {
    const meter = new Meter(0);
    const shown = (perSecond: number, seconds: number, from: number) => {
      for (let second = 1; second <= seconds; second++) meter.read(from + second * perSecond, 1_000);
      return meter.smooth!;
    };
    shown(10, 20, 0);

    expect(Math.abs(shown(2_000, 5, 200) - 2_000)).toBeLessThan(100);
    expect(shown(0, 4, 10_200)).toBeGreaterThan(0);
    expect(shown(0, 1, 10_200)).toBe(0);
    expect(meter.moving).toBe(false);
  });

  test("[CN2] a counter that went back has no rate once, and never a negative one", () => {
    const meter = new Meter();
    const rates = [5_000, 6_000, 10, 110].map((count, index) => {
      meter.read(count, index === 0 ? null : 1_000);
      return [meter.raw, meter.smooth];
    });

    expect(rates).toEqual([
      [null, null],
      [1_000, 1_000],
      [null, null],
      [100, 100],
    ]);
  });

  test("[CN2] a clock that was set back gives no rate", () => {
    const meter = new Meter();
    meter.read(1, null);
    meter.read(2, -5_000);
    expect([meter.raw, meter.smooth]).toEqual([null, null]);
  });

  test("[CN2] a topic that appears began at nothing; one first seen by the console did not", () => {
    const state = new NodeState();
    state.apply(snapshot([liveTopic("old", { messageCount: 1_000 })]));
    state.apply(delta(2, 11_000, [liveTopic("new", { messageCount: 30 })]));

    expect(state.topics.get("old")!.messages.raw).toBe(0);
    expect(state.topics.get("new")!.messages.raw).toBe(30);
  });

  test("[CN2] rates of a topic that rests fall to nothing, and it counts as changed until then", () => {
    const state = new NodeState();
    state.apply(snapshot([liveTopic("t")]));
    state.apply(delta(2, 11_000, [liveTopic("t", { messageCount: 10 })]));
    const rates: number[] = [];
    for (let rev = 3; rev < 100 && (rev === 3 || state.dirty.has("t")); rev++) {
      state.dirty.clear();
      state.apply(delta(rev, 9_000 + rev * 1_000, []));
      if (state.dirty.has("t")) rates.push(state.topics.get("t")!.messages.smooth!);
    }

    expect(rates.at(-1)).toBe(0);
    expect(rates).toEqual(rates.toSorted((one, other) => other - one));
  });

  test("[CN2] a node that was restarted has no rates once", () => {
    const state = new NodeState();
    state.apply(snapshot([liveTopic("t", { messageCount: 5 })]));
    state.apply(delta(2, 11_000, [liveTopic("t", { messageCount: 9 })]));
    state.apply(snapshot([liveTopic("t", { messageCount: 20 })], 20_000, liveNode({ startedAtMs: 15_000 })));

    expect(state.topics.get("t")!.messages.raw).toBeNull();
  });

  test("[CN4] a delta that does not follow is not taken", () => {
    const state = new NodeState();
    expect(state.apply(delta(2, 1, []))).toBe(false);
    state.apply(snapshot([]));
    expect(state.apply(delta(3, 1, [liveTopic("t")]))).toBe(false);
    expect(state.topics.size).toBe(0);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "[CN1] %s is a topic like any other",
    (name) => {
      const state = new NodeState();
      state.apply(snapshot([liveTopic(name, { channels: [liveChannel(name, { depth: 2 })] })]));
      expect(state.topics.get(name)!.channels.get(name)!.live.depth).toBe(2);
    },
  );

  test("[CN5] pauses grow from half a second to ten, and differ by chance", () => {
    const backOff = new BackOff();
    const longest = Array.from({ length: 7 }, () => backOff.next(1));
    backOff.reset();

    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(backOff.next(0)).toBe(250);
  });

  test("[CN7] a ring keeps five minutes, and what is not known is a gap", () => {
    const ring = new Ring(["a"]);
    for (let second = 0; second < 400; second++) ring.push(second, [second === 350 ? null : second]);

    const points = ring.points();
    expect([points.length, points[0], points.at(-1)]).toEqual([
      300,
      { atMs: 100, values: [100] },
      { atMs: 399, values: [399] },
    ]);
    expect(points[250]).toEqual({ atMs: 350, values: [null] });
    expect(ring.points(398)).toEqual([
      { atMs: 398, values: [398] },
      { atMs: 399, values: [399] },
    ]);
    expect([ring.back("a", 10_000), ring.back("a", 300_000)]).toEqual([389, null]);
  });
});

describe("nodes joined", () => {
  test("[CN1] topics and channels are added up over nodes", async () => {
    await using one = await ScriptedNode.start();
    await using other = await ScriptedNode.start();
    await using weir = await (await TestConsole.start([one.key, other.key])).signIn();
    await eventually(() => expect([one.live.size, other.live.size]).toEqual([1, 1]));
    const channel = (changes: object) =>
      liveChannel("c", { depth: 5, memoryDepth: 2, storedDepth: 3, ...changes });
    one.say(
      snapshot([
        liveTopic("t", {
          depth: 1,
          memoryDepth: 1,
          messageCount: 10,
          channels: [channel({ inFlight: 1, clientCount: 1, oldestAgeMs: 5_000 })],
        }),
      ]),
    );
    other.say(
      snapshot([
        liveTopic("t", { messageCount: 7, channels: [channel({ deferred: 4, oldestAgeMs: 9_000 })] }),
      ]),
    );

    const { data } = await eventually(async () => {
      const topic = await weir.read<Snapshot<`topic:${string}`>>("/api/v1/topics/t");
      expect(topic.data!.coverage).toEqual({ heard: 2, of: 2, missing: [], silentLookups: [] });
      return topic;
    });

    const view = data as TopicView;
    expect(view.topic).toMatchObject({
      key: "t",
      topicDepth: 1,
      channelCount: 1,
      nodes: [one.key, other.key],
      stale: false,
    });
    expect(view.topic.flow).toMatchObject({
      depth: 11,
      memoryDepth: 5,
      storedDepth: 6,
      inFlight: 1,
      deferred: 4,
      messageCount: 17,
      clients: 1,
      oldestAgeMs: 9_000,
      inRate: null,
    });
    const channels = await weir.read<Snapshot<`channels:${string}`>>("/api/v1/topics/t/channels");
    expect(channels.data!.rows.map((row) => [row.key, row.flow.depth])).toEqual([["c", 10]]);
    expect(view.nodes.map((row) => [row.key, row.flow.depth])).toEqual([
      [one.key, 6],
      [other.key, 5],
    ]);
    expect(one.authorizations).toEqual([`Bearer ${secret}`]);
  });

  test("[CN3] before a node has been heard of nothing is known, which is not nothing", async () => {
    await using node = await ScriptedNode.start();
    await using weir = await (await TestConsole.start([node.key])).signIn();

    const { data } = await weir.read<Snapshot<"overview">>("/api/v1/overview");

    const view = data as OverviewView;
    expect(view.coverage).toEqual({
      heard: 0,
      of: 1,
      missing: [{ key: node.key, lastHeardAtMs: null }],
      silentLookups: [],
    });
    expect(new Set(Object.values(view.flow))).toEqual(new Set([null]));
    expect([view.topicCount, view.producers, view.publishUrl]).toEqual([null, null, null]);
    expect(view.nodes[0]).toMatchObject({ state: "connecting", version: null });
  });

  test("[CN3] a silent node's rows are stale, its part is missing from the totals, and both are said", async () => {
    await using one = await ScriptedNode.start();
    await using other = await ScriptedNode.start();
    await using weir = await (await TestConsole.start([one.key, other.key])).signIn();
    await eventually(() => expect([one.live.size, other.live.size]).toEqual([1, 1]));
    one.say(
      snapshot([
        liveTopic("mine", { depth: 3, memoryDepth: 3 }),
        liveTopic("shared", { depth: 1, memoryDepth: 1 }),
      ]),
    );
    other.say(
      snapshot([
        liveTopic("theirs", { depth: 40, memoryDepth: 40 }),
        liveTopic("shared", { depth: 100, memoryDepth: 100 }),
      ]),
    );
    let rev = 1;
    const talk = setInterval(() => one.say(delta(++rev, 10_000 + rev * 200, [])), 200);
    try {
      const view = await eventually(
        async () => {
          const { data } = await weir.read<Snapshot<"topics">>("/api/v1/topics");
          expect(data!.coverage).toMatchObject({ heard: 1, of: 2, missing: [{ key: other.key }] });
          expect(data!.rows.some((row) => row.stale)).toBe(true);
          return data!;
        },
        { withinMs: 8_000 },
      );
      const status = (await weir.read<Snapshot<"status">>("/api/v1/status")).data as StatusView;

      expect(view.sums["depth"]).toBe(4);
      const rows = Object.fromEntries(view.rows.map((row) => [row.key, [row.flow.depth, row.stale]]));
      expect(rows).toEqual({ mine: [3, false], shared: [1, true], theirs: [40, true] });
      expect(view.rows.find((row) => row.key === "theirs")!.flow.inRate).toBeNull();
      expect(status.problems).toMatchObject([{ rule: "node-silent", severity: "crit", node: other.key }]);
    } finally {
      clearInterval(talk);
    }
  });

  test("[CN3] a node that went is silent before three seconds are over, and its last figures stay as old ones", async () => {
    const node = await ScriptedNode.start();
    await using weir = await (await TestConsole.start([node.key])).signIn();
    await eventually(() => expect(node.live.size).toBe(1));
    node.say(snapshot([liveTopic("t", { messageCount: 9, depth: 3, memoryDepth: 3 })]));
    await eventually(async () => expect((await weir.get("/api/v1/topics/t")).status).toBe(200));
    const saidAtMs = Date.now();
    node.say(delta(2, 11_000, [liveTopic("t", { messageCount: 19, depth: 4, memoryDepth: 4 })]));
    const overview = async () => (await weir.read<Snapshot<"overview">>("/api/v1/overview")).data!;
    await eventually(async () => expect((await overview()).flow.depth).toBe(4));
    const goneAtMs = Date.now();
    await node[Symbol.asyncDispose]();

    const view = await eventually(
      async () => {
        const seen = await overview();
        expect([seen.coverage.heard, seen.flow.outRate]).toEqual([0, null]);
        return seen;
      },
      { withinMs: 2_500 },
    );

    expect(view.flow).toMatchObject({ depth: 4, messageCount: 19, inRate: null });
    expect(view.topicCount).toBe(1);
    const lastHeardAtMs = view.coverage.missing[0]!.lastHeardAtMs!;
    expect(lastHeardAtMs).toBeGreaterThanOrEqual(saidAtMs);
    expect(lastHeardAtMs).toBeLessThanOrEqual(goneAtMs);
  });

  test.each([
    ["misses a line", () => JSON.stringify(delta(7, 12_000, []))],
    ["says what is not JSON", () => "{"],
    [
      "says what is not of the contract",
      () => JSON.stringify({ type: "snapshot", rev: 1, atMs: 1, node: {}, topics: [] }),
    ],
  ])("[CN4] a stream that %s is opened again", async (_, line) => {
    await using node = await ScriptedNode.start();
    await using weir = await (await TestConsole.start([node.key])).signIn();
    await eventually(() => expect(node.live.size).toBe(1));
    node.say(snapshot([liveTopic("t", { depth: 1, memoryDepth: 1 })]));
    await eventually(async () => expect((await weir.get("/api/v1/topics/t")).status).toBe(200));
    node.say(line());

    await eventually(() => expect([node.subscriptions, node.live.size]).toEqual([2, 1]));
    node.say(snapshot([liveTopic("t", { depth: 2, memoryDepth: 2 })]));
    await eventually(async () => {
      const { data } = await weir.read<Snapshot<`topic:${string}`>>("/api/v1/topics/t");
      expect(data!.topic.flow.depth).toBe(2);
    });
  });

  test("[CN5] a node that went away is found again at its address, whatever time that takes", async () => {
    let node = await ScriptedNode.start();
    const { key, port } = node;
    await using weir = await (await TestConsole.start([key])).signIn();
    await eventually(() => expect(node.live.size).toBe(1));
    await node[Symbol.asyncDispose]();
    await eventually(async () => {
      const { data } = await weir.read<Snapshot<"nodes">>("/api/v1/nodes");
      expect(data!.nodes[0]!.reason).toBe("nothing listens there");
    });
    node = await ScriptedNode.start(port);
    await using again = node;
    await eventually(() => expect(again.live.size).toBe(1));
    again.say(snapshot([]));

    await eventually(async () => {
      const { data } = await weir.read<Snapshot<"nodes">>("/api/v1/nodes");
      expect(data!.nodes[0]).toMatchObject({ state: "up", reason: null });
    });
  });

  test("[CN6] a store that is down, and producers held back, are problems with their reason and their time", async () => {
    await using node = await ScriptedNode.start();
    await using weir = await (await TestConsole.start([node.key])).signIn();
    await eventually(() => expect(node.live.size).toBe(1));
    const down = {
      ...liveNode().store,
      state: "down" as const,
      sinceMs: Date.now() - 12_000,
      reason: "the connection was lost",
    };
    node.say(snapshot([], 10_000, liveNode({ store: down, pressure: "hold" })));
    const problems = await eventually(async () => {
      const { data } = await weir.read<Snapshot<"status">>("/api/v1/status");
      expect(data!.problems).toHaveLength(2);
      return data!.problems;
    });
    node.say(delta(2, 11_000, []));
    const after = await eventually(async () => {
      const { data } = await weir.read<Snapshot<"status">>("/api/v1/status");
      expect(data!.problems).toEqual([]);
      return data as StatusView;
    });

    expect(problems.map((problem) => problem.rule)).toEqual(["store-down", "producers-held"]);
    expect(problems[0]!.message).toMatch(/Postgres does not answer for 1[23] s \(the connection was lost\)/);
    expect(after.recentProblems.map((problem) => problem.rule)).toEqual(["store-down", "producers-held"]);
    expect(after.lastProblemAtMs).toBeGreaterThan(0);
  });

  test("[CN6] a node that stays other than its cluster is a problem, one that only comes after it is none", async () => {
    await using node = await ScriptedNode.start();
    await using weir = await (await TestConsole.start([node.key])).signIn();
    await eventually(() => expect(node.live.size).toBe(1));
    const differs = liveNode({ clusterDifferences: 2 });
    const status = async () => (await weir.read<Snapshot<"status">>("/api/v1/status")).data as StatusView;

    node.say(snapshot([], 10_000, differs));
    await eventually(async () => {
      const { data } = await weir.read<Snapshot<"nodes">>("/api/v1/nodes");
      expect(data!.nodes[0]!.clusterDifferences).toBe(2);
    });
    expect((await status()).problems).toEqual([]);

    let rev = 1;
    await eventually(
      async () => {
        node.say({ ...delta(++rev, 10_000 + rev, []), node: differs });
        const { problems } = await status();
        expect(problems).toMatchObject([{ rule: "node-differs", severity: "warn" }]);
      },
      { withinMs: 15_000 },
    );
  });
});
