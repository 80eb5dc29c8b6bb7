/** A node's backlog over the modelled Postgres: group commit in order per log, the same again until it is known to be written. */
import type { Backlog, Block, BlockRange } from "../../../broker/ports.ts";
import { takeWithin } from "../../../store/block-merge.ts";
import { type QueuedBlock, WriteQueue } from "../../../store/write-queue.ts";
import type { SimNode } from "./node.ts";

const statementsMax = 3;
const statementBytesMax = 16 * 1024;
const statementRowsMax = 8;
const retryMs = 20;
export const allOfLog = 2 ** 32;

export class SimStore implements Backlog {
  readonly #node: SimNode;
  readonly #queue = new WriteQueue();
  readonly #forgotten = new Map<number, number>();
  readonly #given = new Set<number>();
  #out = 0;
  #isDeleting = false;

  constructor(node: SimNode) {
    this.#node = node;
  }

  get isIdle(): boolean {
    return this.#queue.isEmpty && this.#forgotten.size === 0;
  }

  /** Logs of which nothing is owed, and blocks may still be stored. */
  get ended(): number[] {
    return [...this.#forgotten].filter(([, belowSeq]) => belowSeq >= allOfLog).map(([logId]) => logId);
  }

  write(topic: string, block: Block, done: () => void): void {
    this.#node.knownLogs.set(block.logId, topic);
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
    this.#node.after(10, () => this.#delete());
  }

  /** Logs that are another's: nothing more is written of them, and nothing deleted. */
  giveUp(logIds: Iterable<number>): void {
    for (const logId of logIds) {
      this.#given.add(logId);
      this.#forgotten.delete(logId);
      for (const { done } of this.#queue.cancel(logId, allOfLog)) this.#node.after(0, done);
    }
  }

  /** What was given up is its own again. */
  takeBack(logId: number): void {
    this.#given.delete(logId);
  }

  pump(): void {
    while (this.#out < statementsMax && this.#queue.hasReady) {
      const fence = this.#node.fence();
      if (fence === null) return;
      this.#send(this.#queue.take(statementBytesMax, statementRowsMax), fence);
    }
  }

  #send(batch: readonly QueuedBlock[], fence: { node: string; epoch: number }): void {
    this.#out++;
    const rows = batch.map(({ topic, block }) => ({ topic, block }));
    this.#node.ask(
      (postgres) => postgres.insertBlocks(fence, rows),
      (outcome) => {
        this.#out--;
        const isWritten = this.#node.parts.isWritten(outcome);
        const settled = this.#queue.settle(batch, () => isWritten);
        this.#node.noteOutcome(fence, outcome);
        for (const { done } of settled) done();
        this.giveUp(batch.map(({ block }) => block.logId).filter((logId) => this.#given.has(logId)));
        if (outcome.known) this.pump();
        else this.#node.after(retryMs, () => this.pump());
      },
    );
  }

  #delete(): void {
    const fence = this.#node.fence();
    const entry = [...this.#forgotten].find(([logId]) => !this.#queue.hasLog(logId));
    if (this.#isDeleting || this.#forgotten.size === 0) return;
    if (fence === null || entry === undefined) {
      this.#node.after(retryMs, () => this.#delete());
      return;
    }
    const [logId, belowSeq] = entry;
    this.#isDeleting = true;
    this.#node.ask(
      (postgres) => postgres.deleteBlocks(fence, logId, belowSeq),
      (outcome) => {
        this.#isDeleting = false;
        this.#node.noteOutcome(fence, outcome);
        if (outcome.known && this.#forgotten.get(logId) === belowSeq) this.#forgotten.delete(logId);
        this.#node.after(retryMs, () => this.#delete());
      },
    );
  }
}
