/**
 * A topic: its logs, the cursor up to which messages have left it, and its
 * channels. Messages leave while there is a channel and the topic is not paused
 * (T2); the first channel therefore gets what waited, and a channel made during a
 * pause gets what the pause held.
 */
import { auditKinds } from "./audit-ring.ts";
import type { Broker } from "./broker.ts";
import { Channel } from "./channel.ts";
import { DeferredPublishes } from "./deferred-publishes.ts";
import { emptyTopic } from "./emptying.ts";
import { hand } from "./handing.ts";
import { type Log, logSeqMax } from "./log.ts";
import { isEphemeral } from "./names.ts";
import type { ClientIdentity } from "./ports.ts";
import type { TopicNotes } from "./progress.ts";
import { putEach } from "./put-each.ts";
import { tidy } from "./retention.ts";
import { Tap, type TapReader } from "./tap.ts";
import { addLog, noteChannel, seal, sealLogs } from "./topic-logs.ts";
import { openEnd } from "./window.ts";

/**
 * full: memory has no room, and what could go to the store is still on its way. exiting: the node stops. unkept: the
 * topic is durable, and the store may lose what it confirms.
 */
export type PutRefusal = "full" | "exiting" | "unkept";

/** Sequences of a log that have not left the topic. */
interface PendingRange {
  readonly log: Log;
  readonly from: number;
  readonly to: number;
}

export class Topic {
  readonly broker: Broker;
  readonly name: string;
  /** With `channelName`: where it happened, as the audit has it (`AuditPlace`). */
  readonly topicName: string;
  readonly channelName = "";
  readonly ephemeral: boolean;
  readonly channels = new Map<string, Channel>();
  paused = false;
  deleted = false;
  /** What is published from now on counts when it is in the store (DU1). */
  durable: boolean;
  /** Nothing leaves it yet: whoever made it is still finding out which channels it should have. */
  awaitsChannels = false;
  // -0 makes them doubles from the start. A counter that outgrew 31 bits later would change the shape of
  // its object, and the code that publishes would never be optimised again: 0.2 µs a message became 0.5.
  messageCount = -0;
  messageBytes = -0;
  /** Logs of which somebody may need something, oldest first; the one being written is the last. */
  logs: Log[] = [];
  readonly taps = new Set<Tap>();
  /** What is to be written down of it; null: it has had no durable log. */
  notes: TopicNotes | null = null;
  /** Older than the current log, and not handed to channels yet. */
  pending: PendingRange[] = [];
  /** Dropped, but not to be forgotten by the store for the moment: by log, from which sequence on. */
  readonly parked = new Set<ReadonlyMap<number, number>>();
  readonly deferred: DeferredPublishes;
  /** The log being written; null before the first message. */
  log: Log | null = null;
  #dirty = false;

  constructor(broker: Broker, name: string) {
    this.broker = broker;
    this.name = name;
    this.topicName = name;
    this.ephemeral = isEphemeral(name);
    this.durable = !this.ephemeral && (broker.options.durability?.isDurable(name) ?? false);
    this.messageCount = 0;
    this.messageBytes = 0;
    this.deferred = new DeferredPublishes(this);
  }

  // -- what it has ------------------------------------------------------------------------------

  /** What has not left the topic. */
  get depth(): number {
    let depth = this.deferred.pending.length + (this.log === null ? 0 : this.log.tail - this.log.handedTo);
    for (const range of this.pending) depth += range.to - range.from;
    return depth;
  }

  get storedDepth(): number {
    const log = this.log;
    let stored = log === null ? 0 : Math.max(0, log.residentFrom - log.handedTo);
    for (const { log, from, to } of this.pending)
      stored += Math.max(0, Math.min(log.residentFrom, to) - from);
    return stored;
  }

  get backendDepth(): number {
    return Math.max(0, this.depth - this.broker.options.memQueueSize, this.storedDepth);
  }

  /** When the oldest message that has not left was published; null: none waits, or it is not known. */
  get oldestWallMs(): number | null {
    const first = this.pending[0];
    if (first) return first.log.wallMsAt(first.from);
    const log = this.log;
    return log === null || log.handedTo === log.tail ? null : log.wallMsAt(log.handedTo);
  }

  // -- publishing -------------------------------------------------------------------------------

  /**
   * Appends a message, `bodyBytes` of `source` at `from`. The body is copied once, into its slab; the source may change
   * afterwards. It leaves the topic at the end of the turn: see `settle`.
   */
  put(
    source: Buffer,
    sourceView: DataView,
    from: number,
    bodyBytes: number,
    client: ClientIdentity | null,
  ): PutRefusal | null {
    const { broker } = this;
    if (broker.exiting) return "exiting";
    if (this.durable && broker.refusesDurable()) return "unkept";
    if (this.ephemeral && this.keepsItsOwn && this.depth >= broker.options.memQueueSize) {
      this.messageCount++;
      this.messageBytes += bodyBytes;
      return null;
    }
    const log = this.#writableLog();
    if (log.needsSlab(bodyBytes) && !broker.hasRoom(bodyBytes)) return "full";
    const seq = log.tail;
    if (log.append(source, sourceView, from, bodyBytes, broker.time)) broker.overflow.slabOpened(this, log);
    this.messageCount++;
    this.messageBytes += bodyBytes;
    broker.audit?.record(auditKinds.publish, this, client, log.id, seq, 1, 0, 0, broker.time.wallMs);
    if (!this.#dirty) this.markDirty();
    return null;
  }

  /**
   * Appends `count` messages that lie one behind another, each a length in 32 bits and its body, as an MPUB has
   * them. They are counted and recorded as one run.
   *
   * @returns where what is behind the last one begins, or why the next was refused; those before it are in
   */
  putMany(
    source: Buffer,
    sourceView: DataView,
    from: number,
    count: number,
    client: ClientIdentity | null,
  ): number | PutRefusal {
    const { broker } = this;
    if (broker.exiting || this.deleted) return "exiting";
    if (this.durable && broker.refusesDurable()) return "unkept";
    if (this.ephemeral && this.keepsItsOwn) return putEach(this, source, sourceView, from, count, client);
    const log = this.#writableLog();
    const firstSeq = log.tail;
    let at = from;
    let refused: PutRefusal | null = null;
    for (let i = 0; i < count; i++) {
      const bodyBytes = sourceView.getInt32(at);
      if (log.needsSlab(bodyBytes) && !broker.hasRoom(bodyBytes)) {
        refused = "full";
        break;
      }
      if (log.append(source, sourceView, at + 4, bodyBytes, broker.time))
        broker.overflow.slabOpened(this, log);
      at += 4 + bodyBytes;
    }
    const taken = log.tail - firstSeq;
    if (taken > 0) {
      this.messageCount += taken;
      this.messageBytes += at - from - 4 * taken;
      const { wallMs } = broker.time;
      broker.audit?.record(auditKinds.publish, this, client, log.id, firstSeq, taken, 0, 0, wallMs);
      this.markDirty();
    }
    return refused ?? at;
  }

  /** Takes a message that no channel may hand out for a while. */
  putDeferred(body: Uint8Array, delayMs: number, client: ClientIdentity | null): PutRefusal | null {
    return this.deferred.put(body, delayMs, client);
  }

  // -- channels ---------------------------------------------------------------------------------

  /** Finds the channel or makes it. A new one starts at the topic's cursor. */
  ensureChannel(name: string): Channel {
    const channel = this.channels.get(name);
    if (channel) return channel;
    // What was published before it is not its own, also what came in this very turn (MS2).
    hand(this);
    return this.addChannel(name);
  }

  addChannel(name: string): Channel {
    const channel = new Channel(this.broker, this, name);
    this.channels.set(name, channel);
    noteChannel(this, channel);
    if (this.log !== null) channel.addRange(this.log, this.log.handedTo, openEnd);
    this.broker.listener.channelCreated(this.name, name);
    this.markDirty();
    return channel;
  }

  deleteChannel(name: string): boolean {
    const channel = this.channels.get(name);
    if (!channel) return false;
    this.channels.delete(name);
    channel.delete();
    channel.notes?.gone();
    this.broker.gone.addChannel(channel);
    this.broker.listener.channelDeleted(this.name, name);
    tidy(this);
    if (this.ephemeral && this.channels.size === 0 && !this.deleted) this.broker.deleteTopic(this.name);
    return true;
  }

  // -- operators --------------------------------------------------------------------------------

  setPaused(paused: boolean): void {
    this.paused = paused;
    this.markDirty();
  }

  /** Ends what `awaitsChannels` began: every channel there is by now gets what came meanwhile. */
  release(): void {
    this.awaitsChannels = false;
    this.markDirty();
  }

  /** Drops what has not left the topic; its channels keep what they have. */
  empty(): number {
    return emptyTopic(this);
  }

  /** For `Broker.deleteTopic`. */
  delete(): void {
    this.deleted = true;
    this.empty();
    for (const name of [...this.channels.keys()]) this.deleteChannel(name);
    if (this.log !== null) seal(this, this.log);
    this.deferred.log = null;
    for (const tap of this.taps) tap.close();
    tidy(this);
    this.notes?.gone();
  }

  /** Copies of what is published from now on, for somebody who watches: not a consumer, and first to be left out. */
  tap(reader: TapReader): Tap {
    const tap = new Tap(this, reader);
    this.taps.add(tap);
    return tap;
  }

  // -- turns ------------------------------------------------------------------------------------

  markDirty(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.broker.enqueueTopic(this);
  }

  /** Lets messages leave for the channels, and has these hand them out. */
  settle(): void {
    this.#dirty = false;
    if (this.deleted) return;
    const log = this.log;
    for (const tap of this.taps) tap.follow(log);
    for (const range of this.pending)
      if (range.log.storesFirst) this.broker.overflow.storeNew(this, range.log);
    if (log?.storesFirst) this.broker.overflow.storeNew(this, log);
    hand(this);
    if (!this.paused) for (const channel of this.channels.values()) channel.pump();
    if (this.notes !== null) this.notes.touch();
  }

  #writableLog(): Log {
    if (this.log !== null && this.log.tail >= logSeqMax) sealLogs(this, () => true);
    if (this.log !== null) return this.log;
    const opened = addLog(this);
    this.log = opened;
    for (const channel of this.channels.values()) channel.addRange(opened, 0, openEnd);
    return opened;
  }

  /** Nothing leaves it. */
  get keepsItsOwn(): boolean {
    return this.paused || this.awaitsChannels || this.channels.size === 0;
  }
}
