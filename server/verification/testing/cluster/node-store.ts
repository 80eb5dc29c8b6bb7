/** A node's backlog over the modelled Postgres: group commit in order per log, the same again until it is known to be written. */
import type { Backlog, Block, BlockRange } from "../../../broker/ports.ts";
import { takeWithin } from "../../../store/block-merge.ts";
import { type QueuedBlock, WriteQueue } from "../../../store/write-queue.ts";
import type { SimNode } from "./node.ts";
import type { Life } from "./postgres.ts";

const statementsMax = 3;
const statementBytesMax = 16 * 1024;
const statementRowsMax = 8;
const retryMs = 20;
const deletePauseMs = 100;
const allOfLog = 2 ** 32;

export class SimStore implements Backlog {
  readonly #node: SimNode;
  readonly #queue = new WriteQueue();
  readonly #forgotten = new Map<number, number>();
  readonly #stored = new Set<number>();
  readonly #given = new Set<number>();
  #out = 0;
  #isDeleting = false;

  constructor(node: SimNode) {
    this.#node = node;
  }

  get isIdle(): boolean {
    return this.#queue.isEmpty && this.#forgotten.size === 0;
  }

  /** Whether Postgres has, or may have, something of a log. */
  mayHave(logId: number): boolean {
    return this.#stored.has(logId);
  }

  write(topic: string, block: Block, done: () => void): void {
    this.#node.knownLogs.add(block.logId);
    this.#queue.add({ topic, block: { ...block, bytes: Buffer.from(block.bytes) }, durable: true, done });
    this.#node.after(0, () => this.pump());
  }

  read({ logId, fromSeq, toSeq, bytesMax, loose }: BlockRange, done: (blocks: Block[] | null) => void): void {
    this.#node.ask(
      (postgres) => postgres.selectBlocks(logId, fromSeq, toSeq, loose),
      (outcome) => done(outcome.known ? takeWithin(outcome.value, bytesMax).blocks : null),
    );
  }

  forget(logId: number, belowSeq: number): void {
    if (this.#given.has(logId)) return;
    for (const { done } of this.#queue.cancel(logId, belowSeq)) this.#node.after(0, done);
    this.#forgotten.set(logId, Math.max(belowSeq, this.#forgotten.get(logId) ?? 0));
    this.#node.after(deletePauseMs, () => this.#delete());
  }

  /** Logs that are another's: nothing more is written of them, and nothing deleted. */
  giveUp(logIds: Iterable<number>): void {
    for (const logId of logIds) {
      this.#given.add(logId);
      this.#stored.delete(logId);
      this.#forgotten.delete(logId);
      for (const { done } of this.#queue.cancel(logId, allOfLog)) this.#node.after(0, done);
    }
  }

  /** There is something of it. */
  noteStored(logId: number): void {
    this.#stored.add(logId);
  }

  /** It is its own, and there is something of it. */
  adopt(logId: number): void {
    this.#given.delete(logId);
    this.#stored.add(logId);
  }

  pump(): void {
    while (this.#out < statementsMax && this.#queue.hasReady) {
      const { owner } = this.#node.keeper;
      if (owner === null) return;
      this.#send(this.#queue.take(statementBytesMax, statementRowsMax), owner);
    }
  }

  #send(batch: readonly QueuedBlock[], owner: Life): void {
    this.#out++;
    for (const { block } of batch) this.#stored.add(block.logId);
    const rows = batch.map(({ topic, block }) => ({ topic, block }));
    this.#node.ask(
      (postgres) => postgres.insertBlocks(owner, rows),
      (outcome) => {
        this.#out--;
        const isWritten = this.#node.parts.isWritten(outcome);
        const settled = this.#queue.settle(batch, () => isWritten);
        this.#node.noteOutcome(owner, outcome);
        for (const { done } of settled) done();
        this.giveUp(batch.map(({ block }) => block.logId).filter((logId) => this.#given.has(logId)));
        if (outcome.known) this.pump();
        else this.#node.after(retryMs, () => this.pump());
      },
    );
  }

  #delete(): void {
    const { owner } = this.#node.keeper;
    const entry = [...this.#forgotten].find(([logId]) => !this.#queue.hasLog(logId));
    if (this.#isDeleting || this.#forgotten.size === 0) return;
    if (owner === null || entry === undefined) {
      this.#node.after(retryMs, () => this.#delete());
      return;
    }
    const [logId, belowSeq] = entry;
    this.#isDeleting = true;
    this.#node.ask(
      (postgres) => postgres.deleteBlocks(owner, logId, belowSeq),
      (outcome) => {
        this.#isDeleting = false;
        this.#node.noteOutcome(owner, outcome);
        if (outcome.known && this.#forgotten.get(logId) === belowSeq) {
          this.#forgotten.delete(logId);
          if (outcome.value && belowSeq >= allOfLog) this.#stored.delete(logId);
        }
        this.#node.after(retryMs, () => this.#delete());
      },
    );
  }
}
