/**
 * What is known of one node, folded together from the lines of its live stream. Holds no socket and
 * no clock: lines and times come in, `dirty` says which topics look different now.
 */
import type { LiveChannel, LiveDelta, LiveNode, LiveSnapshot, LiveTopic } from "../../protocol/live.ts";
import type { Flow } from "../contract/index.ts";
import { Meter } from "./meter.ts";

/** What a node says on its live stream; what is not to be had of a genuine nsqd is null. */
export interface KnownChannel extends Omit<LiveChannel, "deliverCount" | "finishCount"> {
  readonly deliverCount: number | null;
  /** Of a genuine nsqd: what has entered the channel and is not there any more, finished or emptied. */
  readonly finishCount: number | null;
}

export interface KnownTopic extends Omit<LiveTopic, "channels"> {
  readonly channels: readonly KnownChannel[];
}

type Always =
  | "id"
  | "version"
  | "hostname"
  | "broadcastAddress"
  | "tcpPort"
  | "httpPort"
  | "region"
  | "zone"
  | "startedAtMs"
  | "health";
export type KnownNode = Pick<LiveNode, Always> & {
  readonly [Key in Exclude<keyof LiveNode, Always>]: LiveNode[Key] | null;
};

export type KnownLine =
  | (Omit<LiveSnapshot, "node" | "topics"> & {
      readonly node: KnownNode;
      readonly topics: readonly KnownTopic[];
    })
  | (Omit<LiveDelta, "node" | "changed"> & {
      readonly node: KnownNode;
      readonly changed: readonly KnownTopic[];
    });

/** Sums, made when they are first asked for and kept until something changes. */
export interface KeptFlows {
  smooth: Flow | null;
  raw: Flow | null;
}

export interface ChannelEntry {
  live: KnownChannel;
  readonly meters: {
    readonly messages: Meter;
    readonly deliveries: Meter;
    readonly finishes: Meter;
    readonly requeues: Meter;
    readonly timeouts: Meter;
  };
}

export interface TopicEntry {
  live: KnownTopic;
  readonly messages: Meter;
  readonly channels: Map<string, ChannelEntry>;
  readonly flows: KeptFlows;
}

export class NodeState {
  node: KnownNode | null = null;
  readonly topics = new Map<string, TopicEntry>();
  /** Names of topics that differ since they were last taken from here. */
  readonly dirty = new Set<string>();
  /** Over all topics. */
  readonly flows: KeptFlows = { smooth: null, raw: null };
  #rev = 0;
  #atMs: number | null = null;
  /** Topics whose rates still fall though nothing happens. */
  readonly #moving = new Set<string>();

  /** Takes a line in. False: a line is missing before it, and a new snapshot is needed (CN4). */
  apply(line: KnownLine): boolean {
    if (line.type === "delta" && (this.node === null || line.rev !== this.#rev + 1)) return false;
    if (this.node && (this.node.id !== line.node.id || this.node.startedAtMs !== line.node.startedAtMs)) {
      this.#beginAnew();
    }
    const known = this.#atMs !== null;
    const elapsedMs = this.#atMs === null ? null : line.atMs - this.#atMs;
    this.#rev = line.rev;
    this.#atMs = line.atMs;
    this.node = line.node;

    const present = line.type === "snapshot" ? line.topics : line.changed;
    const told = new Set<string>();
    for (const topic of present) {
      told.add(topic.name);
      this.#take(topic, elapsedMs, known);
    }
    const gone =
      line.type === "snapshot" ? [...this.topics.keys()].filter((name) => !told.has(name)) : line.removed;
    for (const name of gone) this.#drop(name);
    this.#rest(told, elapsedMs);
    return true;
  }

  /** All of it looks different: the node fell silent, or is back. */
  touchAll(): void {
    for (const name of this.topics.keys()) this.dirty.add(name);
  }

  #beginAnew(): void {
    for (const name of [...this.topics.keys()]) this.#drop(name);
    this.#atMs = null;
  }

  #drop(name: string): void {
    this.topics.delete(name);
    this.#moving.delete(name);
    this.#changed(name);
  }

  /** `known`: the node was heard before, so that what is new began at nothing. */
  #take(live: KnownTopic, elapsedMs: number | null, known: boolean): void {
    const start = known ? 0 : null;
    let topic = this.topics.get(live.name);
    if (!topic) {
      topic = { live, messages: new Meter(start), channels: new Map(), flows: { smooth: null, raw: null } };
      this.topics.set(live.name, topic);
    }
    topic.live = live;
    topic.messages.read(live.messageCount, elapsedMs);
    const told = new Set<string>();
    for (const channel of live.channels) {
      told.add(channel.name);
      takeChannel(topic, channel, elapsedMs, start);
    }
    for (const name of topic.channels.keys()) if (!told.has(name)) topic.channels.delete(name);
    this.#changed(live.name, topic);
    this.#moving.add(live.name);
  }

  #rest(told: ReadonlySet<string>, elapsedMs: number | null): void {
    for (const name of this.#moving) {
      if (told.has(name)) continue;
      const topic = this.topics.get(name);
      const moving = topic !== undefined && restTopic(topic, elapsedMs);
      if (!moving) this.#moving.delete(name);
      this.#changed(name, topic);
    }
  }

  #changed(name: string, topic?: TopicEntry): void {
    this.dirty.add(name);
    forget(this.flows);
    if (topic) forget(topic.flows);
  }
}

function forget(flows: KeptFlows): void {
  flows.smooth = null;
  flows.raw = null;
}

function takeChannel(
  topic: TopicEntry,
  live: KnownChannel,
  elapsedMs: number | null,
  start: number | null,
): void {
  let channel = topic.channels.get(live.name);
  if (!channel) {
    channel = {
      live,
      meters: {
        messages: new Meter(start),
        deliveries: new Meter(start),
        finishes: new Meter(start),
        requeues: new Meter(start),
        timeouts: new Meter(start),
      },
    };
    topic.channels.set(live.name, channel);
  }
  channel.live = live;
  channel.meters.messages.read(live.messageCount, elapsedMs);
  channel.meters.deliveries.read(live.deliverCount, elapsedMs);
  channel.meters.finishes.read(live.finishCount, elapsedMs);
  channel.meters.requeues.read(live.requeueCount, elapsedMs);
  channel.meters.timeouts.read(live.timeoutCount, elapsedMs);
}

/** True while any of its rates is still on its way to nothing. */
function restTopic(topic: TopicEntry, elapsedMs: number | null): boolean {
  topic.messages.rest(elapsedMs);
  let moving = topic.messages.moving;
  for (const channel of topic.channels.values()) {
    for (const meter of Object.values(channel.meters)) {
      meter.rest(elapsedMs);
      moving ||= meter.moving;
    }
  }
  return moving;
}
