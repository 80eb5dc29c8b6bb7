/**
 * What of durable topics is worth writing down, noted as it changes, so that a flush costs what has changed and
 * not what there is (PR1). Topics of class memory have no notes: they pay a comparison with null a turn.
 *
 * A flush is taken in one turn, so its topics and channels tell of one instant. Frames are not in it.
 */
import type { Broker } from "./broker.ts";
import type { Channel } from "./channel.ts";
import { ChannelNotes } from "./channel-notes.ts";
import type { Log } from "./log.ts";
import { isEqual, type LogProgress, type ProgressFlush, type TopicProgress } from "./progress-flush.ts";
import type { Topic } from "./topic.ts";
import { openEnd } from "./window.ts";

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
    const had = new Set(this.#broker.durable.ids);
    // What was given up meanwhile is not this node's to tell of.
    for (const logId of flush.restored)
      if (had.has(logId) || this.#ended.has(logId)) this.#restored.push(logId);
  }

  /** Whose topics they are. */
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

function logProgress(log: Log): LogProgress {
  return { logId: log.id, handedTo: log.handedTo, end: log.sealed ? log.tail : openEnd };
}
