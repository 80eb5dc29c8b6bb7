/** One message of a topic, wherever it lies: for an operator who wants to see it. Nothing is changed by it. */
import { frameBytes, frameSeq } from "./frame.ts";
import type { Log } from "./log.ts";
import type { Block } from "./ports.ts";
import type { Topic } from "./topic.ts";

/** The log, while somebody may still need something of it. */
export function logOf(topic: Topic, logId: number): Log | null {
  return topic.logs.find(({ id }) => id === logId) ?? null;
}

/** A view of the whole frame, good during this turn; null: it is not in memory. */
export function frameInMemory(topic: Topic, log: Log, seq: number): Uint8Array | null {
  const slab = log.slabAt(seq);
  if (slab !== undefined) return slab.bytes.subarray(slab.offsetOf(seq), slab.offsetOf(seq + 1));
  for (const { exceptions, windows } of topic.channels.values()) {
    const frame = exceptions.get(log, seq)?.frame;
    if (frame) return frame;
    for (const window of windows) {
      const loaded = window.log === log ? window.slabAt(seq) : undefined;
      if (loaded !== undefined) return loaded.bytes.subarray(loaded.offsetOf(seq), loaded.offsetOf(seq + 1));
    }
  }
  return topic.deferred.pending.find((one) => one.log === log && one.seq === seq)?.frame ?? null;
}

/**
 * Reads the frame from the store. Runs first: a loose block may reach over the message without having it.
 * `done` is called in a later turn: undefined when the store could not answer, null when it has no such message.
 */
export function frameInStore(
  topic: Topic,
  log: Log,
  seq: number,
  done: (frame: Uint8Array | null | undefined) => void,
): void {
  const read = (loose: boolean) =>
    topic.broker.backlog.read(
      { logId: log.id, fromSeq: seq, toSeq: seq + 1, bytesMax: 1, loose },
      (blocks) => {
        if (blocks === null) return done(undefined);
        for (const block of blocks) {
          const frame = frameIn(block, seq);
          if (frame !== null) return done(frame);
        }
        if (loose) done(null);
        else read(true);
      },
    );
  read(false);
}

function frameIn({ bytes }: Block, seq: number): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += frameBytes(view, at)) {
    if (frameSeq(view, at) === seq) return bytes.subarray(at, at + frameBytes(view, at));
  }
  return null;
}
