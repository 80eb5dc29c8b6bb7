/**
 * The backlog a node uses: Postgres, with segment files for what is still there from a stop
 * while Postgres was away. Those are moved to Postgres in the background; meanwhile a read is answered
 * from both.
 */
import type { Backlog, Block, BlockRange } from "../broker/ports.ts";
import { mergeAnswers } from "./block-merge.ts";
import type { StoreLog } from "./ports.ts";
import type { PostgresStore } from "./postgres-store.ts";
import type { SegmentEntry, SegmentFiles } from "./segment-files.ts";
import type { QueuedBlock } from "./write-queue.ts";

/** Of records on their way from files to Postgres. */
const movingBytesMax = 4 * 1024 * 1024;
const retryMs = 1_000;

export interface NodeBacklogOptions {
  readonly files: SegmentFiles;
  readonly postgres: PostgresStore;
  /** The log's id is, or may be, another node's too: its blocks must never meet in Postgres. */
  readonly mustStayInFiles: (logId: number, durable: boolean) => boolean;
  readonly log: StoreLog;
}

export class NodeBacklog implements Backlog {
  readonly #files: SegmentFiles;
  readonly #postgres: PostgresStore;
  readonly #mustStayInFiles: (logId: number, durable: boolean) => boolean;
  readonly #log: StoreLog;
  #toFiles = false;
  #moving: Promise<void> | null = null;

  constructor(options: NodeBacklogOptions) {
    this.#files = options.files;
    this.#postgres = options.postgres;
    this.#mustStayInFiles = options.mustStayInFiles;
    this.#log = options.log;
  }

  write(topic: string, block: Block, done: () => void, durable = false): void {
    if (this.#toFiles || this.#mustStayInFiles(block.logId, durable))
      this.#toFile({ topic, block, done, durable });
    else this.#postgres.write(topic, block, done, durable);
  }

  read(range: BlockRange, done: (blocks: Block[] | null) => void): void {
    this.#read(range).then(done, () => done(null));
  }

  forget(logId: number, belowSeq: number): void {
    this.#files.forget(logId, belowSeq);
    this.#postgres.forget(logId, belowSeq);
  }

  /** Postgres is there: what lies in files goes there, a few megabytes at a time. */
  startMoving(): void {
    this.#moving ??= this.#move().finally(() => {
      this.#moving = null;
    });
  }

  /** From now on everything goes to files, what Postgres has not confirmed too. */
  turnToFiles(): void {
    this.#toFiles = true;
    for (const queued of this.#postgres.takeUnwritten()) this.#toFile(queued);
  }

  /** Some logs turned out not to be ours: what waits of them goes to files. */
  turnLostToFiles(): void {
    for (const queued of this.#postgres.takeQueued((logId) => this.#mustStayInFiles(logId, true)))
      this.#toFile(queued);
  }

  /** What is durable was promised to be in Postgres, and nobody was told that it is: it goes nowhere else. */
  #toFile({ topic, block, done, durable }: QueuedBlock): void {
    if (!durable) this.#files.write(topic, block, done);
  }

  async #read(range: BlockRange): Promise<Block[] | null> {
    const inFiles = await this.#files.readTaken(range);
    if (!inFiles) return null;
    // Whatever Postgres cannot have is not waited for.
    if (!this.#postgres.mayHave(range.logId)) return inFiles.blocks;
    const inPostgres = await this.#postgres.readTaken(range);
    return mergeAnswers(inFiles, inPostgres, range.bytesMax);
  }

  /** Never rejects; ends when nothing is left that can be moved. */
  async #move(): Promise<void> {
    await this.#files.ready;
    let movingBytes = 0;
    const out = new Set<Promise<void>>();
    for (const entry of this.#entries()) {
      while (movingBytes >= movingBytesMax) await Promise.race(out);
      if (this.#toFiles) break;
      movingBytes += entry.bytes.byteLength;
      const moved: Promise<void> = this.#moveOne(entry).finally(() => {
        movingBytes -= entry.bytes.byteLength;
        out.delete(moved);
      });
      out.add(moved);
    }
    await Promise.all(out);
  }

  #entries(): SegmentEntry[] {
    const all: SegmentEntry[] = [];
    for (const log of this.#files.logs()) {
      if (!this.#mustStayInFiles(log.logId, false))
        for (const entry of [...log.runs, ...log.loose]) all.push(entry);
    }
    return all;
  }

  async #moveOne(entry: SegmentEntry): Promise<void> {
    const { logId, loose, firstSeq, endSeq, topic } = entry;
    // Forgotten, or moved, since it was listed.
    if (!this.#files.holds(entry)) return;
    const taken = await this.#files.readTaken({
      logId,
      loose,
      fromSeq: firstSeq,
      toSeq: endSeq,
      bytesMax: 2 ** 31,
    });
    if (!taken) {
      await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
      this.#log.warn({ logId, firstSeq }, "a block could not be moved from its file, and stays there");
      return;
    }
    const block = taken.blocks.find((one) => one.firstSeq === firstSeq && one.loose === loose);
    if (!block) return;
    // Should the log have been adopted meanwhile, nobody misses it: what is confirmed of such a log is in Postgres.
    await new Promise<void>((resolve) => this.#postgres.write(topic, block, resolve, false, resolve));
    // At a stop it may have been turned back to the files it came from.
    if (!this.#toFiles) this.#files.forgetEntry(entry);
  }
}
