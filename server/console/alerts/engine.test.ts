import { expect, test } from "vitest";
import { unknownFlow } from "../collector/flow.ts";
import type { JoinedTopic } from "../collector/join.ts";
import type { AlertRule, ChannelRow, Flow, NodeRow, TopicRow } from "../contract/index.ts";
import { AlertEngine, keyOf, muteOf } from "./engine.ts";
import { findingsOf, type Sources } from "./findings.ts";
import { againAfterMs } from "./outbox.ts";
import { ruleRequest } from "./requests.ts";

const rule = (changes: Partial<AlertRule> = {}): AlertRule => ({
  ...{ id: "r", name: "Backlog", condition: "depth", threshold: 100, forMs: 60_000, severity: "warn" },
  ...{ topics: "*", channels: "*", enabled: true },
  ...changes,
});

const flowOf = (flow: Partial<Flow>): Flow => ({ ...unknownFlow, ...flow });

/** `orders/billing` with these figures. */
function sources(
  flow: Partial<Flow>,
  changes: { paused?: boolean; durable?: TopicRow["durable"] } = {},
): Sources {
  const channel = { key: "billing", paused: changes.paused ?? false, flow: flowOf(flow) } as ChannelRow;
  const topic = { key: "orders", durable: changes.durable ?? "none", flow: flowOf(flow) } as TopicRow;
  const joined = { row: topic, channels: new Map([["billing", { row: channel }]]) } as unknown as JoinedTopic;
  return { topics: new Map([["orders", joined]]), nodes: [] };
}

const states = (engine: AlertEngine, at: readonly (readonly [number, Sources])[], rules = [rule()]) =>
  at.flatMap(([second, of]) =>
    engine.update(rules, of, second * 1_000).map(({ state, alert }) => `${second} ${state} ${alert.object}`),
  );

test("[AL1] an alert begins when it has been so for as long as its rule wants, and is over a while after it has gone", () => {
  const [high, low] = [sources({ depth: 101 }), sources({ depth: 100 })];
  const first = [0, 50, 109, 110, 124].map((second) => [second, high] as const);
  const gone = [30, 120, 130, 138, 139, 140].map((second) => [second, low] as const);

  expect(
    states(
      new AlertEngine(),
      [...first, ...gone].toSorted(([one], [other]) => one - other),
    ),
  ).toEqual(["110 firing orders/billing", "139 resolved orders/billing"]);
});

test("[AL1] what is not known changes nothing, and a rule that is gone has nothing more to say", () => {
  const engine = new AlertEngine();
  const [high, unknown] = [sources({ depth: 500 }), sources({ depth: null })];

  expect(
    states(engine, [
      [0, unknown],
      [1, high],
      [61, high],
      [200, unknown],
    ]),
  ).toEqual(["61 firing orders/billing"]);
  expect(engine.firing).toMatchObject([{ value: 500, sinceMs: 1_000, firedAtMs: 61_000 }]);
  expect(states(engine, [[201, high]], [])).toEqual(["201 resolved orders/billing"]);
});

test.each<[string, Partial<AlertRule>, Sources, boolean]>([
  ["more than the threshold wait", { condition: "depth" }, sources({ depth: 101 }), true],
  ["the oldest is older", { condition: "oldest" }, sources({ oldestAgeMs: 101 }), true],
  ["nothing waits", { condition: "oldest" }, sources({ depth: 0 }), false],
  ["requeues a second", { condition: "requeue-rate" }, sources({ requeueRate: 101 }), true],
  ["timeouts a second", { condition: "timeout-rate" }, sources({ timeoutRate: 99 }), false],
  ["nobody is connected", { condition: "no-consumers" }, sources({ depth: 101, clients: 0 }), true],
  ["somebody is connected", { condition: "no-consumers" }, sources({ depth: 101, clients: 1 }), false],
  [
    "it is paused",
    { condition: "no-consumers" },
    sources({ depth: 101, clients: 0 }, { paused: true }),
    false,
  ],
  [
    "nobody is given anything",
    { condition: "starved" },
    sources({ depth: 101, clients: 1, outRate: 0 }),
    true,
  ],
  [
    "somebody holds what was given",
    { condition: "starved" },
    sources({ depth: 101, clients: 1, outRate: 0, inFlight: 5 }),
    false,
  ],
  ["memory overflows", { condition: "spill" }, sources({ storedDepth: 101 }), true],
  [
    "a durable topic is stored",
    { condition: "spill" },
    sources({ storedDepth: 101 }, { durable: "all" }),
    false,
  ],
  ["another topic", { condition: "depth", topics: "invoices*" }, sources({ depth: 101 }), false],
  ["another channel", { condition: "depth", channels: "mail" }, sources({ depth: 101 }), false],
])("[AL2] rules: %s", (_, changes, of, isFound) => {
  expect([...findingsOf(rule(changes), of)].length > 0).toBe(isFound);
});

test.each<[string, Partial<AlertRule>, Partial<NodeRow>, boolean]>([
  ["node silent", { condition: "node-silent" }, { state: "silent" }, true],
  ["node not heard of yet", { condition: "node-silent" }, { state: "connecting", reason: null }, false],
  [
    "node never to be reached",
    { condition: "node-silent" },
    { state: "connecting", reason: "refused" },
    true,
  ],
  [
    "Postgres away",
    { condition: "postgres-away" },
    { state: "up", store: { kind: "postgres", state: "down" } as NodeRow["store"] },
    true,
  ],
  [
    "commits slow",
    { condition: "postgres-slow" },
    { state: "up", store: { commitP99Ms: 101 } as NodeRow["store"] },
    true,
  ],
  ["no store", { condition: "postgres-slow" }, { state: "up", store: null }, false],
])("[AL2] rules on nodes: %s", (_, changes, node, isFound) => {
  const nodes = [{ key: "127.0.0.1:4151", ...node } as NodeRow];

  expect([...findingsOf(rule(changes), { topics: new Map(), nodes })].length > 0).toBe(isFound);
});

test("[AL3] who takes over tells what nobody has told, and goes on with what is known", () => {
  const high = sources({ depth: 500 });
  const [before, after] = [new AlertEngine(), new AlertEngine()];
  for (const engine of [before, after])
    states(engine, [
      [0, high],
      [60, high],
    ]);
  const [open] = before.firing;

  expect(after.adopt([open!])).toEqual([]);
  expect(after.firing[0]!.id).toBe(open!.id);
  expect(after.adopt([])).toHaveLength(1);
  const fresh = new AlertEngine();
  fresh.adopt([{ ...open!, seenMs: 60_000 }]);
  expect(
    states(fresh, [
      [61, high],
      [62, sources({ depth: 0 })],
      [80, sources({ depth: 0 })],
    ]),
  ).toEqual(["80 resolved orders/billing"]);
});

test("[AL7] a mute is for a rule, or for one thing that it finds, and for a time", () => {
  const mute = { rule: "r", actor: "ann", reason: null, untilMs: 1_000 };
  const alert = { rule: "r", object: "orders/billing", key: keyOf("r", "orders/billing") };
  const isMuted = (object: string | null, atMs: number) =>
    muteOf([{ ...mute, object }], alert, atMs) !== undefined;

  expect([
    isMuted(null, 0),
    isMuted("orders/billing", 999),
    isMuted("orders/mail", 0),
    isMuted(null, 1_000),
  ]).toEqual([true, true, false, false]);
});

test("[AL4] what is not taken is sent again after pauses that grow, and given up after a day", () => {
  const pauses = [0, 1, 5, 20].map((attempts) => againAfterMs(attempts, 0, 0.5));

  expect(pauses).toEqual([10_000, 20_000, 320_000, 3_600_000]);
  expect(againAfterMs(3, 86_400_001)).toBeNull();
});

test("[AL8] a rule is checked: a threshold only where there is something to pass, patterns of names, bounded times", () => {
  const { id: _, ...whole } = rule();
  const takes = (changes: object) => ruleRequest.safeParse({ ...whole, ...changes }).success;

  expect(takes({})).toBe(true);
  expect([
    ...[takes({ threshold: null }), takes({ condition: "node-silent" }), takes({ name: " \n" })],
    ...[takes({ topics: "a b" }), takes({ forMs: 1e12 }), takes({ x: 1 }), takes({ name: "a\u0000b" })],
  ]).toEqual(Array.from({ length: 7 }, () => false));
  expect(takes({ condition: "node-silent", threshold: null })).toBe(true);
});
