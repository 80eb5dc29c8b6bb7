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
import { Log, type LogClass, logSeqMax } from "./log.ts";
import { isEphemeral } from "./names.ts";
import type { ClientIdentity } from "./ports.ts";
import type { TopicNotes } from "./progress.ts";
import { tidy } from "./retention.ts";
import { noChannel } from "./schedule.ts";
import { Tap, type TapReader } from "./tap.ts";
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
  readonly topicName: string;
  readonly channelName = "";
  readonly ephemeral: boolean;
  readonly channels = new Map<string, Channel>();
  paused = false;
  deleted = false;
  /** What is published from now on counts when it is in the store (DU1). */
  durable: boolean;
  /** Nothing leaves it yet: whoever made it is still finding out which channels it should have. */
  held = false;
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
  #log: Log | null = null;
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

  /** The log being written; null before the first message. */
  get log(): Log | null {
    return this.#log;
  }

  // -- what it has ------------------------------------------------------------------------------

  /** What has not left the topic. */
  get depth(): number {
    let depth = this.deferred.pending.length + (this.#log === null ? 0 : this.#log.tail - this.#log.handedTo);
    for (const range of this.pending) depth += range.to - range.from;
    return depth;
  }

  get storedDepth(): number {
    const log = this.#log;
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
    const log = this.#log;
    return log === null || log.handedTo === log.tail ? null : log.wallMsAt(log.handedTo);
  }

  // -- publishing -------------------------------------------------------------------------------

  /** Appends a message. The body is copied once, into its slab; the source may change afterwards. */
  put(
    source: Buffer,
    sourceView: DataView,
    from: number,
    bytes: number,
    client: ClientIdentity | null,
  ): PutRefusal | null {
    const { broker } = this;
    if (broker.exiting) return "exiting";
    if (this.durable && broker.refusesDurable()) return "unkept";
    if (this.ephemeral && this.keepsItsOwn && this.depth >= broker.options.memQueueSize) {
      this.messageCount++;
      this.messageBytes += bytes;
      return null;
    }
    const log = this.#writableLog();
    if (log.needsSlab(bytes) && !broker.hasRoom(bytes)) return "full";
    const seq = log.tail;
    if (log.append(source, sourceView, from, bytes, broker.time)) broker.overflow.slabOpened(this, log);
    this.messageCount++;
    this.messageBytes += bytes;
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
    if (this.ephemeral && this.keepsItsOwn) return this.#putEach(source, sourceView, from, count, client);
    const log = this.#writableLog();
    const firstSeq = log.tail;
    let at = from;
    let refused: PutRefusal | null = null;
    for (let i = 0; i < count; i++) {
      const bytes = sourceView.getInt32(at);
      if (log.needsSlab(bytes) && !broker.hasRoom(bytes)) {
        refused = "full";
        break;
      }
      if (log.append(source, sourceView, at + 4, bytes, broker.time)) broker.overflow.slabOpened(this, log);
      at += 4 + bytes;
    }
    const taken = log.tail - firstSeq;
    if (taken > 0) {
      this.messageCount += taken;
      this.messageBytes += at - from - 4 * taken;
      broker.audit?.record(
        auditKinds.publish,
        this,
        client,
        log.id,
        firstSeq,
        taken,
        0,
        0,
        broker.time.wallMs,
      );
      this.markDirty();
    }
    return refused ?? at;
  }

  /** What nobody may want is looked at one by one: an ephemeral topic drops what is too much. */
  #putEach(
    source: Buffer,
    sourceView: DataView,
    from: number,
    count: number,
    client: ClientIdentity | null,
  ): number | PutRefusal {
    let at = from;
    for (let i = 0; i < count; i++) {
      const bytes = sourceView.getInt32(at);
      const refused = this.put(source, sourceView, at + 4, bytes, client);
      if (refused !== null) return refused;
      at += 4 + bytes;
    }
    return at;
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
    this.#hand();
    return this.addChannel(name);
  }

  addChannel(name: string): Channel {
    const channel = new Channel(this.broker, this, name);
    this.channels.set(name, channel);
    this.#noteChannel(channel);
    if (this.#log !== null) channel.addRange(this.#log, this.#log.handedTo, openEnd);
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

  /** What the next log of it will be. */
  get logClass(): LogClass {
    return this.classOf(this.durable);
  }

  classOf(durable: boolean): LogClass {
    return { durable, storesFirst: durable || (this.broker.options.memQueueSize === 0 && !this.ephemeral) };
  }

  /** What was published before stays what it was: its log ends, and another begins. Never for an ephemeral topic. */
  setDurable(durable: boolean): void {
    if (this.ephemeral || durable === this.durable) return;
    this.durable = durable;
    this.sealLogs(() => true);
  }

  /** Ends what `held` began: every channel there is by now gets what came meanwhile. */
  release(): void {
    this.held = false;
    this.markDirty();
  }

  /** Drops what has not left the topic; its channels keep what they have. */
  empty(): number {
    const dropped = this.depth;
    const { audit, time } = this.broker;
    const drop = (log: Log, from: number, count: number) =>
      audit?.record(auditKinds.drop, this, null, log.id, from, count, 0, 0, time.wallMs);
    for (const { log, from, to } of this.pending) drop(log, from, to - from);
    for (const { log, seq } of this.deferred.pending) drop(log, seq, 1);
    this.pending = [];
    this.deferred.clear();
    const log = this.#log;
    if (log !== null && log.handedTo < log.tail) {
      drop(log, log.handedTo, log.tail - log.handedTo);
      this.#seal(log);
      log.tail = log.handedTo;
    }
    // Taken, and taken away: whoever waits to hear of it hears that it was taken.
    if (this.notes !== null) this.broker.schedule?.dropAll(this.name, this.deleted ? null : noChannel);
    for (const owed of this.logs) owed.commits.storedTo(openEnd);
    tidy(this);
    this.notes?.touch();
    return dropped;
  }

  /** For `Broker.deleteTopic`. */
  delete(): void {
    this.deleted = true;
    this.empty();
    for (const name of [...this.channels.keys()]) this.deleteChannel(name);
    if (this.#log !== null) this.#seal(this.#log);
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

  /** Ends the logs being written that `which` names: what comes next begins others, what is there stays. */
  sealLogs(which: (logId: number) => boolean): void {
    if (this.deferred.log !== null && which(this.deferred.log.id)) this.deferred.log = null;
    const log = this.#log;
    if (log === null || !which(log.id)) return;
    this.#seal(log);
    if (log.handedTo < log.tail) this.pending.push({ log, from: log.handedTo, to: log.tail });
    log.handedTo = log.tail;
    this.markDirty();
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
    const log = this.#log;
    for (const tap of this.taps) tap.follow(log);
    for (const range of this.pending)
      if (range.log.storesFirst) this.broker.overflow.storeNew(this, range.log);
    if (log?.storesFirst) this.broker.overflow.storeNew(this, log);
    this.#hand();
    if (!this.paused) for (const channel of this.channels.values()) channel.pump();
    if (this.notes !== null) this.notes.touch();
  }

  #writableLog(): Log {
    if (this.#log !== null && this.#log.tail >= logSeqMax) this.sealLogs(() => true);
    if (this.#log !== null) return this.#log;
    const opened = this.addLog();
    this.#log = opened;
    for (const channel of this.channels.values()) channel.addRange(opened, 0, openEnd);
    return opened;
  }

  /** One more log, the youngest. */
  addLog(): Log {
    const log = new Log(this.broker.logIds.next(), this.name, this.broker.pool, this.logClass);
    this.logs.push(log);
    if (log.durable) this.noteDurable(log);
    return log;
  }

  /** What happens to a durable log is written down, and to those who get something of it. */
  noteDurable(log: Log): void {
    const { progress } = this.broker;
    if (progress === null) return;
    if (this.notes === null) {
      this.notes = progress.open(this);
      for (const channel of this.channels.values()) this.#noteChannel(channel);
    }
    log.gate = this.notes;
    this.notes.touch();
  }

  #noteChannel(channel: Channel): void {
    if (this.notes === null || channel.ephemeral) return;
    channel.notes = this.notes.channelAdded(channel);
    channel.exceptions.notes = channel.notes;
  }

  /** Ends a log: channels finish what they were handed of it; what had not left the topic is not theirs yet. */
  #seal(log: Log): void {
    log.seal();
    this.#log = null;
    for (const channel of this.channels.values()) {
      for (const window of channel.windows) {
        if (window.log === log) window.to = Math.max(window.next, Math.min(window.to, log.handedTo));
      }
      channel.markDirty();
    }
  }

  /** Lets what may leave the topic leave it for the channels there are. */
  #hand(): void {
    if (this.keepsItsOwn) return;
    if (this.pending.length > 0) this.#handPending();
    if (this.deferred.pending.length > 0) this.deferred.hand();
    const log = this.#log;
    // What is older and not stored yet goes first.
    if (log === null || this.pending.length > 0) return;
    const visible = log.storesFirst ? log.storedTo : log.tail;
    const count = visible - log.handedTo;
    if (count === 0) return;
    log.handedTo = visible;
    for (const channel of this.channels.values()) channel.messageCount += count;
  }

  #handPending(): void {
    const held = this.pending.findIndex(({ log, to }) => log.storesFirst && log.storedTo < to);
    const ready = held < 0 ? this.pending : this.pending.slice(0, held);
    for (const range of ready) {
      const newer = new Set(this.logs.slice(this.logs.indexOf(range.log) + 1));
      for (const channel of this.channels.values()) {
        channel.addBefore([range], (log) => newer.has(log));
        channel.messageCount += range.to - range.from;
      }
    }
    this.pending = held < 0 ? [] : this.pending.slice(held);
  }

  /** Nothing leaves it. */
  get keepsItsOwn(): boolean {
    return this.paused || this.held || this.channels.size === 0;
  }
}
