/**
 * What is wrong now, by rule: only what an operator can act on, worst first. A condition has to
 * hold for its rule's time before it is told, and what went away is remembered for an hour (CN6).
 */
import type {
  DatabaseStatus,
  LookupRow,
  NodeRow,
  PastProblem,
  Problem,
  ProblemRule,
  Severity,
} from "../contract/index.ts";
import type { JoinedTopic } from "./join.ts";
import type { Ring } from "./series.ts";
import { ageWords, countWords } from "./words.ts";

const problemsMax = 100;
const recentMax = 20;
const recentForMs = 3_600_000;

/** How long a condition holds before it is a problem. */
const afterMs: Readonly<Record<ProblemRule, number>> = {
  "no-consumers": 10_000,
  "depth-growing": 0,
  timeouts: 10_000,
  "node-silent": 0,
  "node-secret": 0,
  "lookup-silent": 0,
  "store-down": 0,
  "producers-held": 0,
  "audit-behind": 5_000,
  "audit-gaps": 0,
  "memory-high": 5_000,
  "node-unhealthy": 0,
  // Nodes carry out what was said to all of them within a second or so.
  "node-differs": 5_000,
  "postgres-slow": 5_000,
  "lease-overdue": 0,
  "durable-at-risk": 0,
};

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

type Found = Omit<Problem, "sinceMs"> & { readonly sinceMs?: number };

export class Problems {
  readonly #since = new Map<string, number>();
  readonly #gaps = new Map<string, { count: number; grewAtMs: number }>();
  #told = new Map<string, Problem>();
  active: readonly Problem[] = [];
  recent: readonly PastProblem[] = [];
  lastEndedAtMs: number | null = null;

  /** Looks again. Call it once a tick. */
  update(input: ProblemInput): void {
    const { atMs } = input;
    const found = [
      ...nodeProblems(input),
      ...durableProblems(input),
      ...lookupProblems(input),
      ...this.#gapProblems(input),
      ...channelProblems(input),
    ];
    const keys = new Set(found.map((problem) => problem.key));
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key);

    const told = new Map<string, Problem>();
    for (const problem of found) {
      const sinceMs = problem.sinceMs ?? this.#since.get(problem.key) ?? atMs;
      this.#since.set(problem.key, sinceMs);
      if (atMs - sinceMs >= afterMs[problem.rule]) told.set(problem.key, { ...problem, sinceMs });
    }
    this.#remember(told, atMs);
    this.#told = told;
    this.active = [...told.values()].sort(worstFirst).slice(0, problemsMax);
  }

  #remember(told: ReadonlyMap<string, Problem>, atMs: number): void {
    const ended: PastProblem[] = [];
    for (const [key, problem] of this.#told) if (!told.has(key)) ended.push({ ...problem, endedAtMs: atMs });
    const old = this.recent.some((problem) => atMs - problem.endedAtMs > recentForMs);
    if (ended.length === 0 && !old) return;
    if (ended.length > 0) this.lastEndedAtMs = atMs;
    this.recent = [...ended, ...this.recent]
      .filter((problem) => atMs - problem.endedAtMs <= recentForMs)
      .slice(0, recentMax);
  }

  /** Gaps are told for ten minutes after the last one: they cannot be mended, only known. */
  #gapProblems({ nodes, atMs }: ProblemInput): Found[] {
    const found: Found[] = [];
    for (const node of nodes) {
      const count = node.store?.auditGaps ?? 0;
      const known = this.#gaps.get(node.key) ?? { count: 0, grewAtMs: 0 };
      if (count !== known.count) {
        known.grewAtMs = count > known.count ? atMs : known.grewAtMs;
        known.count = count;
        this.#gaps.set(node.key, known);
      }
      if (count > 0 && atMs - known.grewAtMs < 600_000) {
        found.push(
          onNode(
            node,
            "audit-gaps",
            "warn",
            `the audit lost ${countWords(count)} events: a trace may miss some`,
          ),
        );
      }
    }
    return found;
  }
}

const order: Readonly<Record<Severity, number>> = { crit: 0, warn: 1 };
function worstFirst(one: Problem, other: Problem): number {
  return (
    order[one.severity] - order[other.severity] ||
    one.sinceMs - other.sinceMs ||
    (one.key < other.key ? -1 : 1)
  );
}

function onNode(node: NodeRow, rule: ProblemRule, severity: Severity, what: string, sinceMs?: number): Found {
  const message = `${node.hostname ?? node.key}: ${what}`;
  const place = { topic: null, channel: null, node: node.key };
  return {
    key: `${rule}:${node.key}`,
    rule,
    severity,
    message,
    ...place,
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}

function* nodeProblems({ nodes, database, atMs }: ProblemInput): Generator<Found> {
  for (const node of nodes) {
    if (node.state !== "up") {
      const heard =
        node.lastHeardAtMs === null ? "" : `, last heard ${ageWords(atMs - node.lastHeardAtMs)} ago`;
      const why = node.reason ? `: ${node.reason}` : "";
      // A console that has just started knows nothing yet: that is not a problem until an attempt has failed.
      if (node.state === "silent" || node.reason)
        yield onNode(node, "node-silent", "crit", `no answer${heard}${why}`, node.lastHeardAtMs ?? undefined);
      continue;
    }
    if (node.limits?.rule === "secret-refused")
      yield onNode(
        node,
        "node-secret",
        "warn",
        "it refused the cluster's secret: figures only, no tail, no trace (--cluster-secret-file)",
      );
    const store = node.store;
    if (store?.state === "down") {
      const what = store.kind === "postgres" ? "Postgres does not answer" : "the store does not answer";
      const why = store.reason ? ` (${store.reason})` : "";
      yield onNode(
        node,
        "store-down",
        "crit",
        `${what} for ${ageWords(atMs - store.sinceMs)}${why}; messages stay in memory until it is back`,
        store.sinceMs,
      );
    }
    if (node.pressure === "refuse")
      yield onNode(node, "producers-held", "crit", "memory is full: publishes are refused");
    if (node.pressure === "hold")
      yield onNode(node, "producers-held", "warn", "memory is nearly full: producers are held back");
    if (store && store.auditLagMs > auditLagMaxMs)
      yield onNode(node, "audit-behind", "warn", `the audit is ${ageWords(store.auditLagMs)} behind`);
    if (store?.commitP99Ms && store.commitP99Ms > commitSlowMs)
      yield onNode(node, "postgres-slow", "warn", `commits take ${ageWords(store.commitP99Ms)} (p99)`);
    if (node.memBytes !== null && node.memBytesMax && node.memBytes > node.memBytesMax * 0.8)
      yield onNode(
        node,
        "memory-high",
        "warn",
        `${Math.round((100 * node.memBytes) / node.memBytesMax)} % of the memory for messages is in use`,
      );
    if (node.health !== null && node.health !== "OK")
      yield onNode(node, "node-unhealthy", "crit", node.health);
    if (node.clusterDifferences)
      yield onNode(
        node,
        "node-differs",
        "warn",
        `${countWords(node.clusterDifferences)} of the cluster's topics and channels are missing, or paused otherwise`,
      );
  }
  if (database.state === "down") {
    yield {
      key: "store-down:console",
      rule: "store-down",
      severity: "crit",
      sinceMs: database.sinceMs,
      message: `The console has no Postgres for ${ageWords(atMs - database.sinceMs)}: figures go on, traces have to wait`,
      topic: null,
      channel: null,
      node: null,
    };
  }
}

/** Only where there is anything durable: nobody else has to know. */
function* durableProblems({ nodes, topics }: ProblemInput): Generator<Found> {
  if (![...topics.values()].some(({ row }) => row.durable !== "none")) return;
  for (const node of nodes) {
    if (node.state !== "up") continue;
    if (node.lease === "overdue" || node.lease === "lost") {
      const why =
        node.lease === "lost" ? "its durable logs were taken over" : "its lease is not renewed in time";
      yield onNode(node, "lease-overdue", "crit", `${why}: durable topics stand still on it`);
    }
    const { state, unsafeSettings = [] } = node.store?.durability ?? {};
    const loses = `Postgres may lose what it has confirmed (${unsafeSettings.join(", ")})`;
    if (state === "refused")
      yield onNode(node, "durable-at-risk", "crit", `${loses}: publishes to durable topics are refused`);
    if (state === "at-risk")
      yield onNode(node, "durable-at-risk", "warn", `${loses}: durable topics with it`);
  }
}

/** One that is silent is a nuisance: the others know the same nodes. All of them silent, nobody finds anybody. */
function* lookupProblems({ lookups, atMs }: ProblemInput): Generator<Found> {
  const all = lookups.every((lookup) => lookup.state !== "up");
  for (const { key, state, reason, lastHeardAtMs } of lookups) {
    // A console that has just started knows nothing yet.
    if (state === "up" || reason === null) continue;
    const heard = lastHeardAtMs === null ? "" : `, last heard ${ageWords(atMs - lastHeardAtMs)} ago`;
    yield {
      key: `lookup-silent:${key}`,
      rule: "lookup-silent",
      severity: all ? "crit" : "warn",
      message: `nsqlookupd ${key}: no answer${heard}: ${reason}; nodes that only it knows may be missing`,
      topic: null,
      channel: null,
      node: null,
      ...(lastHeardAtMs === null ? {} : { sinceMs: lastHeardAtMs }),
    };
  }
}

function* channelProblems({ topics, channelRing }: ProblemInput): Generator<Found> {
  for (const [topic, joined] of topics) {
    for (const [channel, { row }] of joined.channels) {
      const { depth, clients, outRate, timeoutRate, oldestAgeMs } = row.flow;
      const place = { topic, channel, node: null };
      const on = `${topic}/${channel}`;
      if (depth && clients === 0 && !row.paused) {
        const oldest = oldestAgeMs === null ? "" : `, oldest ${ageWords(oldestAgeMs)}`;
        const message = `${on}: ${countWords(depth)} waiting, 0 consumers${oldest}`;
        yield { key: `no-consumers:${on}`, rule: "no-consumers", severity: "warn", message, ...place };
      }
      if (timeoutRate && outRate && timeoutRate > 0.1 && timeoutRate > outRate * 0.01) {
        const share = Math.round((100 * timeoutRate) / outRate);
        const message = `${on}: ${share} % of deliveries time out`;
        yield { key: `timeouts:${on}`, rule: "timeouts", severity: "warn", message, ...place };
      }
      if (depth && depth >= growingFrom && clients !== 0 && !row.paused) {
        const from = grownFrom(channelRing(topic, channel), depth);
        if (from !== null) {
          const message = `${on}: depth rose from ${countWords(from)} to ${countWords(depth)} in 5 m`;
          yield { key: `depth-growing:${on}`, rule: "depth-growing", severity: "warn", message, ...place };
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
