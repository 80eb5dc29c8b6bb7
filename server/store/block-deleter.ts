/** Deletes what was forgotten, in small statements one after another, while Postgres is there. */
import { type DrainedLog, deleteBlocks, deleteLogs } from "../../db/queries/blocks.ts";
import type { Owner } from "../../db/queries/fence.ts";
import type { StoreLog } from "./ports.ts";
import type { PostgresLink } from "./postgres-link.ts";

const deadlineMs = 10_000;
/** A delete takes so many blocks, so that it is over soon; each is some 30 rows out of line. */
const rowsMax = 128;
const logsMax = 1_000;
const pauseMs = 100;
const retryMs = 2_000;
const wholeLog = 2 ** 32;

export interface BlockDeleterOptions {
  readonly link: PostgresLink;
  readonly log: StoreLog;
  readonly owner: () => Owner | null;
  /** Something of the log is waiting or on its way: it is deleted when that is over. */
  readonly isBusy: (logId: number) => boolean;
  /** Nothing is left of these logs. */
  readonly onEnded: (logIds: readonly number[]) => void;
}

export class BlockDeleter {
  readonly #options: BlockDeleterOptions;
  /** Everything of a log below a sequence. */
  readonly #forgotten = new Map<number, number>();
  /** Below which no run of a log is left. */
  readonly #deletedTo = new Map<number, number>();
  #deleting: Promise<void> | null = null;
  #statement: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: BlockDeleterOptions) {
    this.#options = options;
  }

  forget(logId: number, belowSeq: number): void {
    this.#forgotten.set(logId, Math.max(belowSeq, this.#forgotten.get(logId) ?? 0));
    this.resume();
  }

  /** The log is another's: its blocks are that one's to delete. */
  disown(logId: number): void {
    this.#forgotten.delete(logId);
    this.#deletedTo.delete(logId);
  }

  /**
   * Somebody is owed something of these logs again, or a mark that kept some of them has gone: whatever was forgotten of
   * them is to be told anew. Resolves when no statement is out that was told before.
   */
  async recall(logIds: readonly number[]): Promise<void> {
    for (const logId of logIds) this.disown(logId);
    await this.#statement;
  }

  resume(): void {
    this.#deleting ??= this.#delete();
  }

  /** Goes on as far as Postgres is there and the deadline allows; then stops. */
  async close(withinMs: number): Promise<void> {
    if (this.#deleting) await Promise.race([this.#deleting, pause(withinMs)]);
    this.#closed = true;
  }

  /** Never rejects. Ends when there is nothing left or Postgres is away; `resume` starts it again. */
  async #delete(): Promise<void> {
    await pause(pauseMs);
    const { link, log, owner } = this.#options;
    try {
      while (this.#forgotten.size > 0 && !this.#closed) {
        const as = owner();
        if (as === null) return;
        const some = this.#deleteSome(as);
        this.#statement = some.catch(() => {});
        const isAll = await some;
        if (isAll && this.#forgotten.size > 0) await pause(pauseMs);
      }
    } catch (error) {
      if (link.state === "up") {
        log.warn({}, `drained blocks could not be deleted: ${link.describe(error)}`);
        setTimeout(() => this.resume(), retryMs).unref();
      }
    } finally {
      this.#deleting = null;
    }
  }

  /** One statement, and a second one for logs that have ended. Returns whether it found all there was. */
  async #deleteSome(owner: Owner): Promise<boolean> {
    const { link, isBusy, onEnded } = this.#options;
    const logs: DrainedLog[] = [];
    for (const [logId, belowSeq] of this.#forgotten) {
      if (!isBusy(logId)) logs.push({ logId, belowSeq, fromSeq: this.#deletedTo.get(logId) ?? 0 });
      if (logs.length >= logsMax) break;
    }
    if (logs.length === 0) return true;
    const deleted = await link.run("read", deadlineMs, (sql) => deleteBlocks(sql, owner, logs, rowsMax));
    // Runs of a log go in order, also where not all of them went.
    for (const { logId, loose, endSeq } of deleted) {
      if (!loose) this.#deletedTo.set(logId, Math.max(endSeq, this.#deletedTo.get(logId) ?? 0));
    }
    if (deleted.length === rowsMax) return false;
    const ended = logs.filter(({ belowSeq }) => belowSeq >= wholeLog).map(({ logId }) => logId);
    if (ended.length > 0) {
      const rows = await link.run("read", deadlineMs, (sql) => deleteLogs(sql, owner, ended));
      const removed = new Set(rows.map(({ logId }) => logId));
      onEnded(ended.filter((logId) => !isBusy(logId) && !removed.has(logId)));
    }
    for (const { logId, belowSeq } of logs) {
      if (belowSeq >= wholeLog) this.#deletedTo.delete(logId);
      // More of it may have been forgotten meanwhile.
      if (this.#forgotten.get(logId) === belowSeq) this.#forgotten.delete(logId);
    }
    return logs.length < logsMax;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
