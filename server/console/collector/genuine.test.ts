/** Nodes without a live stream for us: a genuine nsqd, and nodes of ours that do not trust this console. */
import { expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { uniqueTopic } from "../../testing/names.ts";
import { startNode } from "../../testing/node.ts";
import { Gate, mapBounded } from "../bounded.ts";
import type { Snapshot, TopicView } from "../contract/index.ts";
import { HttpPeer } from "../http-peer.ts";
import { parsePeerAddress } from "../peer-address.ts";
import { liveNode, liveTopic } from "../testing/scripted-node.ts";
import { genuineNsqd, ScriptedNsq, statsChannel, statsTopic } from "../testing/scripted-nsq.ts";
import { TestConsole } from "../testing/test-console.ts";
import { NodeState } from "./node-state.ts";
import { StatsReader } from "./stats-reader.ts";

test("[CD1] a genuine nsqd is shown live by its figures; what it cannot give is null, and why is said", async () => {
  const channel = (finished: number) =>
    statsChannel("c", {
      depth: 10,
      backend_depth: 4,
      in_flight_count: 2,
      deferred_count: 1,
      message_count: 13 + finished,
      requeue_count: 3,
      timeout_count: 1,
      client_count: 2,
    });
  const answers = (finished: number) =>
    genuineNsqd([statsTopic("t", [channel(finished)], { depth: 1, message_count: 14 + finished })]);
  await using nsqd = await ScriptedNsq.start(answers(0));
  await using weir = await (await TestConsole.start([nsqd.key])).signIn();
  const socket = await weir.connect();
  await socket.watch("topic:t");
  await eventually(async () => {
    await socket.watch("channels:t");
    expect(socket.view("channels:t").rows).toHaveLength(1);
  });
  let finished = 0;
  await eventually(() => {
    finished += 100;
    nsqd.answers = answers(finished);
    expect(socket.view("channels:t").rows[0]!.flow.finishRate).toBeGreaterThan(0);
    expect(socket.view("topic:t").topic.flow.inRate).toBeGreaterThan(0);
  });

  const { topic } = socket.view("topic:t");
  expect(socket.view("channels:t").rows[0]!.flow).toMatchObject({
    depth: 10,
    memoryDepth: 6,
    storedDepth: 4,
    inFlight: 2,
    deferred: 1,
    requeueCount: 3,
    timeoutCount: 1,
    clients: 2,
    deliverCount: null,
    outRate: null,
    oldestAgeMs: null,
  });
  expect(topic).toMatchObject({ topicDepth: 1, stale: false });
  expect(weir.server.collector.nodeRows[0]).toMatchObject({
    key: nsqd.key,
    state: "up",
    hostname: "genuine",
    version: "1.3.0",
    health: "OK",
    region: "north",
    zone: null,
    consumers: 2,
    rssBytes: null,
    store: null,
    producers: null,
    limits: { rule: "genuine", message: expect.stringContaining("genuine nsqd") },
  });
  expect(weir.server.collector.problems.active).toEqual([]);
  expect(socket.gaps).toBe(0);
});

test("[CD1] a tail of a topic that only a genuine nsqd has says who is missing", async () => {
  await using nsqd = await ScriptedNsq.start(genuineNsqd([statsTopic("t")]));
  await using weir = await (await TestConsole.start([nsqd.key])).signIn();
  await eventually(() => expect(weir.server.collector.topics.has("t")).toBe(true));
  const tailed = weir.tail({ topic: "t" });

  await eventually(() =>
    expect(tailed.batches.at(-1)).toMatchObject({ rows: [], nodes: 0, missing: [nsqd.key] }),
  );
  expect(nsqd.asked.filter((line) => line.includes("/v1/tap"))).toEqual([]);
});

test("[CD1] a node of ours that was started without the secret is shown by its figures", async () => {
  await using node = await startNode();
  await using weir = await (await TestConsole.start([new URL(node.httpUrl).host], { secret: "" })).signIn();
  const topic = uniqueTopic();
  await node.act(`/topic/create?topic=${topic}`);
  await node.act(`/channel/create?topic=${topic}&channel=c`);
  await node.act(`/mpub?topic=${topic}`, "one\ntwo");

  await eventually(async () => {
    const { data } = await weir.read<Snapshot<`topic:${string}`>>(`/api/v1/topics/${topic}`);
    expect((data as TopicView).topic.flow).toMatchObject({ depth: 2, messageCount: 2, clients: 0 });
  });
  expect(weir.server.collector.nodeRows[0]).toMatchObject({ state: "up", limits: { rule: "no-secret" } });
});

test("[CD1] a node that is replaced by one with a live stream is followed by that", async () => {
  await using nsqd = await ScriptedNsq.start(genuineNsqd([statsTopic("t")]));
  let movedMs = 0;
  const clock = { wallMs: () => Date.now() + movedMs, nowMs: () => performance.now() + movedMs };
  await using weir = await TestConsole.start([nsqd.key], { clock });
  const row = () => weir.server.collector.nodeRows[0]!;
  await eventually(() => expect(row().limits?.rule).toBe("genuine"));
  nsqd.listener = (request, response) => {
    if (!request.url!.startsWith("/v1/live")) return response.end(JSON.stringify(nsqd.answers["GET /stats"]));
    const line = { type: "snapshot", rev: 1, atMs: 1, node: liveNode(), topics: [liveTopic("live")] };
    return response.writeHead(200).write(`${JSON.stringify(line)}\n`);
  };
  movedMs = 61_000;

  await eventually(() => expect(row()).toMatchObject({ state: "up", limits: null, hostname: "host-1" }));
  expect([...weir.server.collector.topics.keys()]).toEqual(["live"]);
});

test("[CD2] a node that is asked and falls silent is stale, and is asked again", async () => {
  const topics = [statsTopic("t", [statsChannel("c", { depth: 5 })])];
  const nsqd = await ScriptedNsq.start(genuineNsqd(topics));
  const { port, key } = nsqd;
  await using weir = await TestConsole.start([key]);
  const row = () => weir.server.collector.nodeRows[0]!;
  await eventually(() => expect(row().state).toBe("up"));
  await nsqd[Symbol.asyncDispose]();
  await eventually(() => expect(row()).toMatchObject({ state: "silent", reason: "nothing listens there" }));
  expect(weir.server.collector.topics.get("t")!.row).toMatchObject({ stale: true, flow: { depth: 5 } });
  await using _ = await ScriptedNsq.start(genuineNsqd(topics), port);

  await eventually(() => expect(row()).toMatchObject({ state: "up", reason: null }));
});

test("[CD2] a restart begins its counters anew, and what makes no sense is left out or is nothing", async () => {
  const wallMs = () => 0;
  const sick = {
    topic_name: "t",
    depth: -1,
    message_count: "many",
    channels: [null, 5, { channel_name: 7 }],
  };
  await using nsqd = await ScriptedNsq.start(
    genuineNsqd([sick, "x", statsTopic("ok", [], { message_count: 3 })]),
  );
  const peer = new HttpPeer(parsePeerAddress(nsqd.key), { secret: null });
  const [reader, state] = [new StatsReader(peer), new NodeState()];
  const first = await reader.read(state, wallMs);
  state.apply(first);
  const same = await reader.read(state, wallMs);
  state.apply(same);
  nsqd.answers = genuineNsqd([statsTopic("ok")], {
    "GET /stats": { health: "OK", start_time: 1_700_000_100, topics: [statsTopic("ok")] },
  });
  const restarted = await reader.read(state, wallMs);
  nsqd.answers = { "GET /stats": [1] };
  const nonsense = reader.read(state, wallMs);

  expect(first).toMatchObject({
    type: "snapshot",
    topics: [{ name: "t", depth: 0, channels: [] }, { name: "ok" }],
  });
  expect(same).toMatchObject({ type: "delta", changed: [], removed: [] });
  expect(restarted).toMatchObject({ type: "snapshot", node: { startedAtMs: 1_700_000_100_000 } });
  await expect(nonsense).rejects.toThrow("does not understand");
  peer.close();
});

test("[CD2] ten thousand topics are read, and only those that moved are joined again", async () => {
  const topics = Array.from({ length: 10_000 }, (_, at) =>
    statsTopic(`t${at}`, [statsChannel("a"), statsChannel("b")], { message_count: at }),
  );
  await using nsqd = await ScriptedNsq.start(genuineNsqd(topics));
  const peer = new HttpPeer(parsePeerAddress(nsqd.key), { secret: null });
  const [reader, state] = [new StatsReader(peer), new NodeState()];
  state.apply(await reader.read(state, () => 1_000));
  nsqd.answers = genuineNsqd(topics.with(7, statsTopic("t7", [statsChannel("a")], { message_count: 8 })));
  const line = await reader.read(state, () => 2_000);

  expect(state.topics.size).toBe(10_000);
  expect(line).toMatchObject({ type: "delta", changed: [{ name: "t7" }], removed: [] });
  peer.close();
});

test("[CD2] so many at a time and no more, and every one gets its turn", async () => {
  let [inside, most] = [0, 0];
  const work = async (at: number) => {
    most = Math.max(most, ++inside);
    await new Promise(setImmediate);
    inside -= 1;
    return at;
  };
  const gate = new Gate(3);
  const items = Array.from({ length: 20 }, (_, at) => at);

  expect(await Promise.all(items.map((at) => gate.run(() => work(at))))).toEqual(items);
  expect(most).toBe(3);
  most = 0;
  expect(await mapBounded(items, 4, work)).toEqual(items);
  expect(most).toBe(4);
});
