import { afterEach, beforeEach, expect, test } from "vitest";
import type { LiveCluster, LiveNode, LiveTopic } from "../protocol/live.ts";
import { eventually } from "../testing/eventually.ts";
import type { ActionRecord } from "./api/ports.ts";
import {
  type ActionResult,
  apiPaths,
  type ClusterView,
  type DrainStarted,
  type Impact,
  type Snapshot,
} from "./contract/index.ts";
import { liveNode, liveTopic, ScriptedNode } from "./testing/scripted-node.ts";
import { storesAway } from "./testing/stores-away.ts";
import { TestConsole } from "./testing/test-console.ts";

const recorded: ActionRecord[] = [];
const stores = storesAway(recorded);
let one: ScriptedNode;
let two: ScriptedNode;
let weir: TestConsole;
let revs: Map<ScriptedNode, number>;

beforeEach(async () => {
  recorded.length = 0;
  revs = new Map();
  one = await ScriptedNode.start();
  two = await ScriptedNode.start();
  weir = await (await TestConsole.start([one.key, two.key], { stores })).signIn();
  for (const node of [one, two]) await eventually(async () => expect(node.live.size).toBe(1));
});
afterEach(async () => {
  await weir[Symbol.asyncDispose]();
  for (const node of [one, two]) await node[Symbol.asyncDispose]();
});

function say(node: ScriptedNode, changes: Partial<LiveNode>, topics: readonly LiveTopic[] = []): void {
  const rev = (revs.get(node) ?? 0) + 1;
  revs.set(node, rev);
  const live = liveNode({ id: node === one ? "id-1" : "id-2", clusterDifferences: 0, ...changes });
  const head = { rev, atMs: Date.now(), node: live };
  node.say(
    rev === 1
      ? { type: "snapshot", ...head, topics }
      : { type: "delta", ...head, changed: topics, removed: [] },
  );
}

function member(changes: Partial<LiveCluster> = {}): LiveCluster {
  return {
    ...{ epoch: 3, lease: "held", ttlMs: 10_000, renewedAgoMs: 400 },
    ...{ testing: false, logs: null, others: [], adoptions: [], drain: null },
    ...changes,
  };
}

const view = async () => (await weir.read<Snapshot<"cluster">>(apiPaths.cluster)).data as ClusterView;
const heard = (count: number) =>
  eventually(async () => expect((await view()).coverage.heard).toBe(count), { withinMs: 10_000 });

test("[CV1] each node's lease is its own word, and of one that is not heard what the others see", async () => {
  say(one, {
    cluster: member({
      others: [
        {
          ...{ nodeId: "id-2", hostname: "host-2", epoch: 5, ttlMs: 10_000 },
          ...{ unrenewedMs: 200, released: false, holds: true, logs: 12 },
        },
        {
          ...{ nodeId: "id-3", hostname: "host-3", epoch: 8, ttlMs: 10_000 },
          ...{ unrenewedMs: 12_000, released: false, holds: true, logs: 12 },
        },
        {
          ...{ nodeId: "id-4", hostname: "host-4", epoch: 1, ttlMs: 10_000 },
          ...{ unrenewedMs: 12_000, released: true, holds: false, logs: 0 },
        },
      ],
    }),
  });
  say(two, { cluster: member({ epoch: 5, lease: "overdue", renewedAgoMs: 11_000 }) });
  await heard(2);

  const rows = (await view()).nodes.map(({ key, state, epoch, lease, seenBy }) => [
    ...[key, state, epoch, lease],
    seenBy === null ? "itself" : seenBy === one.key ? "one" : "two",
  ]);

  expect(rows).toEqual([
    ["id-1", "up", 3, "held", "itself"],
    ["id-2", "up", 5, "overdue", "itself"],
    ["id-3", "unheard", 8, "expired", "one"],
    ["id-4", "unheard", 1, "released", "one"],
  ]);

  await two[Symbol.asyncDispose]();
  await heard(1);
  expect((await view()).nodes[1]).toMatchObject({
    key: "id-2",
    node: two.key,
    state: "silent",
    lease: "held",
    logs: 12,
  });
});

test("[CV1] of a node that was taken over from since it was heard the lease is lost, whoever raised it last", async () => {
  const seen = {
    ...{ nodeId: "id-2", hostname: "host-2", ttlMs: 10_000 },
    ...{ unrenewedMs: 200, released: false, holds: false, logs: 0 },
  };
  say(two, { cluster: member({ epoch: 5 }) });
  say(one, { cluster: member({ others: [{ ...seen, epoch: 5, holds: true }] }) });
  await heard(2);
  await two[Symbol.asyncDispose]();
  await heard(1);
  expect((await view()).nodes[1]).toMatchObject({ state: "silent", lease: "held", epoch: 5 });

  const adoption = {
    ...{ nodeId: "id-2", epoch: 6, atMs: 1, waitedMs: 10_000, logs: 1, reason: null, forced: false },
    ...{ state: "done" as const, takeMs: 1, loadMs: 1, messages: 1 },
  };
  say(one, {
    cluster: member({
      others: [
        { ...seen, epoch: 7 },
        { ...seen, nodeId: "id-0", epoch: 1, unrenewedMs: 700_000 },
      ],
      adoptions: [adoption],
    }),
  });

  await eventually(async () =>
    expect((await view()).nodes).toMatchObject([
      { key: "id-1" },
      { key: "id-2", state: "silent", lease: "lost", epoch: 7 },
    ]),
  );
});

test("[CV2] what was taken over of whom, and how long each part took, is told by whoever took it, latest first", async () => {
  const adoption = {
    ...{ nodeId: "id-2", epoch: 6, waitedMs: 10_400, logs: 12, reason: null, forced: false },
    ...{ takeMs: 14, loadMs: 3_900, messages: 18_204 },
  };
  say(two, { cluster: member() });
  say(one, {
    cluster: member({
      adoptions: [
        { ...adoption, atMs: 1_000, state: "done" },
        { ...adoption, nodeId: "id-9", atMs: 2_000, state: "loading", loadMs: null, messages: null },
      ],
    }),
  });
  await heard(2);

  expect((await view()).adoptions).toMatchObject([
    { by: one.key, of: "id-9", ofNode: null, state: "loading", messages: null },
    { by: one.key, of: "id-2", ofNode: two.key, state: "done", takeMs: 14, loadMs: 3_900, messages: 18_204 },
  ]);
});

test("[CV3] of Postgres the worst is shown that one of the nodes says, and is a problem where anything is durable", async () => {
  const { store } = liveNode();
  const durability = {
    ...{ unsafeSettings: ["fsync = off"], synchronousStandbys: "" },
    synchronousConnected: 0,
  };
  say(one, { store: { ...store, durability: { ...durability, state: "at-risk" } } });
  say(two, { store: { ...store, durability: { ...durability, unsafeSettings: [], state: "kept" } } });
  await heard(2);
  expect((await view()).postgres).toMatchObject({
    ...{ state: "up", nodes: [one.key, two.key] },
    durability: { state: "at-risk", unsafeSettings: ["fsync = off"] },
  });
  const rules = () => weir.server.collector.problems.active.map(({ rule, node }) => [rule, node]);
  expect(rules()).toEqual([]);

  say(one, { store: { ...store, durability: { ...durability, state: "at-risk" } } }, [
    liveTopic("orders", { durable: true }),
  ]);
  say(
    two,
    {
      store: { ...store, state: "down", reason: "nothing listens there" },
      cluster: member({ lease: "overdue" }),
    },
    [liveTopic("orders")],
  );

  await eventually(async () =>
    expect(rules()).toEqual(
      expect.arrayContaining([
        ["durable-at-risk", one.key],
        ["lease-overdue", two.key],
      ]),
    ),
  );
  expect((await view()).postgres).toMatchObject({
    state: "down",
    reason: "nothing listens there",
    nodes: [two.key],
  });
  expect(await view()).toMatchObject({ durableTopicCount: 1, topicCount: 1 });
  const { data } = await weir.read<Snapshot<"topics">>(apiPaths.topics);
  expect(data!.rows).toMatchObject([{ key: "orders", durable: "some" }]);
});

test("[CV4] a topic's class is said to one node that has a database, after name, impact and reason", async () => {
  say(one, { clusterDifferences: null }, [liveTopic("orders")]);
  say(two, {}, [liveTopic("orders")]);
  await heard(2);
  const target = { action: "make-durable", topic: "orders" } as const;
  const { etag, undoable } = await weir.read<Impact>(apiPaths.impact(target));
  const confirm = { name: "orders", etag };
  const refused = async (body: object) =>
    ((await (await weir.post(apiPaths.actions, body)).json()) as { code: string }).code;

  expect(undoable).toBe(true);
  expect(await refused({ ...target, reason: "why" })).toBe("confirm-name");
  expect(await refused({ ...target, confirm })).toBe("reason-needed");
  expect(await refused({ ...target, confirm, reason: "  " })).toBe("reason-needed");
  expect(await refused({ ...target, channel: "billing", confirm, reason: "why" })).toBe("bad-request");
  const said = ({ asked }: ScriptedNode) => asked.filter((what) => what.startsWith("POST"));
  expect([...said(one), ...said(two)]).toEqual([]);
  const done = await weir.post(apiPaths.actions, { ...target, confirm, reason: "invoices count" });

  expect((await done.json()) as ActionResult).toMatchObject({
    outcome: "done",
    nodes: [{ node: two.key, ok: true }],
  });
  expect([said(one), said(two)]).toEqual([[], ["POST /v1/cluster/topic/durable?topic=orders"]]);
  expect(recorded.at(-1)).toMatchObject({ action: "make-durable", result: "ok", reason: "invoices count" });
});

test("[CV4] while no node has a database there is nowhere to say it", async () => {
  for (const node of [one, two]) say(node, { clusterDifferences: null }, [liveTopic("orders")]);
  await heard(2);
  const target = { action: "make-memory", topic: "orders" } as const;
  const { etag } = await weir.read<Impact>(apiPaths.impact(target));

  const answer = await weir.post(apiPaths.actions, {
    ...target,
    ...{ confirm: { name: "orders", etag }, reason: "why" },
  });

  expect([answer.status, await answer.json()]).toMatchObject([503, { code: "no-node" }]);
});

test("[CV5] a node is drained after its name and a reason; its first word is the answer, its last is recorded", async () => {
  say(one, {});
  await heard(1);
  const running = {
    ...{ state: "running", startedAtMs: 5, logs: 2, logsLeft: 2 },
    ...{ messages: 10, messagesLeft: 10, reason: null },
  };
  const lines = [
    running,
    { ...running, messagesLeft: 4 },
    { ...running, state: "done", logsLeft: 0, messagesLeft: 0 },
  ];
  one.answer = () => ({ status: 200, body: lines.map((line) => `${JSON.stringify(line)}\n`).join("") });
  const path = apiPaths.drain(one.key);
  const confirm = { name: one.key };

  expect(await (await weir.post(path, { confirm: { name: "x" }, reason: "r" })).json()).toMatchObject({
    code: "confirm-name",
  });
  expect(await (await weir.post(path, { confirm, reason: " " })).json()).toMatchObject({
    code: "reason-needed",
  });
  expect((await weir.post(apiPaths.drain("127.0.0.1:1"), { confirm, reason: "r" })).status).toBe(404);
  expect(one.asked).toEqual([]);
  const begun = await weir.post(path, { confirm, reason: "a new disk" });

  expect((await begun.json()) as DrainStarted).toMatchObject({ node: one.key, drain: running });
  expect(one.asked).toEqual([expect.stringMatching(/^POST \/v1\/drain\b/)]);
  await eventually(async () =>
    expect(recorded.map(({ action, result, reason }) => [action, result, reason])).toEqual([
      ["drain-node", "confirm-name", "r"],
      ["drain-node", "reason-needed", " "],
      ["drain-node", "begun", "a new disk"],
      ["drain-node", "done", "a new disk"],
    ]),
  );
});

test.each([
  [404, "", "node-refused", /older, or no node of Weir/],
  [409, "", "node-refused", /nobody to hand over to/],
  [200, "what?\n", "node-unreachable", /said nothing of how far it is/],
] as const)(
  "[CV5] a node that answers %i %j to a drain is told of in words",
  async (status, body, code, message) => {
    say(one, {});
    await heard(1);
    one.answer = () => ({ status, body });

    const answer = await weir.post(apiPaths.drain(one.key), { confirm: { name: one.key }, reason: "r" });

    expect(await answer.json()).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(recorded.map(({ result }) => result)).toEqual([code]);
  },
);
