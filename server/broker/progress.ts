/**
 * What of durable topics is worth writing down, noted as it changes, so that a flush costs what has changed and
 * not what there is (PR1). Topics of class memory have no notes: they pay a comparison with null a turn.
 *
 * A flush is taken in one turn, so its topics and channels tell of one instant. Frames are not in it.
 */
import type { Broker } from "./broker.ts";
import type { Channel } from "./channel.ts";
import type { Exception } from "./exceptions.ts";
import type { Log } from "./log.ts";
import {
  type ChannelProgress,
  type LogProgress,
  owedOf,
  type ProgressFlush,
  type TopicProgress,
} from "./progress-flush.ts";
import { scheduleLong } from "./schedule.ts";
import type { Topic } from "./topic.ts";
import { openEnd, type Window } from "./window.ts";

/** More changed messages than this are not kept apart: the channel is written as a whole. */
const changedMax = 65_536;

export class ProgressNotes {
  /** Somebody writes flushes down and calls `saved`: until then a new channel holds up the OK of its topic. */
  isKept = false;
  /** A publisher waits for the next flush. */
  isUrgent = false;
  readonly #broker: Broker;
  readonly dirty = new Set<TopicNotes>();
  readonly #all = new Set<TopicNotes>();
  /** Logs that nobody is owed anything of, though the store may have something of them still. */
  readonly #ended = new Set<number>();
  #endedNow: number[] = [];
  #restored: number[] = [];
  #goneTopics: string[] = [];
  #taken: TopicNotes[] = [];

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** From now on what happens to a topic is noted. */
  open(topic: Topic): TopicNotes {
    const notes = new TopicNotes(this, topic);
    this.#all.add(notes);
    return notes;
  }

  restored(logIds: Iterable<number>): void {
    this.#restored.push(...logIds);
  }

  logEnded(logId: number): void {
    this.#ended.add(logId);
    this.#endedNow.push(logId);
  }

  /** They are another node's: from now on nothing of them is told, also not that they were taken over. */
  givenUp(isGiven: (logId: number) => boolean): void {
    this.#restored = this.#restored.filter((logId) => !isGiven(logId));
    this.#endedNow = this.#endedNow.filter((logId) => !isGiven(logId));
    for (const logId of this.#ended) if (isGiven(logId)) this.#ended.delete(logId);
  }

  topicGone(notes: TopicNotes): void {
    this.#all.delete(notes);
    this.dirty.delete(notes);
    this.#goneTopics.push(notes.topic.name);
  }

  /** Whether `take` would have anything to say. */
  get hasNews(): boolean {
    return this.dirty.size + this.#goneTopics.length + this.#endedNow.length + this.#restored.length > 0;
  }

  /**
   * What changed since the last flush, or everything; null: nothing did. What is taken counts as written: whoever
   * loses a flush takes a whole one next.
   *
   * @param mayBeStored whether the store may have something of a log: of those that ended, only they are kept in mind
   */
  take(whole: boolean, mayBeStored: (logId: number) => boolean): ProgressFlush | null {
    if (!whole && !this.hasNews) return null;
    if (whole) for (const logId of this.#ended) if (!mayBeStored(logId)) this.#ended.delete(logId);
    const taken = [...(whole ? this.#all : this.dirty)];
    const topics = taken.map((notes) => notes.take(whole)).filter((topic) => topic !== null);
    const flush: ProgressFlush = {
      whole,
      topics,
      goneTopics: this.#goneTopics,
      ended: whole ? [...this.#ended] : this.#endedNow,
      restored: this.#restored,
    };
    this.dirty.clear();
    this.#goneTopics = [];
    this.#endedNow = [];
    this.#restored = [];
    this.isUrgent = false;
    this.#taken = taken;
    const isEmpty =
      topics.length + flush.goneTopics.length + flush.ended.length + flush.restored.length === 0;
    if (isEmpty && !whole) {
      this.saved();
      return null;
    }
    return flush;
  }

  /** What was taken last is in the store. */
  saved(): void {
    for (const notes of this.#taken) notes.saved();
    this.#taken = [];
  }

  /** It never got there. What it said is in the next one, if that is a whole one. */
  lost(flush: ProgressFlush): void {
    for (const notes of this.#taken) notes.lost();
    this.#taken = [];
    const had = new Set(this.#broker.durableLogIds);
    // What was given up meanwhile is not this node's to tell of.
    for (const logId of flush.restored)
      if (had.has(logId) || this.#ended.has(logId)) this.#restored.push(logId);
  }

  /** For messages that are looked at by name. */
  get broker(): Broker {
    return this.#broker;
  }
}

export class TopicNotes {
  readonly topic: Topic;
  readonly #progress: ProgressNotes;
  readonly channels = new Set<ChannelNotes>();
  /** A channel of it is in no flush yet: after a crash a message confirmed now would not be owed to it (PR4). */
  holdsCommits = false;
  #opensWithFlush = false;
  #goneChannels: string[] = [];
  #written: readonly number[] = [];

  constructor(progress: ProgressNotes, topic: Topic) {
    this.#progress = progress;
    this.topic = topic;
  }

  touch(): void {
    this.#progress.dirty.add(this);
  }

  channelAdded(channel: Channel): ChannelNotes {
    this.touch();
    if (this.#progress.isKept) {
      this.holdsCommits = true;
      this.#progress.isUrgent = true;
    }
    return new ChannelNotes(this, channel);
  }

  channelGone(notes: ChannelNotes): void {
    this.channels.delete(notes);
    this.#goneChannels.push(notes.channel.name);
    this.touch();
  }

  logEnded(log: Log): void {
    this.#progress.logEnded(log.id);
  }

  restored(logs: Iterable<Log>): void {
    this.#progress.restored(Array.from(logs, (log) => log.id));
    for (const channel of this.topic.channels.values()) channel.notes?.touchAll();
    this.touch();
  }

  gone(): void {
    this.#progress.topicGone(this);
  }

  saved(): void {
    for (const channel of this.topic.channels.values()) channel.notes?.saved();
    if (!this.#opensWithFlush) return;
    this.#opensWithFlush = false;
    this.holdsCommits = false;
    for (const log of this.topic.logs) if (log.durable) log.settleCommits();
  }

  lost(): void {
    if (this.#opensWithFlush) this.holdsCommits = true;
    this.#opensWithFlush = false;
  }

  take(whole: boolean): TopicProgress | null {
    const { topic } = this;
    const logs = topic.logs.filter((log) => log.durable).map(logProgress);
    const ranges = topic.pending
      .filter(({ log }) => log.durable)
      .map(({ log, from, to }) => ({ logId: log.id, from, to }));
    const dirty = whole ? [...topic.channels.values()].map(({ notes }) => notes) : [...this.channels];
    const channels = dirty.map((notes) => notes?.take(whole) ?? null).filter((channel) => channel !== null);
    const goneChannels = this.#goneChannels;
    this.channels.clear();
    this.#goneChannels = [];
    this.#opensWithFlush ||= this.holdsCommits;
    const { keepsItsOwn } = topic;
    const state = [logs, ranges].flatMap((list) => list.flatMap((entry) => Object.values(entry)));
    state.push(Number(keepsItsOwn));
    const isSame = !whole && isEqual(state, this.#written) && channels.length + goneChannels.length === 0;
    this.#written = state;
    return isSame ? null : { name: topic.name, keepsItsOwn, logs, ranges, channels, goneChannels };
  }
}

export class ChannelNotes {
  readonly channel: Channel;
  readonly #topic: TopicNotes;
  readonly #changed = new Set<Exception>();
  #isWhole = true;
  /** Requeued for long: in no flush yet, and in the one that was taken last. */
  #long: Exception[] = [];
  #longTaken: Exception[] = [];
  #written: readonly number[] = [];

  constructor(topic: TopicNotes, channel: Channel) {
    this.#topic = topic;
    this.channel = channel;
    this.touch();
  }

  /** It may be other than it was written. */
  touch(): void {
    this.#topic.channels.add(this);
    this.#topic.touch();
  }

  /** Too much of it is other to say what. */
  touchAll(): void {
    this.#isWhole = true;
    this.#changed.clear();
    this.touch();
  }

  /** A message that is owed by itself has come, has gone, or was delivered or deferred. */
  changed(exception: Exception): void {
    if (this.#isWhole || !exception.log.durable) return;
    this.#changed.add(exception);
    if (this.#changed.size > changedMax) this.touchAll();
    else this.touch();
  }

  /** Requeued for so long that it is to leave memory, once that is written down. */
  deferredLong(exception: Exception): void {
    if (exception.log.durable && this.channel.broker.schedule !== null) this.#long.push(exception);
  }

  saved(): void {
    if (this.#longTaken.length === 0) return;
    scheduleLong(this.channel, this.#longTaken);
    this.#longTaken = [];
  }

  removed(exception: Exception): void {
    const { channel } = this;
    this.changed(exception);
    if (exception.isScheduled) channel.broker.schedule?.drop(exception.log.id, exception.seq, channel.name);
  }

  gone(): void {
    this.#topic.channelGone(this);
  }

  take(whole: boolean): ChannelProgress | null {
    const { channel } = this;
    this.#longTaken.push(...this.#long.splice(0));
    const all = whole || this.#isWhole;
    const windows = channel.windows.filter(({ log }) => log.durable).map(windowProgress);
    const written = windows.flatMap(({ logId, low, next, to, held }) => [
      logId,
      low,
      next,
      to,
      held.length,
      ...held,
    ]);
    if (!all && this.#changed.size === 0 && isEqual(written, this.#written)) return null;
    this.#written = written;
    const seen = all ? [...channel.exceptions].filter(({ log }) => log.durable) : [...this.#changed];
    this.#changed.clear();
    this.#isWhole = false;
    const isOwed = (exception: Exception) =>
      channel.exceptions.get(exception.log, exception.seq) === exception;
    const gone = seen.filter(
      (exception) => !isOwed(exception) && !channel.exceptions.get(exception.log, exception.seq),
    );
    return {
      name: channel.name,
      whole: all,
      windows,
      owed: owedOf(channel.broker, seen.filter(isOwed)),
      gone: {
        logId: Uint32Array.from(gone, ({ log }) => log.id),
        seq: Uint32Array.from(gone, ({ seq }) => seq),
      },
    };
  }
}

function logProgress(log: Log): LogProgress {
  return { logId: log.id, handedTo: log.handedTo, end: log.sealed ? log.tail : openEnd };
}

function windowProgress(window: Window) {
  const held: number[] = [];
  let from = -1;
  for (let seq = window.low; seq < window.next; seq++) {
    const isHeld = window.ownerOf(seq) !== 0;
    if (isHeld && from < 0) from = seq;
    if (isHeld || from < 0) continue;
    held.push(from, seq);
    from = -1;
  }
  if (from >= 0) held.push(from, window.next);
  return { logId: window.log.id, low: window.low, next: window.next, to: window.to, held };
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
