/**
 * What the flushes of one life of a node say together, fitted to what is stored. The blocks are right about what
 * there is, the flushes about who is owed what of it (PR2): what is stored and was in no flush came after the last one, and
 * is owed to everybody.
 */
import type {
  ChannelCheckpoint,
  ExceptionCheckpoint,
  RangeCheckpoint,
  TopicCheckpoint,
} from "../broker/checkpoint.ts";
import type {
  ChannelProgress,
  LogProgress,
  ProgressFlush,
  WindowProgress,
} from "../broker/progress-flush.ts";
import { noExceptions, type StoredLog } from "./checkpoint-fit.ts";

interface Owed {
  readonly attempts: number;
  readonly dueMs: number;
}

interface ChannelState {
  windows: readonly WindowProgress[];
  /** By log and sequence. */
  readonly owed: Map<number, Map<number, Owed>>;
}

interface TopicState {
  keepsItsOwn: boolean;
  logs: Map<number, LogProgress>;
  ranges: readonly RangeCheckpoint[];
  readonly channels: Map<string, ChannelState>;
}

export class ProgressFold {
  readonly #topics = new Map<string, TopicState>();
  readonly #ended = new Set<number>();

  /** The next flush, in order. */
  apply(flush: ProgressFlush): void {
    if (flush.whole) {
      this.#topics.clear();
      this.#ended.clear();
    }
    for (const name of flush.goneTopics) this.#topics.delete(name);
    for (const logId of flush.ended) this.#ended.add(logId);
    for (const { name, keepsItsOwn, logs, ranges, goneChannels, channels } of flush.topics) {
      const topic = this.#topics.get(name) ?? {
        keepsItsOwn,
        logs: new Map(),
        ranges: [],
        channels: new Map(),
      };
      this.#topics.set(name, topic);
      topic.keepsItsOwn = keepsItsOwn;
      topic.logs = new Map(logs.map((log) => [log.logId, log]));
      topic.ranges = ranges;
      for (const gone of goneChannels) topic.channels.delete(gone);
      for (const channel of channels)
        topic.channels.set(channel.name, applied(topic.channels.get(channel.name), channel));
    }
  }

  /** How often a message had been delivered to a channel and when it is due; undefined: nothing is known of it alone. */
  owed(topic: string, channel: string, logId: number, seq: number): Owed | undefined {
    return this.#topics.get(topic)?.channels.get(channel)?.owed.get(logId)?.get(seq);
  }

  /**
   * What is owed of these logs, all of which were the life's.
   *
   * @param isRemoved a job took something of the log: when it did, a flush told of it, so that nothing is owed of one that none
   * tells of any more
   */
  fit(
    stored: ReadonlyMap<number, StoredLog>,
    isRemoved: (logId: number) => boolean = () => false,
  ): TopicCheckpoint[] {
    const fitted = new Map<string, TopicCheckpoint>();
    const told = new Set(this.#ended);
    for (const [name, topic] of this.#topics) {
      for (const logId of topic.logs.keys()) told.add(logId);
      fitted.set(name, fitTopic(name, topic, stored));
    }
    for (const log of [...stored.values()].sort((a, b) => a.logId - b.logId)) {
      if (told.has(log.logId) || isRemoved(log.logId) || log.runsFrom >= log.runsTo) continue;
      const topic = fitted.get(log.topic) ?? {
        name: log.topic,
        ranges: [],
        deferred: noExceptions,
        channels: [],
      };
      const ranges = [{ logId: log.logId, from: log.runsFrom, to: log.runsTo }];
      fitted.set(log.topic, leaving(topic, ranges, this.#topics.get(log.topic)?.keepsItsOwn ?? true));
    }
    return [...fitted.values()];
  }
}

function applied(before: ChannelState | undefined, channel: ChannelProgress): ChannelState {
  const state = before === undefined || channel.whole ? { windows: [], owed: new Map() } : before;
  state.windows = channel.windows;
  const { gone, owed } = channel;
  for (const [i, seq] of gone.seq.entries()) state.owed.get(gone.logId[i]!)?.delete(seq);
  for (const [i, seq] of owed.seq.entries()) {
    const logId = owed.logId[i]!;
    const messages = state.owed.get(logId) ?? new Map<number, Owed>();
    state.owed.set(logId, messages);
    messages.set(seq, { attempts: owed.attempts[i]!, dueMs: owed.dueMs[i]! });
  }
  return state;
}

function fitTopic(name: string, topic: TopicState, stored: ReadonlyMap<number, StoredLog>): TopicCheckpoint {
  const ranges = topic.ranges.flatMap(({ logId, from, to }) => clipped(stored, logId, from, to));
  for (const { logId, handedTo, end } of topic.logs.values())
    ranges.push(...clipped(stored, logId, handedTo, end));
  const channels = Array.from(topic.channels, ([channel, state]): ChannelCheckpoint => {
    const handed = state.windows.flatMap(({ logId, next, to }) =>
      clipped(stored, logId, next, Math.min(to, topic.logs.get(logId)?.handedTo ?? 0)),
    );
    return { name: channel, ranges: handed, exceptions: fitExceptions(state, stored) };
  });
  return leaving({ name, ranges: [], deferred: noExceptions, channels }, ranges, topic.keepsItsOwn);
}

/** With what was on its way out of the topic: to its channels, each of which was in a flush before it was confirmed (PR4). */
function leaving(
  topic: TopicCheckpoint,
  ranges: readonly RangeCheckpoint[],
  keepsItsOwn: boolean,
): TopicCheckpoint {
  if (keepsItsOwn || topic.channels.length === 0) return { ...topic, ranges: [...topic.ranges, ...ranges] };
  const channels = topic.channels.map((channel) => ({ ...channel, ranges: [...channel.ranges, ...ranges] }));
  return { ...topic, channels };
}

function clipped(
  stored: ReadonlyMap<number, StoredLog>,
  logId: number,
  from: number,
  to: number,
): RangeCheckpoint[] {
  const log = stored.get(logId);
  if (log === undefined) return [];
  const range = { logId, from: Math.max(from, log.runsFrom), to: Math.min(to, log.runsTo) };
  return range.from < range.to ? [range] : [];
}

function fitExceptions(state: ChannelState, stored: ReadonlyMap<number, StoredLog>): ExceptionCheckpoint {
  const found: [logId: number, seq: number, owed: Owed][] = [];
  const add = (logId: number, seq: number, owed: Owed) => {
    const log = stored.get(logId);
    if (log === undefined) return;
    const isRun = seq >= log.runsFrom && seq < log.runsTo;
    if (isRun || (seq >= log.looseFrom && seq < log.looseTo)) found.push([logId, seq, owed]);
  };
  for (const { logId, held } of state.windows) {
    for (let i = 0; i < held.length; i += 2)
      for (let seq = held[i]!; seq < held[i + 1]!; seq++) add(logId, seq, { attempts: 1, dueMs: 0 });
  }
  for (const [logId, messages] of state.owed) for (const [seq, owed] of messages) add(logId, seq, owed);
  return {
    logId: Uint32Array.from(found, ([logId]) => logId),
    seq: Uint32Array.from(found, ([, seq]) => seq),
    attempts: Uint16Array.from(found, ([, , { attempts }]) => attempts),
    dueMs: Float64Array.from(found, ([, , { dueMs }]) => dueMs),
  };
}
