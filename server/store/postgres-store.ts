/**
 * The backlog in Postgres. Many blocks go in one statement, a few statements are out at
 * once. Whatever a statement ends with, the same blocks are sent again under the same keys until one is
 * known to have been written: an error after a lost connection may well be a success.
 */
import { deleteBlocks, deleteLogs, insertBlocks, selectBlocks } from "../../db/queries/blocks.ts";
import type { Backlog, Block, BlockRange } from "../broker/ports.ts";
import type { Taken } from "./block-merge.ts";
import type { StoreLog } from "./ports.ts";
import type { PostgresLink } from "./postgres-link.ts";
import { type QueuedBlock, WriteQueue } from "./write-queue.ts";

/** Statements out at once: as many as the pool has connections, so that none is pipelined behind another. */
const statementsMax = 3;
/** Of frames in one statement; with its encoding the loop is held for some 3 ms. */
const statementBytesMax = 512 * 1024;
const statementRowsMax = 128;
const writeDeadlineMs = 15_000;
const readDeadlineMs = 10_000;
const deleteDeadlineMs = 10_000;
const retryMsMin = 50;
const retryMsMax = 2_000;
/** After so many refusals that are not the connection's, blocks go one by one: a bad one holds up only its log. */
const refusalsBeforeSingle = 3;
/** A delete takes so many blocks, so that it is over soon; each is some 30 rows out of line. */
const deleteRowsMax = 128;
const deletePauseMs = 100;

export interface PostgresStoreOptions {
  readonly link: PostgresLink;
  readonly nodeId: string;
  readonly log: StoreLog;
  readonly onCommit?: (durationMs: number) => void;
}

export class PostgresStore implements Backlog {
  /** Why Postgres, though it is there, does not take blocks; null: it does. */
  failure: string | null = null;
  readonly #options: PostgresStoreOptions;
  readonly #queue = new WriteQueue();
  /** Logs that have, or may have, a row. */
  readonly #stored = new Set<number>();
  /** What is to be deleted: everything of a log below a sequence. */
  readonly #forgotten = new Map<number, number>();
  #out = 0;
  #refusals = 0;
  #retryMs = retryMsMin;
  #waiting = false;
  #deleting: Promise<void> | null = null;
  #closed = false;
  #drained: (() => void)[] = [];

  constructor(options: PostgresStoreOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#stored.size === 0 && this.#queue.isEmpty;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** False: Postgres has nothing of this log. */
  mayHave(logId: number): boolean {
    return this.#stored.has(logId);
  }

  /** Logs that Postgres has, or may have, something of. */
  get logIds(): number[] {
    return [...this.#stored];
  }

  /** Logs that an earlier process stored there. */
  adopt(logIds: Iterable<number>): void {
    for (const logId of logIds) this.#stored.add(logId);
  }

  /** Postgres is there (again). */
  resume(): void {
    this.#pump();
    this.#deleting ??= this.#delete();
  }

  write(topic: string, block: Block, done: () => void): void {
    this.#queue.add({ topic, block, done });
    // What else is written in this turn shares the statement.
    setImmediate(() => this.#pump());
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
    for (const { done } of this.#queue.cancel(logId, belowSeq)) setImmediate(done);
    this.#settleDrained();
    if (!this.#stored.has(logId) && !this.#queue.hasLog(logId)) return;
    this.#forgotten.set(logId, Math.max(belowSeq, this.#forgotten.get(logId) ?? 0));
    this.#deleting ??= this.#delete();
  }

  /** Resolves when nothing waits to be written. */
  drained(): Promise<void> {
    if (this.#queue.isEmpty) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Gives back what waits, and is not out, of some logs. */
  takeQueued(which: (logId: number) => boolean): QueuedBlock[] {
    const logIds = this.#queue.logIds.filter(which);
    return logIds.flatMap((logId) => this.#queue.cancel(logId, Number.POSITIVE_INFINITY));
  }

  /** Gives back what is not known to be written, and takes no more. What is out may still be written. */
  takeUnwritten(): QueuedBlock[] {
    this.#closed = true;
    return this.#queue.takeAll();
  }

  /** Deletes what was forgotten, as far as Postgres is there and the deadline allows; then stops. */
  async close(deadlineMs: number): Promise<void> {
    if (this.#deleting) await Promise.race([this.#deleting, pause(deadlineMs)]);
    this.#closed = true;
  }

  #pump(): void {
    while (this.#out < statementsMax && !this.#waiting && !this.#closed && this.#queue.hasReady) {
      if (this.#options.link.state !== "up") return;
      const rowsMax = this.#refusals >= refusalsBeforeSingle ? 1 : statementRowsMax;
      void this.#send(this.#queue.take(statementBytesMax, rowsMax));
    }
  }

  /** Never rejects. */
  async #send(batch: readonly QueuedBlock[]): Promise<void> {
    this.#out++;
    const started = performance.now();
    try {
      const rows = batch.map(({ topic, block }) => ({ topic, ...block }));
      for (const { logId } of rows) this.#stored.add(logId);
      await this.#options.link.run("write", writeDeadlineMs, (sql) =>
        insertBlocks(sql, this.#options.nodeId, rows),
      );
      this.#options.onCommit?.(performance.now() - started);
      this.#refusals = 0;
      this.#retryMs = retryMsMin;
      this.failure = null;
      if (this.#closed) return;
      this.#queue.settle(batch, true);
      for (const { done } of batch) done();
      this.#settleDrained();
    } catch (error) {
      if (this.#closed) return;
      this.#queue.settle(batch, false);
      this.#noteFailure(error);
    } finally {
      this.#out--;
      this.#pump();
    }
  }

  #noteFailure(error: unknown): void {
    const { link, log } = this.#options;
    const refused = link.state === "up" && isRefusal(error);
    if (refused) {
      this.#refusals++;
      const failure = link.describe(error);
      if (failure !== this.failure) log.error({}, `Postgres does not take blocks: ${failure}`);
      this.failure = failure;
    }
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      this.#pump();
    }, this.#retryMs).unref();
    // A lost connection is made anew at once; a refusal may last.
    this.#retryMs = refused ? Math.min(this.#retryMs * 2, retryMsMax) : retryMsMin;
  }

  /** Never rejects. Ends when there is nothing left or Postgres is away; `resume` starts it again. */
  async #delete(): Promise<void> {
    await pause(deletePauseMs);
    const ended: number[] = [];
    const { link, nodeId } = this.#options;
    try {
      while (this.#forgotten.size > 0 && !this.#closed) {
        for (const [logId, belowSeq] of [...this.#forgotten]) {
          // What is out may be written after the delete: it is deleted when that is known.
          if (this.#queue.hasLog(logId)) continue;
          const deleted = await link.run("background", deleteDeadlineMs, (sql) =>
            deleteBlocks(sql, logId, belowSeq, deleteRowsMax),
          );
          if (
            (deleted as { count?: number }).count === deleteRowsMax ||
            this.#forgotten.get(logId) !== belowSeq
          )
            continue;
          this.#forgotten.delete(logId);
          if (belowSeq >= 2 ** 32) ended.push(logId);
        }
        if (ended.length > 0) {
          await link.run("background", deleteDeadlineMs, (sql) => deleteLogs(sql, nodeId, ended));
          for (const logId of ended.splice(0)) if (!this.#queue.hasLog(logId)) this.#stored.delete(logId);
        }
        if (this.#forgotten.size > 0) await pause(deletePauseMs);
      }
    } catch (error) {
      for (const logId of ended) this.#forgotten.set(logId, 2 ** 32);
      if (link.state === "up") {
        this.#options.log.warn({}, `drained blocks could not be deleted: ${link.describe(error)}`);
        setTimeout(() => this.resume(), retryMsMax).unref();
      }
    } finally {
      this.#deleting = null;
    }
  }

  #settleDrained(): void {
    if (!this.#queue.isEmpty) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}

/** Postgres answered, and said no. Its codes have five characters. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !/^(57P|08|E)/.test(code);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
