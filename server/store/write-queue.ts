/**
 * Blocks that wait to be written, by log. Of each log at most one batch is out at a time and
 * batches go in order, so a block is never durable before an older one of its log.
 */
import type { Block } from "../broker/ports.ts";

export interface QueuedBlock {
  readonly topic: string;
  readonly block: Block;
  readonly durable: boolean;
  /** It is there. */
  readonly done: () => void;
  /** It will never be there: its log is another node's. */
  readonly gone?: () => void;
}

interface LogQueue {
  readonly logId: number;
  blocks: QueuedBlock[];
  /** How many of `blocks`, from the first, are out. */
  out: number;
  /** Goes by itself, one block at a time: a batch that it was in was refused. */
  alone: boolean;
  /** Does not go for the time being. */
  held: boolean;
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
      log = { logId, blocks: [], out: 0, alone: false, held: false };
      this.#logs.set(logId, log);
    }
    log.blocks.push(queued);
    this.bytes += queued.block.bytes.byteLength;
    this.#readyAgain(log);
  }

  /**
   * The next batch: of as many logs as fit, until `bytesMax` or `rowsMax` is reached. They are out until `settle`.
   * Call only when `hasReady`.
   */
  take(bytesMax: number, rowsMax: number): QueuedBlock[] {
    const batch: QueuedBlock[] = [];
    let bytes = 0;
    for (const log of this.#ready) {
      if (log.alone && batch.length > 0) continue;
      const rows = log.alone ? 1 : rowsMax;
      while (log.out < log.blocks.length && batch.length < rows && (batch.length === 0 || bytes < bytesMax)) {
        const queued = log.blocks[log.out++]!;
        batch.push(queued);
        bytes += queued.block.bytes.byteLength;
      }
      if (log.out > 0) this.#ready.delete(log);
      if (log.alone || batch.length >= rowsMax || bytes >= bytesMax) break;
    }
    return batch;
  }

  /**
   * The batch is back. Of each log what is written counts as far as nothing before it is missing; the rest
   * goes out again, first of its log.
   *
   * @returns what counts, in order
   */
  settle(batch: readonly QueuedBlock[], isWritten: (queued: QueuedBlock) => boolean): QueuedBlock[] {
    const settled: QueuedBlock[] = [];
    for (const log of this.#logsOf(batch)) {
      let written = 0;
      while (written < log.out && isWritten(log.blocks[written]!)) written++;
      for (const queued of log.blocks.splice(0, written)) {
        this.bytes -= queued.block.bytes.byteLength;
        settled.push(queued);
      }
      log.out = 0;
      if (written > 0) log.alone = false;
      this.#readyAgain(log);
    }
    return settled;
  }

  /** The batch is back and was refused for what is in it: its logs go one by one from now on. */
  part(batch: readonly QueuedBlock[]): void {
    for (const log of this.#logsOf(batch)) log.alone = true;
    this.settle(batch, () => false);
  }

  /** Keeps a log from going until `release`. */
  hold(logId: number): void {
    const log = this.#logs.get(logId);
    if (!log) return;
    log.held = true;
    this.#ready.delete(log);
  }

  release(logId: number): void {
    const log = this.#logs.get(logId);
    if (!log) return;
    log.held = false;
    this.#readyAgain(log);
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
    this.#readyAgain(log);
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

  #logsOf(batch: readonly QueuedBlock[]): LogQueue[] {
    const logIds = new Set(batch.map((queued) => queued.block.logId));
    return [...logIds].flatMap((logId) => this.#logs.get(logId) ?? []);
  }

  #readyAgain(log: LogQueue): void {
    if (log.blocks.length === 0) {
      this.#logs.delete(log.logId);
      this.#ready.delete(log);
    } else if (log.out === 0 && !log.held) this.#ready.add(log);
  }
}
