/** The conditions that are problems, each with its severity and its words. */
import { poisonAttempts } from "../../protocol/live.ts";
import type {
  DatabaseStatus,
  LookupRow,
  NodeRow,
  Problem,
  ProblemRule,
  Severity,
} from "../contract/index.ts";
import type { JoinedTopic } from "./join.ts";
import type { Ring } from "./series.ts";
import { ageWords, countWords } from "./words.ts";

const growingOverMs = 290_000;
const growingFrom = 1_000;
const auditLagMaxMs = 5_000;
const commitSlowMs = 1_000;

export interface ProblemInput {
  readonly nodes: readonly NodeRow[];
  readonly lookups: readonly LookupRow[];
  readonly topics: ReadonlyMap<string, JoinedTopic>;
  readonly database: DatabaseStatus;
  readonly channelRing: (topic: string, channel: string) => Ring | undefined;
  /** Wall clock. */
  readonly atMs: number;
}

export type Found = Omit<Problem, "sinceMs" | "message"> & {
  readonly sinceMs?: number;
  /** A function where there may be thousands, of which a hundred are told. */
  readonly message: string | (() => string);
};

/** What is wrong: for pages by its code and what it is filled with, for others in a sentence. */
type Said = Pick<Problem, "code" | "params" | "message">;

/** For a parameter that may be missing: the words choose by it. */
const none = "none";

export function onNode(
  node: NodeRow,
  rule: ProblemRule,
  severity: Severity,
  said: Said,
  sinceMs?: number,
): Found {
  // Not its host's: there may be several nodes on one.
  const name = node.key;
  const message = `${name}: ${said.message}`;
  const place = { topic: null, channel: null, node: node.key };
  return {
    key: `${rule}:${node.key}`,
    rule,
    severity,
    code: said.code,
    params: { ...said.params, name },
    message,
    ...place,
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}

export function* nodeProblems({ nodes, database, atMs }: ProblemInput): Generator<Found> {
  for (const node of nodes) {
    if (node.state !== "up") {
      const heardMs = node.lastHeardAtMs === null ? null : atMs - node.lastHeardAtMs;
      const heard = heardMs === null ? "" : `, last heard ${ageWords(heardMs)} ago`;
      const why = node.reason ? `: ${node.reason}` : "";
      const params = { heardMs: heardMs ?? none, reason: node.reason || none };
      // A console that has just started knows nothing yet: that is not a problem until an attempt has failed.
      if (node.state === "silent" || node.reason)
        yield onNode(
          node,
          "node-silent",
          "crit",
          { code: "node-silent", params, message: `no answer${heard}${why}` },
          node.lastHeardAtMs ?? undefined,
        );
      continue;
    }
    if (node.limits?.rule === "secret-refused")
      yield onNode(node, "node-secret", "warn", {
        code: "node-secret",
        params: {},
        message: "it refused the cluster's secret: figures only, no tail, no trace (--cluster-secret-file)",
      });
    const store = node.store;
    if (store?.state === "down") {
      const what = store.kind === "postgres" ? "Postgres does not answer" : "the store does not answer";
      const why = store.reason ? ` (${store.reason})` : "";
      yield onNode(
        node,
        "store-down",
        "crit",
        {
          code: "store-down",
          params: { kind: store.kind, forMs: atMs - store.sinceMs, reason: store.reason || none },
          message: `${what} for ${ageWords(atMs - store.sinceMs)}${why}; messages stay in memory until it is back`,
        },
        store.sinceMs,
      );
    }
    if (node.pressure === "refuse")
      yield onNode(node, "producers-held", "crit", {
        code: "producers-refused",
        params: {},
        message: "memory is full: publishes are refused",
      });
    if (node.pressure === "hold")
      yield onNode(node, "producers-held", "warn", {
        code: "producers-held",
        params: {},
        message: "memory is nearly full: producers are held back",
      });
    if (store && store.auditLagMs > auditLagMaxMs)
      yield onNode(node, "audit-behind", "warn", {
        code: "audit-behind",
        params: { lagMs: store.auditLagMs },
        message: `the audit is ${ageWords(store.auditLagMs)} behind`,
      });
    if (store?.commitP99Ms && store.commitP99Ms > commitSlowMs)
      yield onNode(node, "postgres-slow", "warn", {
        code: "postgres-slow",
        params: { commitMs: store.commitP99Ms },
        message: `commits take ${ageWords(store.commitP99Ms)} (p99)`,
      });
    if (node.memBytes !== null && node.memBytesMax && node.memBytes > node.memBytesMax * 0.8)
      yield onNode(node, "memory-high", "warn", {
        code: "memory-high",
        params: { share: node.memBytes / node.memBytesMax },
        message: `${Math.round((100 * node.memBytes) / node.memBytesMax)} % of the memory for messages is in use`,
      });
    if (node.health !== null && node.health !== "OK")
      yield onNode(node, "node-unhealthy", "crit", {
        code: "node-unhealthy",
        params: { reason: node.health },
        message: node.health,
      });
    if (node.clusterDifferences)
      yield onNode(node, "node-differs", "warn", {
        code: "node-differs",
        params: { count: node.clusterDifferences },
        message: `${countWords(node.clusterDifferences)} of the cluster's topics and channels are missing, or paused otherwise`,
      });
  }
  if (database.state === "down") {
    yield {
      key: "store-down:console",
      rule: "store-down",
      severity: "crit",
      sinceMs: database.sinceMs,
      code: "console-store-down",
      params: { forMs: atMs - database.sinceMs },
      message: `The console has no Postgres for ${ageWords(atMs - database.sinceMs)}: figures go on, traces have to wait`,
      topic: null,
      channel: null,
      node: null,
    };
  }
}

/** Only where there is anything durable: nobody else has to know. */
export function* durableProblems({ nodes, topics }: ProblemInput): Generator<Found> {
  if (![...topics.values()].some(({ row }) => row.durable !== "none")) return;
  for (const node of nodes) {
    if (node.state !== "up") continue;
    if (node.lease === "overdue" || node.lease === "lost") {
      const why =
        node.lease === "lost" ? "its durable logs were taken over" : "its lease is not renewed in time";
      yield onNode(node, "lease-overdue", "crit", {
        code: `lease-${node.lease}`,
        params: {},
        message: `${why}: durable topics stand still on it`,
      });
    }
    const { state, unsafeSettings = [] } = node.store?.durability ?? {};
    const params = { settings: unsafeSettings.join(", ") };
    const loses = `Postgres may lose what it has confirmed (${unsafeSettings.join(", ")})`;
    if (state === "refused")
      yield onNode(node, "durable-at-risk", "crit", {
        code: "durable-refused",
        params,
        message: `${loses}: publishes to durable topics are refused`,
      });
    if (state === "at-risk")
      yield onNode(node, "durable-at-risk", "warn", {
        code: "durable-at-risk",
        params,
        message: `${loses}: durable topics with it`,
      });
  }
}

/** One that is silent is a nuisance: the others know the same nodes. All of them silent, nobody finds anybody. */
export function* lookupProblems({ lookups, atMs }: ProblemInput): Generator<Found> {
  const all = lookups.every((lookup) => lookup.state !== "up");
  for (const { key, state, reason, lastHeardAtMs } of lookups) {
    // A console that has just started knows nothing yet.
    if (state === "up" || reason === null) continue;
    const heardMs = lastHeardAtMs === null ? null : atMs - lastHeardAtMs;
    const heard = heardMs === null ? "" : `, last heard ${ageWords(heardMs)} ago`;
    yield {
      key: `lookup-silent:${key}`,
      rule: "lookup-silent",
      severity: all ? "crit" : "warn",
      code: "lookup-silent",
      params: { name: key, heardMs: heardMs ?? none, reason },
      message: `nsqlookupd ${key}: no answer${heard}: ${reason}; nodes that only it knows may be missing`,
      topic: null,
      channel: null,
      node: null,
      ...(lastHeardAtMs === null ? {} : { sinceMs: lastHeardAtMs }),
    };
  }
}

export function* channelProblems({ topics, channelRing }: ProblemInput): Generator<Found> {
  for (const [topic, joined] of topics) {
    for (const [channel, { row }] of joined.channels) {
      const { depth, clients, outRate, timeoutRate, oldestAgeMs } = row.flow;
      const place = { topic, channel, node: null };
      const on = `${topic}/${channel}`;
      if (depth && clients === 0 && !row.paused) {
        const oldest = () => (oldestAgeMs === null ? "" : `, oldest ${ageWords(oldestAgeMs)}`);
        const message = () => `${on}: ${countWords(depth)} waiting, 0 consumers${oldest()}`;
        yield {
          key: `no-consumers:${on}`,
          rule: "no-consumers",
          severity: "warn",
          code: "no-consumers",
          params: { name: on, count: depth, oldestMs: oldestAgeMs ?? none },
          message,
          ...place,
        };
      }
      if (timeoutRate && outRate && timeoutRate > 0.1 && timeoutRate > outRate * 0.01) {
        const share = timeoutRate / outRate;
        yield {
          key: `timeouts:${on}`,
          rule: "timeouts",
          severity: "warn",
          code: "timeouts",
          params: { name: on, share },
          message: () => `${on}: ${Math.round(100 * share)} % of deliveries time out`,
          ...place,
        };
      }
      if (row.poison) {
        const count = row.poison;
        yield {
          key: `poison:${on}`,
          rule: "poison",
          severity: "warn",
          code: "poison",
          params: { name: on, count, attempts: poisonAttempts },
          message: () =>
            `${on}: ${countWords(count)} delivered more than ${poisonAttempts} times and not finished`,
          ...place,
        };
      }
      if (depth && depth >= growingFrom && clients !== 0 && !row.paused) {
        const from = grownFrom(channelRing(topic, channel), depth);
        if (from !== null) {
          yield {
            key: `depth-growing:${on}`,
            rule: "depth-growing",
            severity: "warn",
            code: "depth-growing",
            params: { name: on, from, to: depth },
            message: () => `${on}: depth rose from ${countWords(from)} to ${countWords(depth)} in 5 m`,
            ...place,
          };
        }
      }
    }
  }
}

/** The depth five minutes ago when it has risen ever since; null: it has not, or that is not known. */
function grownFrom(ring: Ring | undefined, depth: number): number | null {
  const at = (agoMs: number) => {
    const memory = ring?.back("memoryDepth", agoMs) ?? null;
    const stored = ring?.back("storedDepth", agoMs) ?? null;
    return memory === null || stored === null ? null : memory + stored;
  };
  const [first, middle] = [at(growingOverMs), at(growingOverMs / 2)];
  if (first === null || middle === null) return null;
  return first * 1.1 < middle && middle * 1.1 < depth ? first : null;
}
