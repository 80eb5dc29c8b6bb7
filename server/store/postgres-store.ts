/**
 * The backlog in Postgres. What somebody waits for goes before what is written for want of memory, on statements
 * of its own. Everything is written as the node of one epoch, and nothing of it counts once that is over.
 */
import { selectBlocks } from "../../db/queries/blocks.ts";
import type { Owner } from "../../db/queries/fence.ts";
import type { Backlog, Block, BlockRange } from "../broker/ports.ts";
import { BlockDeleter } from "./block-deleter.ts";
import type { Taken } from "./block-merge.ts";
import { BlockWriter } from "./block-writer.ts";
import type { StoreLog } from "./ports.ts";
import { type PostgresLink, writeMsMax } from "./postgres-link.ts";
import type { QueuedBlock } from "./write-queue.ts";

/** Statements out at once: as many as the pool has connections, so that none is pipelined behind another. */
const statementsMax = 3;
/** Of those, so many for want of memory: one is left for whoever waits. */
const overflowStatementsMax = 2;
const durableDeadlineMs = 5_000;
const readDeadlineMs = 10_000;

/** As whom the store writes now. */
export interface StoreOwner {
  /** The node in its present epoch; null: it has none. */
  readonly owner: Owner | null;
  /** Whether what somebody waits for may be committed now. */
  readonly mayCommit: boolean;
  /** Postgres has another epoch for the node by now. */
  fenced(owner: Owner): void;
}

export interface PostgresStoreOptions {
  readonly link: PostgresLink;
  readonly owner: StoreOwner;
  readonly log: StoreLog;
  readonly onCommit?: (durationMs: number) => void;
  /**
   * Logs are another node's by now. True: whoever waits for something of them has been refused, and the blocks are
   * given up as if they were done. False, or absent: they stay undone for ever.
   */
  readonly onForeign?: (logIds: readonly number[]) => boolean;
}

export class PostgresStore implements Backlog {
  readonly #options: PostgresStoreOptions;
  readonly #durable: BlockWriter;
  readonly #overflow: BlockWriter;
  readonly #deleter: BlockDeleter;
  /** Logs that have, or may have, a row. */
  readonly #stored = new Set<number>();
  /** Logs that were given up while something of them was out: it is not sent again. */
  readonly #given = new Set<number>();
  #pumpsSoon = false;
  #drained: (() => void)[] = [];

  constructor(options: PostgresStoreOptions) {
    this.#options = options;
    const { link, owner, log } = options;
    const isFree = () => this.#durable.out + this.#overflow.out < statementsMax;
    const shared = {
      ...{ link, log },
      onSend: (batch: readonly QueuedBlock[]) => {
        for (const { block } of batch) this.#stored.add(block.logId);
      },
      onBack: () => {
        this.#dropGiven();
        this.#pump();
        this.#settleDrained();
      },
      onCommit: (durationMs: number) => options.onCommit?.(durationMs),
      onFenced: (as: Owner) => owner.fenced(as),
      onForeign: (logIds: readonly number[]) => this.#lose(logIds),
    };
    this.#durable = new BlockWriter({
      ...shared,
      deadlineMs: durableDeadlineMs,
      owner: () => (owner.mayCommit ? owner.owner : null),
      isFree,
    });
    this.#overflow = new BlockWriter({
      ...shared,
      deadlineMs: writeMsMax,
      owner: () => owner.owner,
      isFree: () => isFree() && this.#overflow.out < overflowStatementsMax,
    });
    this.#deleter = new BlockDeleter({
      ...{ link, log },
      owner: () => owner.owner,
      isBusy: (logId) => this.#hasQueued(logId),
      onEnded: (logIds) => {
        for (const logId of logIds) this.#stored.delete(logId);
      },
    });
  }

  /** Why Postgres, though it is there, does not take blocks; null: it does. */
  get failure(): string | null {
    return this.#durable.failure ?? this.#overflow.failure;
  }

  get isEmpty(): boolean {
    return this.#stored.size === 0 && this.#isIdle;
  }

  get queuedBytes(): number {
    return this.#durable.queue.bytes + this.#overflow.queue.bytes;
  }

  /** False: Postgres has nothing of this log. */
  mayHave(logId: number): boolean {
    return this.#stored.has(logId);
  }

  /** Logs that Postgres has, or may have, something of. */
  get logIds(): number[] {
    return [...this.#stored];
  }

  /** Logs that an earlier process, or another node, stored there. */
  adopt(logIds: Iterable<number>): void {
    for (const logId of logIds) this.#stored.add(logId);
  }

  /** Postgres is there (again), or the node may write again. */
  resume(): void {
    this.#pump();
    this.#deleter.resume();
  }

  /** @param gone called instead of `done` when the log turns out to be another node's */
  write(topic: string, block: Block, done: () => void, durable = false, gone?: () => void): void {
    const writer = durable ? this.#durable : this.#overflow;
    writer.queue.add({ topic, block, durable, done, ...(gone && { gone }) });
    if (this.#pumpsSoon) return;
    // What else the broker writes in this turn shares the statement; nobody has to wait for another turn.
    this.#pumpsSoon = true;
    queueMicrotask(() => {
      this.#pumpsSoon = false;
      this.#pump();
    });
  }

  read(range: BlockRange, done: (blocks: Block[] | null) => void): void {
    this.readTaken(range).then(
      (taken) => done(taken.blocks),
      () => done(null),
    );
  }

  /** As `read`, and whether there may be more. Rejects when Postgres does not answer; never in this turn. */
  async readTaken(range: BlockRange): Promise<Taken<Block>> {
    const { logId, fromSeq, toSeq, bytesMax, loose } = range;
    const rows = await this.#options.link.run("read", readDeadlineMs, (sql) =>
      selectBlocks(sql, { logId, fromSeq, toSeq, bytesMax, loose }),
    );
    const bytes = rows.reduce((sum, row) => sum + row.bytes.byteLength, 0);
    // The server stops at `bytesMax` or at a number of rows: either way the last row says how far it looked.
    return { blocks: [...rows], cut: rows.length > 0 && (bytes >= bytesMax || rows.length >= 256) };
  }

  forget(logId: number, belowSeq: number): void {
    for (const { queue } of [this.#durable, this.#overflow]) {
      for (const { done } of queue.cancel(logId, belowSeq)) setImmediate(done);
    }
    this.#settleDrained();
    if (this.#stored.has(logId) || this.#hasQueued(logId)) this.#deleter.forget(logId, belowSeq);
  }

  /** As `BlockDeleter.recall`; they are there. */
  recall(logIds: readonly number[]): Promise<void> {
    this.adopt(logIds);
    return this.#deleter.recall(logIds);
  }

  /** Lets go of logs without a trace: what is stored of them is another node's. Whoever waited has been refused. */
  giveUp(logIds: readonly number[], isRefused = true): void {
    for (const logId of logIds) {
      this.#stored.delete(logId);
      this.#deleter.disown(logId);
    }
    this.#letGo(
      this.takeQueued((logId) => logIds.includes(logId)),
      isRefused,
    );
    for (const logId of logIds) if (this.#hasQueued(logId)) this.#given.add(logId);
    this.#settleDrained();
  }

  /** Resolves when nothing waits to be written. */
  drained(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Gives back what waits, and is not out, of some logs. */
  takeQueued(which: (logId: number) => boolean): QueuedBlock[] {
    return [this.#durable, this.#overflow].flatMap(({ queue }) =>
      queue.logIds.filter(which).flatMap((logId) => queue.cancel(logId, Number.POSITIVE_INFINITY)),
    );
  }

  /** Gives back what is not known to be written, and takes no more. What is out may still be written. */
  takeUnwritten(): QueuedBlock[] {
    return [...this.#durable.close(), ...this.#overflow.close()];
  }

  /** Deletes what was forgotten, as far as Postgres is there and the deadline allows; then stops. */
  async close(deadlineMs: number): Promise<void> {
    await this.#deleter.close(deadlineMs);
    this.takeUnwritten();
  }

  get #isIdle(): boolean {
    return this.#durable.queue.isEmpty && this.#overflow.queue.isEmpty;
  }

  #hasQueued(logId: number): boolean {
    return this.#durable.queue.hasLog(logId) || this.#overflow.queue.hasLog(logId);
  }

  #pump(): void {
    this.#durable.pump();
    this.#overflow.pump();
  }

  /** What was out has come back: under the next epoch it would begin a log anew that whoever took it has ended. */
  #dropGiven(): void {
    if (this.#given.size === 0) return;
    this.#letGo(
      this.takeQueued((logId) => this.#given.has(logId)),
      true,
    );
    for (const logId of this.#given) if (!this.#hasQueued(logId)) this.#given.delete(logId);
  }

  #letGo(queued: readonly QueuedBlock[], isRefused: boolean): void {
    for (const { done, gone } of queued) {
      if (gone) gone();
      else if (isRefused) setImmediate(done);
    }
  }

  #lose(logIds: readonly number[]): void {
    this.#options.log.warn({ logs: logIds.length }, "logs of this node are another's by now");
    this.giveUp(logIds, this.#options.onForeign?.(logIds) ?? false);
  }

  #settleDrained(): void {
    if (!this.#isIdle) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
