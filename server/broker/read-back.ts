/**
 * Brings frames back from the store: ahead of a window's cursor, a few blocks
 * at a time, and one by one for exceptions. Only the channel that needs them
 * waits (O3); memory stays within a bound per channel whatever the backlog.
 */
import type { Channel } from "./channel.ts";
import type { Exception } from "./exceptions.ts";
import { frameBytes, frameSeq } from "./frame.ts";
import { evictHeld } from "./held.ts";
import type { Block } from "./ports.ts";
import type { Window } from "./window.ts";

/** Read at once, and kept ahead of the cursor: about a tenth of a second at 100,000 messages of 200 bytes a second. */
const readAheadBytes = 1024 * 1024;
/** One block, when memory is short: enough to go on. */
const readLeastBytes = 1;
/** Reads for single exceptions at a time, per channel. */
const fetchesMax = 8;

/** Asks for what comes next in a window that is not in memory. True when the window moved on at once (over a gap). */
export function readAhead(channel: Channel, window: Window): boolean {
  const { log } = window;
  if (skipGap(channel, window)) return true;
  if (window.loading || channel.storeAway) return false;
  let from = window.next;
  let aheadBytes = 0;
  for (const slab of window.loaded) {
    if (slab.endSeq <= window.next) continue;
    from = Math.max(from, slab.endSeq);
    aheadBytes += slab.used;
  }
  const to = Math.min(window.end, log.residentFrom);
  if (from >= to || aheadBytes > readAheadBytes / 2) return false;
  window.loading = true;
  const bytesMax = channel.broker.pressure === "none" ? readAheadBytes : readLeastBytes;
  channel.broker.backlog.read(
    { logId: log.id, fromSeq: from, toSeq: to, bytesMax, loose: false },
    (blocks) => {
      window.loading = false;
      if (channel.deleted || window.next > from || !channel.windows.includes(window)) {
        channel.markDirty();
        return;
      }
      if (blocks === null) {
        channel.broker.retryLater(channel);
        return;
      }
      for (const block of blocks) load(channel, window, block);
      if (blocks.length === 0) {
        window.gapFrom = from;
        window.gapTo = to;
      }
      channel.markDirty();
    },
  );
  return false;
}

/** What should be in the store and is not there was lost with a node's memory: counted, said, and gone over. */
function skipGap(channel: Channel, window: Window): boolean {
  const to = gapEnd(window);
  if (to <= window.next) return false;
  evictHeld(channel, window, window.next);
  channel.lostCount += to - window.next;
  channel.broker.report.lost(channel.topicName, channel.channelName, window.log.id, window.next, to);
  window.jump(to);
  return true;
}

/** Where the gap that begins at `next` ends; `next` where there is none, or none is known. */
function gapEnd(window: Window): number {
  const { next, end } = window;
  if (next >= end || window.slabAt(next) !== undefined) return next;
  for (const slab of window.loaded) if (slab.firstSeq > next) return Math.min(slab.firstSeq, end);
  return next >= window.gapFrom ? Math.min(window.gapTo, end) : next;
}

function load(channel: Channel, window: Window, block: Block): void {
  if (block.loose) return;
  const slab = channel.broker.pool.take(block.bytes.length, 0, block.logId, block.firstSeq);
  slab.bytes.set(block.bytes);
  for (let at = 0; at < block.bytes.length; at += frameBytes(slab.view, at)) {
    slab.offsets[slab.endSeq++ - slab.firstSeq] = at;
  }
  slab.used = block.bytes.length;
  slab.storedSeq = slab.endSeq;
  slab.queuedSeq = slab.endSeq;
  window.loaded.push(slab);
}

/** Asks for the frame of an exception that only the store has. False when too many are asked for already. */
export function fetchFrame(channel: Channel, exception: Exception): boolean {
  if (channel.fetching >= fetchesMax || channel.storeAway) return false;
  channel.fetching++;
  readFrame(channel, exception, false);
  return true;
}

/** Runs first: a loose block may reach over the message without having it, and an answer may be one block only. */
function readFrame(channel: Channel, exception: Exception, loose: boolean): void {
  const { log, seq } = exception;
  channel.broker.backlog.read(
    { logId: log.id, fromSeq: seq, toSeq: seq + 1, bytesMax: 1, loose },
    (blocks) => {
      const isOwed = !channel.deleted && channel.exceptions.get(log, seq) === exception;
      if (isOwed) {
        for (const block of blocks ?? []) takeFrames(channel, exception, block);
        if (blocks !== null && exception.frame === null && !loose) {
          readFrame(channel, exception, true);
          return;
        }
      }
      channel.fetching--;
      if (blocks === null) channel.broker.retryLater(channel);
      else channel.markDirty();
      if (!isOwed) return;
      if (blocks !== null && exception.frame === null) {
        channel.exceptions.remove(exception);
        channel.lostCount++;
        channel.broker.report.lost(channel.topicName, channel.channelName, log.id, seq, seq + 1);
      } else channel.exceptions.untake(exception);
    },
  );
}

/** Gives its frame to every exception of the channel that waits for one and has it in this block. */
function takeFrames(channel: Channel, asked: Exception, block: Block): void {
  const { bytes } = block;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const length = frameBytes(view, at);
    const exception = channel.exceptions.get(asked.log, frameSeq(view, at));
    if (exception && exception.frame === null && exception.state === "waiting") {
      channel.exceptions.setFrame(exception, Buffer.from(bytes.subarray(at, at + length)));
    }
    at += length;
  }
}
