/**
 * What a node owes when it stops, put where it outlives the process: frames as
 * blocks, and who is owed what as checkpoints (P1). Ephemeral topics and channels owe nothing.
 */
import type { Broker } from "./broker.ts";
import type { Channel } from "./channel.ts";
import type {
  ChannelCheckpoint,
  ExceptionCheckpoint,
  RangeCheckpoint,
  TopicCheckpoint,
} from "./checkpoint.ts";
import type { Exception } from "./exceptions.ts";
import { evictHeld } from "./held.ts";
import type { Log } from "./log.ts";
import type { Block } from "./ports.ts";
import type { Topic } from "./topic.ts";

const looseBlockBytesMax = 64 * 1024;

/**
 * Hands everything to the backlog that only memory has. Call when nobody publishes or consumes any more;
 * messages in flight become waiting ones and keep their attempts.
 *
 * @returns how many blocks were handed over; `done` is called once each is durable
 */
export function storeUnfinished(broker: Broker, done: () => void): number {
  let blocks = 0;
  const write = (topic: Topic, log: Log, block: Block) => {
    blocks++;
    broker.backlog.write(topic.name, block, done, log.durable);
  };
  for (const topic of broker.topics.values()) {
    if (topic.ephemeral) continue;
    for (const channel of keptChannels(topic)) takeBack(channel);
    for (const log of topic.logs) {
      for (const slab of log.slabs) {
        if (!isOwed(topic, log, slab.firstSeq, slab.endSeq)) continue;
        for (const block of log.blocks(slab, Math.max(slab.queuedSeq, log.forgottenTo)))
          write(topic, log, block);
      }
      for (const block of looseBlocks(log, looseFrames(topic, log))) write(topic, log, block);
    }
  }
  return blocks;
}

/**
 * What every topic owes. With `stored` alone true: what the store could give back if the process died
 * now, for topics that have something there; messages in flight are then owed again. What progress is kept of is left out.
 */
export function takeCheckpoint(broker: Broker, which: "all" | "stored"): TopicCheckpoint[] {
  const checkpoints: TopicCheckpoint[] = [];
  for (const topic of broker.topics.values()) {
    if (topic.ephemeral) continue;
    if (which === "stored" && !topic.logs.some((log) => log.inStore)) continue;
    const inStore = (log: Log) => isTold(broker, log) && (which === "all" || log.inStore);
    const ranges: RangeCheckpoint[] = topic.pending
      .filter(({ log }) => inStore(log))
      .map(({ log, from, to }) => ({ logId: log.id, from, to }));
    const { log } = topic;
    if (log !== null && inStore(log) && log.handedTo < log.tail) {
      ranges.push({ logId: log.id, from: log.handedTo, to: log.tail });
    }
    const deferred = topic.deferred.pending
      .filter(({ log, frame }) => inStore(log) && (which === "all" || frame === null))
      .map(({ log, seq, delayMs }) => ({ log, seq, attempts: 0, dueMs: delayMs }));
    checkpoints.push({
      name: topic.name,
      ranges,
      deferred: packed(deferred),
      channels: keptChannels(topic).map((channel) => channelCheckpoint(broker, channel, which)),
    });
  }
  return checkpoints;
}

function channelCheckpoint(broker: Broker, channel: Channel, which: "all" | "stored"): ChannelCheckpoint {
  const ranges: RangeCheckpoint[] = [];
  for (const window of channel.windows) {
    if (!isTold(broker, window.log) || (which === "stored" && !window.log.inStore)) continue;
    const from = which === "stored" ? window.low : window.next;
    for (const range of withoutOwed(channel, window.log, from, window.end)) ranges.push(range);
  }
  const owed = [];
  for (const exception of channel.exceptions) {
    if (!isTold(broker, exception.log) || (which === "stored" && !exception.stored)) continue;
    const { log, seq, attempts, state, atMs } = exception;
    owed.push({ log, seq, attempts, dueMs: state === "deferred" ? Math.max(1, broker.wallOf(atMs)) : 0 });
  }
  return { name: channel.name, ranges, exceptions: packed(owed) };
}

/** Durable logs have progress instead, where it is kept. */
function isTold(broker: Broker, log: Log): boolean {
  return !log.durable || !broker.progress?.isKept;
}

/** [from, to) without the messages that are listed one by one: nothing is owed twice. */
function withoutOwed(channel: Channel, log: Log, from: number, to: number): RangeCheckpoint[] {
  const ranges: RangeCheckpoint[] = [];
  const inside = channel.exceptions
    .of(log)
    .filter(({ seq, stored }) => stored && seq >= from && seq < to)
    .map(({ seq }) => seq)
    .sort((a, b) => a - b);
  for (const seq of [...inside, to]) {
    if (from < seq) ranges.push({ logId: log.id, from, to: seq });
    from = seq + 1;
  }
  return ranges;
}

function keptChannels(topic: Topic): Channel[] {
  return [...topic.channels.values()].filter((channel) => !channel.ephemeral);
}

/** What is in flight waits again. */
function takeBack(channel: Channel): void {
  for (const window of channel.windows) evictHeld(channel, window, window.next);
  for (const exception of channel.exceptions) {
    if (exception.state !== "held") continue;
    channel.exceptions.wait(exception);
    channel.heldAsExceptions--;
  }
}

function isOwed(topic: Topic, log: Log, firstSeq: number, endSeq: number): boolean {
  const overlaps = (from: number, to: number) => from < endSeq && to > firstSeq;
  if (log === topic.log && overlaps(log.handedTo, log.tail)) return true;
  if (topic.pending.some((range) => range.log === log && overlaps(range.from, range.to))) return true;
  return keptChannels(topic).some((channel) =>
    channel.windows.some((window) => window.log === log && overlaps(window.next, window.end)),
  );
}

/** Frames of single messages of a log that are in no slab and not in the store, by sequence. */
function looseFrames(topic: Topic, log: Log): Map<number, Buffer> {
  const frames = new Map<number, Buffer>();
  const add = (exception: Pick<Exception, "log" | "seq" | "frame">) => {
    if (exception.log === log && exception.frame !== null) frames.set(exception.seq, exception.frame);
  };
  for (const deferral of topic.deferred.pending) if (deferral.scheduled === undefined) add(deferral);
  for (const channel of keptChannels(topic)) {
    for (const exception of channel.exceptions) if (!exception.stored) add(exception);
  }
  return frames;
}

function* looseBlocks(log: Log, frames: Map<number, Buffer>): IterableIterator<Block> {
  const seqs = [...frames.keys()].sort((a, b) => a - b);
  for (let i = 0; i < seqs.length; ) {
    const parts: Buffer[] = [];
    const firstSeq = seqs[i]!;
    let endSeq = firstSeq;
    let bytes = 0;
    for (; i < seqs.length; i++) {
      const frame = frames.get(seqs[i]!)!;
      if (parts.length > 0 && bytes + frame.length > looseBlockBytesMax) break;
      parts.push(frame);
      bytes += frame.length;
      endSeq = seqs[i]! + 1;
    }
    const block = { logId: log.id, loose: true, firstSeq, endSeq, count: parts.length };
    yield { ...block, bytes: Buffer.concat(parts, bytes) };
  }
}

function packed(
  owed: readonly { log: Log; seq: number; attempts: number; dueMs: number }[],
): ExceptionCheckpoint {
  return {
    logId: Uint32Array.from(owed, ({ log }) => log.id),
    seq: Uint32Array.from(owed, ({ seq }) => seq),
    attempts: Uint16Array.from(owed, ({ attempts }) => attempts),
    dueMs: Float64Array.from(owed, ({ dueMs }) => dueMs),
  };
}
