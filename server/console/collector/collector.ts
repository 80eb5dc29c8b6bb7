/**
 * All nodes in one picture: holds a subscription each, and about once a second joins what they said,
 * writes the charts' points, looks for problems, and tells whoever shows it (`onTick`).
 *
 * A tick comes when every node that answers has spoken since the last one, so that figures are shown
 * as fresh as they are, and by a timer when they do not.
 */
import { Gate } from "../bounded.ts";
import type { Clock } from "../clock.ts";
import type { Coverage, DatabaseStatus, Flow, NodeRow } from "../contract/index.ts";
import { flowMetrics, nodeMetrics, rooms } from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";
import { addFlows } from "./flow.ts";
import { type JoinedChannel, type JoinedTopic, joinTopic, nodeFlow, speaking } from "./join.ts";
import { latencyValues } from "./latency.ts";
import type { Lookups } from "./lookups.ts";
import { nodeRow } from "./node-row.ts";
import { Problems } from "./problems.ts";
import { flowValues, Ring, Rings } from "./series.ts";
import { Subscription } from "./subscription.ts";

const tickSoonestMs = 500;
const tickLatestMs = 1_100;
/** Answers that may have ten thousand topics, read at a time. */
const readAtOnceMax = 4;

export interface CollectorOptions {
  /** Those the operator has named. */
  readonly nodes: readonly HttpPeer[];
  /** Where the other nodes are found; null: there are no others. */
  readonly lookups: Lookups | null;
  readonly clock: Clock;
  readonly database: () => DatabaseStatus;
  /** How often a node is to speak; default 1,000. */
  readonly intervalMs?: number;
}

export class Collector {
  readonly clock: Clock;
  readonly database: () => DatabaseStatus;
  readonly lookups: Lookups | null;
  readonly topics = new Map<string, JoinedTopic>();
  readonly problems = new Problems();
  readonly overviewRing = new Ring(flowMetrics);
  readonly nodeRings = new Map<string, Ring>();
  /** Of topics and channels, by room. */
  readonly rings = new Rings();
  /** Wall clock of the last publish seen, by topic. */
  readonly lastMessageAtMs = new Map<string, number>();
  /** Names of topics that this tick made anew, or took away. */
  changed: ReadonlySet<string> = new Set();
  nodeRows: readonly NodeRow[] = [];
  total: Flow;
  readonly #options: CollectorOptions;
  readonly #gate = new Gate(readAtOnceMax);
  #nodes: readonly Subscription[];
  #listeners = new Set<() => void>();
  #freshBefore = new Map<Subscription, boolean>();
  #spoken = new Set<Subscription>();
  /** Topics of nodes that are not there any more. */
  readonly #left = new Set<string>();
  readonly #stopping = new Set<Promise<void>>();
  #rawTotal: Flow = addFlows([]);
  #tickedAtMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #started = false;
  #stopped = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.database = options.database;
    this.lookups = options.lookups;
    this.#nodes = options.nodes.map((peer) => this.#subscription(peer));
    this.total = addFlows([]);
    this.nodeRows = this.#rows();
  }

  /** As they are now: nodes come and go. */
  get nodes(): readonly Subscription[] {
    return this.#nodes;
  }

  start(): void {
    this.#started = true;
    for (const node of this.nodes) node.start();
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all([...this.nodes.map((node) => node.stop()), ...this.#stopping]);
  }

  /** The lookups have been asked: those nodes are there now, and no others. */
  followFound(): void {
    if (this.#stopped || !this.lookups) return;
    const found = this.lookups.nodes;
    const kept = this.nodes.filter((node) => found.has(node.key));
    const known = new Set(kept.map((node) => node.key));
    const added = [...found.values()]
      .filter((peer) => !known.has(peer.address.key))
      .map((peer) => this.#subscription(peer));
    for (const node of this.nodes) if (!known.has(node.key)) this.#leave(node);
    this.#nodes = [...kept, ...added].sort((one, other) => (one.key < other.key ? -1 : 1));
    if (this.#started) for (const node of added) node.start();
  }

  #subscription(peer: HttpPeer): Subscription {
    const { clock, intervalMs = 1_000 } = this.#options;
    const node: Subscription = new Subscription(peer, {
      clock,
      intervalMs,
      gate: this.#gate,
      onLine: () => this.#heard(node),
    });
    this.nodeRings.set(node.key, new Ring(nodeMetrics));
    return node;
  }

  #leave(node: Subscription): void {
    for (const name of node.state.topics.keys()) this.#left.add(name);
    this.nodeRings.delete(node.key);
    this.#freshBefore.delete(node);
    this.#spoken.delete(node);
    const stopped = node.stop().finally(() => this.#stopping.delete(stopped));
    this.#stopping.add(stopped);
  }

  #rows(): readonly NodeRow[] {
    return this.nodes.map((node) => nodeRow(node, this.lookups?.namedBy(node.key) ?? null));
  }

  onTick(listener: () => void): void {
    this.#listeners.add(listener);
  }

  node(key: string): Subscription | undefined {
    return this.nodes.find((node) => node.key === key);
  }

  coverage(): Coverage {
    const missing = this.nodes
      .filter((node) => !node.fresh)
      .map((node) => ({ key: node.key, lastHeardAtMs: node.heardAtWallMs }));
    const silentLookups = (this.lookups?.rows ?? [])
      .filter(({ state }) => state !== "up")
      .map(({ key }) => key);
    return { heard: this.nodes.length - missing.length, of: this.nodes.length, missing, silentLookups };
  }

  #heard(node: Subscription): void {
    if (!this.nodes.includes(node)) return;
    this.#spoken.add(node);
    const sinceMs = this.clock.nowMs() - this.#tickedAtMs;
    const first = this.#freshBefore.get(node) !== true;
    const all = this.nodes.every((other) => this.#spoken.has(other) || !other.fresh);
    if (first || (all && sinceMs >= tickSoonestMs)) this.#tick();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => this.#tick(), tickLatestMs);
  }

  #tick(): void {
    if (this.#stopped) return;
    this.#arm();
    this.#tickedAtMs = this.clock.nowMs();
    this.#spoken.clear();
    const atMs = this.clock.wallMs();
    this.#join(atMs);
    this.#writeRings(atMs);
    this.problems.update({
      nodes: this.nodeRows,
      lookups: this.lookups?.rows ?? [],
      topics: this.topics,
      database: this.database(),
      channelRing: (topic, channel) => this.rings.get(rooms.channel(topic, channel)),
      atMs,
    });
    for (const listener of this.#listeners) listener();
  }

  /** Rebuilds the rows of topics that differ; all others stay the same objects. */
  #join(atMs: number): void {
    const dirty = new Set<string>(this.#left);
    this.#left.clear();
    for (const node of this.nodes) {
      if (this.#freshBefore.get(node) !== node.fresh) node.state.touchAll();
      this.#freshBefore.set(node, node.fresh);
      for (const name of node.state.dirty) dirty.add(name);
      node.state.dirty.clear();
    }
    this.changed = dirty;
    for (const name of dirty) {
      const joined = joinTopic(name, this.nodes);
      if (!joined) {
        this.topics.delete(name);
        this.lastMessageAtMs.delete(name);
        continue;
      }
      this.topics.set(name, joined);
      if (joined.raw.inRate) this.lastMessageAtMs.set(name, atMs);
    }
    this.nodeRows = this.#rows();
    this.total = addFlows(speaking(this.nodes).map((node) => nodeFlow(node, "smooth")));
  }

  #writeRings(atMs: number): void {
    const fresh = this.nodes.filter((node) => node.fresh);
    this.#rawTotal = addFlows(fresh.map((node) => nodeFlow(node, "raw")));
    this.overviewRing.push(atMs, flowValues(this.#rawTotal));
    for (const node of this.nodes) this.nodeRings.get(node.key)!.push(atMs, nodeValues(node));
    for (const [room, values] of this.#charted()) this.rings.wanted(room)?.push(atMs, values);
    this.rings.prune((room) => this.#valuesOf(room) !== undefined, this.clock.nowMs());
  }

  /** The point of every topic and channel; of those that have a ring, when there is no place for more. */
  *#charted(): Generator<readonly [string, (number | null)[]]> {
    if (this.rings.full) {
      for (const room of this.rings.rooms()) {
        const values = this.#valuesOf(room);
        if (values) yield [room, values];
      }
      return;
    }
    for (const [topic, joined] of this.topics) {
      yield [rooms.topic(topic), flowValues(joined.raw)];
      for (const [name, channel] of joined.channels)
        yield [rooms.channel(topic, name), channelValues(channel)];
    }
  }

  /** undefined: there is no such topic or channel any more. */
  #valuesOf(room: string): (number | null)[] | undefined {
    const found = this.#queueOf(room);
    return found && ("channels" in found ? flowValues(found.raw) : channelValues(found));
  }

  #queueOf(room: string): JoinedTopic | JoinedChannel | undefined {
    const [topic, name] = room.slice(room.indexOf(":") + 1).split("/");
    const joined = this.topics.get(topic!);
    return name === undefined ? joined : joined?.channels.get(name);
  }

  /** The chart's point of any room as of this tick; undefined: nothing is heard of it now. */
  valuesOf(room: string): (number | null)[] | undefined {
    if (room === rooms.overview)
      return this.nodes.some((node) => node.fresh) ? flowValues(this.#rawTotal) : undefined;
    if (room.startsWith("node:")) {
      const node = this.node(room.slice("node:".length));
      return node?.fresh ? nodeValues(node) : undefined;
    }
    const found = this.#queueOf(room);
    // Of what only silent nodes have, amounts are the last that were known: that is not how it is now.
    if (found === undefined || (found.row.stale && found.raw.outRate === null)) return undefined;
    return this.#valuesOf(room);
  }
}

function channelValues({ row, raw }: JoinedChannel): (number | null)[] {
  return [...flowValues(raw), ...latencyValues(row.latency)];
}

/** In the order of `nodeMetrics`; a silent node is a gap. */
function nodeValues(node: Subscription): (number | null)[] {
  const live = node.state.node;
  if (!live || !node.fresh) return nodeMetrics.map(() => null);
  const flow = nodeFlow(node, "raw");
  const values: Record<(typeof nodeMetrics)[number], number | null> = {
    inRate: flow.inRate,
    outRate: flow.outRate,
    cpu: live.cpu,
    loopLagP99Ms: live.loopLagP99Ms,
    rssBytes: live.rssBytes,
    memBytes: live.memBytes,
    connections: live.connections,
    commitP99Ms: live.store?.commitP99Ms ?? null,
    auditLagMs: live.store?.auditLagMs ?? null,
    memBytesMax: live.memBytesMax,
    leaseAgeMs: live.cluster?.renewedAgoMs ?? null,
  };
  return nodeMetrics.map((metric) => values[metric]);
}
