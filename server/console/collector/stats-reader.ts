/**
 * A genuine nsqd in the shape of a live stream: `/stats` and `/info`, read into snapshots and changes. Read by
 * hand and field by field: it comes about once a second, and has ten thousand topics.
 */

import type { LiveLatency } from "../../protocol/live.ts";
import type { HttpPeer } from "../http-peer.ts";
import type { KnownChannel, KnownLine, KnownNode, KnownTopic, NodeState } from "./node-state.ts";

/** Ten thousand topics of two channels each are about 13 MB. */
const statsBytesMax = 32 * 1024 * 1024;
/** What does not change while a process lives is asked again now and then all the same. */
const infoEvery = 60;
const topicsMax = 100_000;
const channelsMax = 10_000;
/** A node of ours allows as many. */
const percentilesMax = 16;
const nameCharactersMax = 128;
const textCharactersMax = 1_024;

type Json = Readonly<Record<string, unknown>>;

export class StatsReader {
  readonly #peer: HttpPeer;
  #rev = 0;
  #info: Json = {};
  #startedAt = 0;
  #readings = 0;
  /** Characters of the last `/stats`: what it has cost to read grows with them. */
  length = 0;

  constructor(peer: HttpPeer) {
    this.#peer = peer;
  }

  /** What differs from `state`, which every line has to be folded into. Rejects with a sentence. */
  async read(state: NodeState, wallMs: () => number): Promise<KnownLine> {
    const query = { format: "json", include_clients: "false", include_mem: "false" };
    const stats = await this.#get("/stats", query);
    const found = stats["topics"] ?? [];
    if (!Array.isArray(found)) throw new Error("it answered what this console does not understand");
    const startedAt = count(stats["start_time"]);
    const first = this.#rev === 0 || startedAt !== this.#startedAt;
    if (first || this.#readings % infoEvery === 0) this.#info = await this.#get("/info", {});
    this.#startedAt = startedAt;
    this.#readings += 1;
    this.#rev += 1;
    const topics = found.slice(0, topicsMax).flatMap(topicOf);
    const head = { rev: this.#rev, atMs: wallMs(), node: this.#node(stats, topics) };
    if (first) return { type: "snapshot", ...head, topics };
    const names = new Set(topics.map(({ name }) => name));
    return {
      type: "delta",
      ...head,
      changed: topics.filter((topic) => !same(state.topics.get(topic.name)?.live, topic)),
      removed: [...state.topics.keys()].filter((name) => !names.has(name)),
    };
  }

  async #get(path: string, query: Readonly<Record<string, string>>): Promise<Json> {
    const answer = await this.#peer.call({ method: "GET", path, query, bytesMax: statsBytesMax });
    if (path === "/stats") this.length = answer.body.length;
    if (answer.status === 0) throw new Error(answer.body);
    if (answer.status !== 200) throw new Error(`it answered ${answer.status} on ${path}`);
    try {
      const body: unknown = JSON.parse(answer.body);
      if (isObject(body)) return body;
    } catch {
      // Said below.
    }
    throw new Error("it answered what this console does not understand");
  }

  #node(stats: Json, topics: readonly KnownTopic[]): KnownNode {
    const { key } = this.#peer.address;
    const consumers = topics
      .flatMap(({ channels }) => channels)
      .reduce((sum, one) => sum + one.clientCount, 0);
    return {
      id: key,
      version: text(stats["version"]),
      health: text(stats["health"]),
      startedAtMs: count(stats["start_time"]) * 1_000,
      hostname: text(this.#info["hostname"]),
      broadcastAddress: text(this.#info["broadcast_address"]),
      tcpPort: count(this.#info["tcp_port"]),
      httpPort: count(this.#info["http_port"]),
      region: text(this.#info["topology_region"]),
      zone: text(this.#info["topology_zone"]),
      consumers,
      connections: null,
      producers: null,
      rssBytes: null,
      cpu: null,
      loopLagP99Ms: null,
      memBytes: null,
      memBytesMax: null,
      pressure: null,
      clusterDifferences: null,
      cluster: null,
      store: null,
    };
  }
}

function topicOf(value: unknown): KnownTopic[] {
  if (!isObject(value) || !isName(value["topic_name"])) return [];
  const name = value["topic_name"];
  const channels = Array.isArray(value["channels"]) ? value["channels"].slice(0, channelsMax) : [];
  return [
    {
      name,
      paused: value["paused"] === true,
      ephemeral: name.endsWith("#ephemeral"),
      durable: false,
      ...depthsOf(value),
      messageCount: count(value["message_count"]),
      messageBytes: count(value["message_bytes"]),
      oldestAgeMs: null,
      channels: channels.flatMap(channelOf),
    },
  ];
}

function channelOf(value: unknown): KnownChannel[] {
  if (!isObject(value) || !isName(value["channel_name"])) return [];
  const name = value["channel_name"];
  const depths = depthsOf(value);
  const inFlight = count(value["in_flight_count"]);
  const deferred = count(value["deferred_count"]);
  const messageCount = count(value["message_count"]);
  // After a restart a backlog is there that never entered: until then nothing can be said.
  const left = messageCount - depths.depth - inFlight - deferred;
  return [
    {
      name,
      paused: value["paused"] === true,
      ephemeral: name.endsWith("#ephemeral"),
      ...depths,
      inFlight,
      deferred,
      messageCount,
      deliverCount: null,
      finishCount: left < 0 ? null : left,
      requeueCount: count(value["requeue_count"]),
      timeoutCount: count(value["timeout_count"]),
      poisonCount: null,
      clientCount: count(value["client_count"]),
      latency: latencyOf(value["e2e_processing_latency"]),
      oldestAgeMs: null,
    },
  ];
}

/** null: it was not asked to follow any. */
function latencyOf(value: unknown): LiveLatency | null {
  if (!isObject(value) || !Array.isArray(value["percentiles"])) return null;
  const percentiles = value["percentiles"].slice(0, percentilesMax).flatMap((one: unknown) => {
    if (!isObject(one) || typeof one["quantile"] !== "number") return [];
    return [{ quantile: one["quantile"], ms: count(one["value"]) / 1e6 }];
  });
  return { count: count(value["count"]), percentiles };
}

function depthsOf(value: Json) {
  const depth = count(value["depth"]);
  const storedDepth = Math.min(depth, count(value["backend_depth"]));
  return { depth, memoryDepth: depth - storedDepth, storedDepth };
}

/** Every figure and every channel alike. */
function same(before: KnownTopic | undefined, now: KnownTopic): boolean {
  if (!before || before.channels.length !== now.channels.length || !sameFields(before, now)) return false;
  return now.channels.every((channel, at) => {
    const other = before.channels[at]!;
    return sameFields(other, channel) && sameLatency(other.latency, channel.latency);
  });
}

function sameFields<T extends object>(before: T, now: T): boolean {
  for (const key in now) {
    if (key !== "channels" && key !== "latency" && before[key] !== now[key]) return false;
  }
  return true;
}

function sameLatency(before: LiveLatency | null, now: LiveLatency | null): boolean {
  if (before === null || now === null || before.percentiles.length !== now.percentiles.length)
    return before === now;
  return (
    before.count === now.count && before.percentiles.every(({ ms }, at) => ms === now.percentiles[at]!.ms)
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= nameCharactersMax;
}

function count(value: unknown): number {
  return typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, textCharactersMax) : "";
}
