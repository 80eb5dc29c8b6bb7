/**
 * The core of a node: topics by name, one budget of memory, and turns.
 *
 * Pure: it does no I/O, reads no clock and never waits. An edge sets `time`, calls
 * in, and calls `settle` once at the end of its turn (it is woken to do so); a ticker
 * calls `tick`. What it needs of the world comes as ports.
 */

import type { AuditRing } from "./audit-ring.ts";
import type { Channel } from "./channel.ts";
import type { TopicCheckpoint } from "./checkpoint.ts";
import { DurableLogs } from "./durable-logs.ts";
import { expire } from "./held.ts";
import type { LatencyOptions } from "./latency.ts";
import { Overflow } from "./overflow.ts";
import type { Backlog, LogIds, TopologyListener } from "./ports.ts";
import { ProgressNotes } from "./progress.ts";
import { restoreTopic } from "./restore.ts";
import { needsTidying, releaseIdle, tidy } from "./retention.ts";
import type { Schedule } from "./schedule.ts";
import { SlabPool } from "./slab.ts";
import { BrokerTime } from "./time.ts";
import { Topic } from "./topic.ts";
import { sealLogs } from "./topic-logs.ts";
import { Totals } from "./totals.ts";

export interface BrokerOptions {
  /** Messages kept in memory per topic and channel. 0: in the store before handed out. */
  readonly memQueueSize: number;
  /** Budget for all frames in memory. */
  readonly memBytes: number;
  readonly maxMsgTimeoutMs: number;
  readonly maxReqTimeoutMs: number;
  /** Absent: no topic is durable. */
  readonly durability?: Durability;
  /** Absent: nobody asks how long messages take, and nothing is kept of it. */
  readonly latency?: LatencyOptions;
}

export interface Durability {
  /** How long a publish to a durable topic waits for the store. */
  readonly timeoutMs: number;
  /** Whether a topic is durable when it is made. Not asked for ephemeral ones. */
  isDurable(topic: string): boolean;
}

export interface BrokerPorts {
  readonly backlog: Backlog;
  readonly logIds: LogIds;
  readonly listener: TopologyListener;
  readonly report: BrokerReport;
  /** null: nothing is recorded. */
  readonly audit: AuditRing | null;
  /** Where messages of durable topics are that are due later. */
  readonly schedule?: Schedule | null;
  /** In [0, 1). */
  readonly random: () => number;
  /** Asks for a call of `settle` at the end of this turn. */
  readonly wake: () => void;
  /**
   * Whether what is durable may be handed out now: asked for each run. After a false the broker is told by
   * `durable.resume` when that has changed. Absent: always.
   */
  readonly mayHandOut?: () => boolean;
  /** Whether nothing durable is taken, because the store may lose what it confirms. Absent: it is taken. */
  readonly refusesDurable?: () => boolean;
}

/** What went wrong in a way that people must be told. */
export interface BrokerReport {
  /** Sequences [from, to) should have been in the store and are not. */
  lost(topic: string, channel: string, logId: number, from: number, to: number): void;
}

/** none: all is taken. hold: producers are held back where that can be done. refuse: there is no room. */
export type Pressure = "none" | "hold" | "refuse";

const holdFrom = 0.8;
/** Messages that fall due in one tick, of all channels: a mass timeout must not stall the loop. */
const overdueMax = 4_096;
const tidyEveryMs = 1_000;

export class Broker {
  readonly options: BrokerOptions;
  readonly time = new BrokerTime();
  readonly pool: SlabPool;
  readonly topics = new Map<string, Topic>();
  readonly overflow = new Overflow(this);
  readonly durable = new DurableLogs(this);
  /** What topics and channels that are gone had counted. */
  readonly gone = new Totals();
  readonly backlog: Backlog;
  readonly logIds: LogIds;
  readonly listener: TopologyListener;
  readonly report: BrokerReport;
  readonly audit: AuditRing | null;
  /** null: what is due later is kept as other messages are. */
  readonly schedule: Schedule | null;
  /** What of durable topics is to be written down; null: there can be none. */
  readonly progress: ProgressNotes | null;
  readonly random: () => number;
  /** The node stops: publishes are refused. */
  exiting = false;
  /** The node hands over what it has: nothing is handed out any more. */
  leaving = false;
  /** A publish was refused for want of memory, and memory is short still. */
  isRefusing = false;
  readonly mayHandOut: () => boolean;
  readonly refusesDurable: () => boolean;
  readonly #wake: () => void;
  #dirtyTopics: Topic[] = [];
  #dirtyChannels: Channel[] = [];
  #awake = false;
  #timed: Channel[] = [];
  #retries: Channel[] = [];
  #exceptionBytes = 0;
  #tidyMs = 0;

  constructor(options: BrokerOptions, ports: BrokerPorts) {
    this.options = options;
    this.pool = new SlabPool(options.memBytes);
    this.progress = options.durability ? new ProgressNotes(this) : null;
    this.backlog = ports.backlog;
    this.logIds = ports.logIds;
    this.listener = ports.listener;
    this.report = ports.report;
    this.audit = ports.audit;
    this.schedule = ports.schedule ?? null;
    this.random = ports.random;
    this.mayHandOut = ports.mayHandOut ?? (() => true);
    this.refusesDurable = ports.refusesDurable ?? (() => false);
    this.#wake = ports.wake;
  }

  // -- topics -----------------------------------------------------------------------------------

  /** Finds the topic or makes it. The name has been checked (`isValidName`). */
  ensureTopic(name: string): Topic {
    let topic = this.topics.get(name);
    if (topic) return topic;
    topic = new Topic(this, name);
    this.topics.set(name, topic);
    this.listener.topicCreated(name);
    return topic;
  }

  deleteTopic(name: string): boolean {
    const topic = this.topics.get(name);
    if (!topic) return false;
    this.topics.delete(name);
    topic.delete();
    this.gone.addTopic(topic);
    this.listener.topicDeleted(name);
    return true;
  }

  pauseTopic(topic: Topic, paused: boolean): void {
    topic.setPaused(paused);
    this.listener.pauseChanged(topic.name, null, paused);
  }

  pauseChannel(channel: Channel, paused: boolean): void {
    channel.setPaused(paused);
    this.listener.pauseChanged(channel.topicName, channel.name, paused);
  }

  /** Puts back what the store has. `isDurable`: of which class a log is; left out, each is of its topic's. */
  restore(checkpoints: readonly TopicCheckpoint[], isDurable?: (logId: number) => boolean): void {
    for (const checkpoint of checkpoints)
      restoreTopic(this.ensureTopic(checkpoint.name), checkpoint, isDurable);
  }

  /** Ids in [firstLogId, endLogId) turned out to be another node's: no message gets one any more. */
  sealLogs(firstLogId: number, endLogId: number): void {
    for (const topic of this.topics.values()) sealLogs(topic, (id) => id >= firstLogId && id < endLogId);
  }

  // -- memory -----------------------------------------------------------------------------------

  /** Bytes of frames in memory, what they are kept in included. */
  get memoryBytes(): number {
    return this.pool.usedBytes + this.#exceptionBytes;
  }

  get pressure(): Pressure {
    const used = this.memoryBytes / this.options.memBytes;
    return used >= 1 ? "refuse" : used >= holdFrom ? "hold" : "none";
  }

  /** Whether a publish of that size may be taken. One that may not makes the node unwell until there is room again. */
  hasRoom(bytes: number): boolean {
    if (this.memoryBytes + bytes <= this.options.memBytes) return true;
    this.isRefusing = true;
    return false;
  }

  chargeExceptions(bytes: number): void {
    this.#exceptionBytes += bytes;
  }

  // -- turns ------------------------------------------------------------------------------------

  enqueueTopic(topic: Topic): void {
    this.#dirtyTopics.push(topic);
    this.#rouse();
  }

  enqueueChannel(channel: Channel): void {
    this.#dirtyChannels.push(channel);
    this.#rouse();
  }

  /** Hands out what this turn brought. */
  settle(): void {
    const topics = this.#dirtyTopics;
    const channels = this.#dirtyChannels;
    this.#dirtyTopics = [];
    this.#dirtyChannels = [];
    this.#awake = false;
    for (let i = 0; i < topics.length; i++) topics[i]!.settle();
    for (let i = 0; i < channels.length; i++) channels[i]!.pump();
  }

  /** Takes back what is overdue, brings what is due. Call some tens of times a second, after setting `time`. */
  tick(): void {
    const { nowMs } = this.time;
    if (this.isRefusing && this.pressure === "none") this.isRefusing = false;
    this.#expire(nowMs);
    this.durable.tick(nowMs);
    const retries = this.#retries;
    this.#retries = [];
    for (const channel of retries) {
      channel.storeAway = false;
      channel.markDirty();
    }
    if (nowMs - this.#tidyMs < tidyEveryMs) return;
    this.#tidyMs = nowMs;
    for (const topic of this.topics.values()) {
      if (needsTidying(topic)) tidy(topic);
      releaseIdle(topic);
    }
    if (this.pressure !== "none") this.overflow.relieve("all");
  }

  watchTime(channel: Channel): void {
    this.#timed.push(channel);
  }

  /** The store could not answer: asked again at the next tick. */
  retryLater(channel: Channel): void {
    if (channel.storeAway) return;
    channel.storeAway = true;
    this.#retries.push(channel);
  }

  /** A wall-clock instant on the monotonic clock. */
  monotonicOf(wallMs: number): number {
    return this.time.nowMs + (wallMs - this.time.wallMs);
  }

  wallOf(monotonicMs: number): number {
    return this.time.wallMs + (monotonicMs - this.time.nowMs);
  }

  #expire(nowMs: number): void {
    const timed = this.#timed;
    this.#timed = [];
    let left = overdueMax;
    let reached = 0;
    for (; reached < timed.length && left > 0; reached++) {
      const channel = timed[reached]!;
      if (channel.deleted) continue;
      left -= expire(channel, nowMs, left);
      if (channel.timed) this.#timed.push(channel);
    }
    // Those that were not reached come first next time.
    if (reached < timed.length) this.#timed = [...timed.slice(reached), ...this.#timed];
  }

  #rouse(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#wake();
  }
}
