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
/** Of frames in one statement; with its encoding the loop is held for 1 to 2 ms. */
const statementBytesMax = 256 * 1024;
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
const deleteLogsMax = 1_000;
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
  #pumpsSoon = false;
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
    if (this.#pumpsSoon) return;
    // What else is written in this turn shares the statement.
    this.#pumpsSoon = true;
    setImmediate(() => {
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

  /** Rejects only with what a `done` throws: that is a mistake of ours, and ends the process. */
  async #send(batch: readonly QueuedBlock[]): Promise<void> {
    this.#out++;
    const isWritten = await this.#insert(batch);
    this.#out--;
    // Then the blocks have been given back already, and go to files.
    if (this.#closed) return;
    this.#queue.settle(batch, isWritten);
    this.#pump();
    if (!isWritten) return;
    for (const { done } of batch) done();
    this.#settleDrained();
  }

  async #insert(batch: readonly QueuedBlock[]): Promise<boolean> {
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
      return true;
    } catch (error) {
      if (!this.#closed) this.#noteFailure(error);
      return false;
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
    const { link, log } = this.#options;
    try {
      while (this.#forgotten.size > 0 && !this.#closed) {
        const isAll = await this.#deleteSome();
        if (isAll && this.#forgotten.size > 0) await pause(deletePauseMs);
      }
    } catch (error) {
      if (link.state === "up") {
        log.warn({}, `drained blocks could not be deleted: ${link.describe(error)}`);
        setTimeout(() => this.resume(), retryMsMax).unref();
      }
    } finally {
      this.#deleting = null;
    }
  }

  /** One statement, and a second one for logs that have ended. Returns whether it found all there was. */
  async #deleteSome(): Promise<boolean> {
    const { link, nodeId } = this.#options;
    const below = new Map<number, number>();
    for (const [logId, belowSeq] of this.#forgotten) {
      // What is out may be written after the delete: it is deleted when that is known.
      if (!this.#queue.hasLog(logId)) below.set(logId, belowSeq);
      if (below.size >= deleteLogsMax) break;
    }
    if (below.size === 0) return true;
    const deleted = await link.run("background", deleteDeadlineMs, (sql) =>
      deleteBlocks(sql, below, deleteRowsMax),
    );
    if ((deleted as { count?: number }).count === deleteRowsMax) return false;
    const ended = [...below.keys()].filter((logId) => below.get(logId)! >= 2 ** 32);
    if (ended.length > 0)
      await link.run("background", deleteDeadlineMs, (sql) => deleteLogs(sql, nodeId, ended));
    for (const logId of ended) if (!this.#queue.hasLog(logId)) this.#stored.delete(logId);
    // More of it may have been forgotten meanwhile.
    for (const [logId, belowSeq] of below)
      if (this.#forgotten.get(logId) === belowSeq) this.#forgotten.delete(logId);
    return below.size < deleteLogsMax;
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
