/**
 * Sends blocks to Postgres: what has come since the last statement, of all logs, shares the next; a few statements
 * are out at once, at most one of a log. Whatever a statement ends with, the blocks that are not known to be
 * there are sent again under the same keys: an error after a lost connection may well be a success.
 */
import { type BlockOutcome, insertBlocks } from "../../db/queries/blocks.ts";
import type { Owner } from "../../db/queries/fence.ts";
import { DeadlineError } from "../../db/statement.ts";
import type { StoreLog } from "./ports.ts";
import { type PostgresLink, writeMsMax } from "./postgres-link.ts";
import { type QueuedBlock, WriteQueue } from "./write-queue.ts";

/** Of frames in one statement; with its encoding the loop is held for 1 to 2 ms. */
const statementBytesMax = 256 * 1024;
const statementRowsMax = 128;
const retryMsMin = 50;
const retryMsMax = 2_000;

export interface BlockWriterOptions {
  readonly link: PostgresLink;
  readonly log: StoreLog;
  /** How long a statement may take. */
  readonly deadlineMs: number;
  /** As whom a statement may be sent now; null: not now. */
  readonly owner: () => Owner | null;
  /** Whether a connection is free. */
  readonly isFree: () => boolean;
  /** A statement is about to be sent with something of these logs. */
  readonly onSend: (batch: readonly QueuedBlock[]) => void;
  /** A statement is back, and a connection free again. */
  readonly onBack: () => void;
  readonly onCommit: (durationMs: number) => void;
  readonly onFenced: (owner: Owner) => void;
  /** Logs that are not, or no longer, this node's. */
  readonly onForeign: (logIds: readonly number[]) => void;
}

export class BlockWriter {
  readonly queue = new WriteQueue();
  /** Why Postgres, though it is there, does not take blocks; null: it does. */
  failure: string | null = null;
  /** Statements that are out. */
  out = 0;
  readonly #options: BlockWriterOptions;
  #deadlineMs: number;
  #retryMs = retryMsMin;
  #waiting = false;
  #closed = false;
  /** How long a log whose block was refused is held. */
  readonly #heldMs = new Map<number, number>();

  constructor(options: BlockWriterOptions) {
    this.#options = options;
    this.#deadlineMs = options.deadlineMs;
  }

  pump(): void {
    while (!this.#waiting && !this.#closed && this.queue.hasReady && this.#options.isFree()) {
      if (this.#options.link.state !== "up") return;
      const owner = this.#options.owner();
      if (owner === null) return;
      void this.#send(owner, this.queue.take(statementBytesMax, statementRowsMax));
    }
  }

  /** Gives back what is not known to be written, and takes no more. What is out may still be written. */
  close(): QueuedBlock[] {
    this.#closed = true;
    return this.queue.takeAll();
  }

  /** Rejects only with what a `done` throws: that is a mistake of ours, and ends the process. */
  async #send(owner: Owner, batch: readonly QueuedBlock[]): Promise<void> {
    this.out++;
    this.#options.onSend(batch);
    const outcomes = await this.#insert(owner, batch);
    this.out--;
    // Then the blocks have been given back already.
    if (!this.#closed && outcomes !== null) this.#settle(owner, batch, outcomes);
    this.#options.onBack();
  }

  /** null: it is not known what became of it, and the batch is in the queue again. */
  async #insert(owner: Owner, batch: readonly QueuedBlock[]): Promise<readonly BlockOutcome[] | null> {
    const started = performance.now();
    try {
      const rows = batch.map(({ topic, durable, block }) => ({ topic, durable, ...block }));
      const outcomes = await this.#options.link.run("write", this.#deadlineMs, (sql) =>
        insertBlocks(sql, owner, rows),
      );
      this.#options.onCommit(performance.now() - started);
      this.#deadlineMs = this.#options.deadlineMs;
      this.#retryMs = retryMsMin;
      this.failure = null;
      return outcomes;
    } catch (error) {
      if (!this.#closed) this.#failed(batch, error);
      return null;
    }
  }

  #settle(owner: Owner, batch: readonly QueuedBlock[], outcomes: readonly BlockOutcome[]): void {
    if (!outcomes.some(({ kind }) => kind === "owner")) {
      this.queue.settle(batch, () => false);
      return this.#options.onFenced(owner);
    }
    const written = new Set<string>();
    const foreign = new Set<number>();
    for (const outcome of outcomes) {
      if (outcome.kind === "written") written.add(keyOf(outcome));
      else if (outcome.kind === "foreign") foreign.add(outcome.logId!);
    }
    const settled = this.queue.settle(batch, ({ block }) => written.has(keyOf(block)));
    for (const { block, done } of settled) {
      this.#heldMs.delete(block.logId);
      done();
    }
    if (foreign.size > 0) this.#options.onForeign([...foreign]);
    // Another statement with the rest has not ended: there is no hurry.
    else if (settled.length < batch.length) this.#waitAwhile();
  }

  #failed(batch: readonly QueuedBlock[], error: unknown): void {
    const { link, log } = this.#options;
    const code = link.state === "up" ? refusalCode(error) : null;
    // What was too late has longer the next time, up to the server's own patience.
    if (error instanceof DeadlineError) this.#deadlineMs = Math.min(this.#deadlineMs * 2, writeMsMax);
    if (code !== null) {
      const failure = link.describe(error);
      if (failure !== this.failure) log.error({}, `Postgres does not take blocks: ${failure}`);
      this.failure = failure;
    }
    const isOfContent = code !== null && /^(21|22|23|54|P0)/.test(code);
    if (!isOfContent) {
      this.queue.settle(batch, () => false);
      // A lost connection is made anew at once; a refusal may last.
      this.#retryMs = code === null ? retryMsMin : Math.min(this.#retryMs * 2, retryMsMax);
      return this.#waitAwhile();
    }
    // A bad block holds up its own log only.
    this.queue.part(batch);
    if (batch.length === 1) this.#hold(batch[0]!.block.logId);
  }

  #hold(logId: number): void {
    const heldMs = Math.min((this.#heldMs.get(logId) ?? retryMsMin) * 2, retryMsMax);
    this.#heldMs.set(logId, heldMs);
    this.queue.hold(logId);
    setTimeout(() => {
      this.queue.release(logId);
      this.pump();
    }, heldMs).unref();
  }

  #waitAwhile(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      this.pump();
    }, this.#retryMs).unref();
  }
}

function keyOf(block: { logId: number | null; loose: boolean | null; firstSeq: number | null }): string {
  return `${block.logId} ${block.firstSeq}${block.loose ? " loose" : ""}`;
}

/** Postgres answered, and said no: its code has five characters. null: whatever it was, it was not that. */
function refusalCode(error: unknown): string | null {
  const { code } = error as { code?: unknown };
  const isRefusal =
    typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !/^(57P|08|E|40001|40P01)/.test(code);
  return isRefusal ? code : null;
}
