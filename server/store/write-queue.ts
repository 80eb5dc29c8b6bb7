/**
 * Blocks that wait to be written, by log. Of each log at most one batch is out at a time and
 * batches go in order, so a block is never durable before an older one of its log.
 */
import type { Block } from "../broker/ports.ts";

export interface QueuedBlock {
  readonly topic: string;
  readonly block: Block;
  readonly done: () => void;
}

interface LogQueue {
  readonly logId: number;
  blocks: QueuedBlock[];
  /** How many of `blocks`, from the first, are out. */
  out: number;
}

export class WriteQueue {
  bytes = 0;
  readonly #logs = new Map<number, LogQueue>();
  /** Logs with something to send and nothing out, in the order in which they came to it. */
  readonly #ready = new Set<LogQueue>();

  get isEmpty(): boolean {
    return this.#logs.size === 0;
  }

  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  get logIds(): number[] {
    return [...this.#logs.keys()];
  }

  hasLog(logId: number): boolean {
    return this.#logs.has(logId);
  }

  add(queued: QueuedBlock): void {
    const { logId } = queued.block;
    let log = this.#logs.get(logId);
    if (!log) {
      log = { logId, blocks: [], out: 0 };
      this.#logs.set(logId, log);
    }
    log.blocks.push(queued);
    this.bytes += queued.block.bytes.byteLength;
    if (log.out === 0) this.#ready.add(log);
  }

  /** The next batch: of as many logs as fit, until `bytesMax` or `rowsMax` is reached. They are out until `settle`. */
  take(bytesMax: number, rowsMax: number): QueuedBlock[] {
    const batch: QueuedBlock[] = [];
    let bytes = 0;
    for (const log of this.#ready) {
      while (
        log.out < log.blocks.length &&
        batch.length < rowsMax &&
        (batch.length === 0 || bytes < bytesMax)
      ) {
        const queued = log.blocks[log.out++]!;
        batch.push(queued);
        bytes += queued.block.bytes.byteLength;
      }
      if (log.out > 0) this.#ready.delete(log);
      if (batch.length >= rowsMax || bytes >= bytesMax) break;
    }
    return batch;
  }

  /** The batch is back: written, or not (then it goes out again, first of its logs). */
  settle(batch: readonly QueuedBlock[], written: boolean): void {
    for (const logId of new Set(batch.map((queued) => queued.block.logId))) {
      const log = this.#logs.get(logId);
      if (!log) continue;
      if (written)
        for (const queued of log.blocks.splice(0, log.out)) this.bytes -= queued.block.bytes.byteLength;
      log.out = 0;
      if (log.blocks.length > 0) this.#ready.add(log);
      else this.#logs.delete(logId);
    }
  }

  /** Takes out what lies wholly below `belowSeq` and is not out. */
  cancel(logId: number, belowSeq: number): QueuedBlock[] {
    const log = this.#logs.get(logId);
    if (!log) return [];
    const cancelled: QueuedBlock[] = [];
    log.blocks = log.blocks.filter((queued, i) => {
      if (i < log.out || queued.block.endSeq > belowSeq) return true;
      this.bytes -= queued.block.bytes.byteLength;
      cancelled.push(queued);
      return false;
    });
    if (log.blocks.length === 0) {
      this.#logs.delete(logId);
      this.#ready.delete(log);
    }
    return cancelled;
  }

  /** Takes out everything, what is out too. */
  takeAll(): QueuedBlock[] {
    const all = [...this.#logs.values()].flatMap((log) => log.blocks);
    this.#logs.clear();
    this.#ready.clear();
    this.bytes = 0;
    return all;
  }
}
