/**
 * The backlog in files under the data path: for a node without Postgres, and for what a
 * clean stop cannot write because Postgres is away.
 *
 * Records are appended to the newest file, many in one write and one fsync, and are done after
 * it. A file ends at `fileBytesMax`; it is deleted when all its records are forgotten.
 * Forgetting is not written down: after a crash a file may give back what was forgotten, and
 * the checkpoint says what of it still counts (`Position`).
 */
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import type { Backlog, Block, BlockRange } from "../broker/ports.ts";
import { BlockIndex } from "./block-index.ts";
import { describeFileError, syncDirectory, writeAll } from "./files.ts";
import type { StoreLog } from "./ports.ts";
import { encodeHead } from "./segment-format.ts";
import { readSegments } from "./segment-read.ts";
import { listSegments, type SegmentEntry, scanSegment, segmentPath } from "./segment-scan.ts";

export type { SegmentEntry } from "./segment-scan.ts";

/** A file is ended when it has reached this. */
const fileBytesMax = 64 * 1024 * 1024;
/** What goes into one write and one fsync. */
const flushBytesMax = 8 * 1024 * 1024;
const flushRecordsMax = 1_000;
const retryMs = 500;

/** A point in the order in which records were written: everything before it was durable when it was noted. */
export interface Position {
  readonly file: number;
  readonly offset: number;
}

interface Queued {
  readonly topic: string;
  readonly block: Block;
  readonly done: () => void;
}

export interface SegmentFilesOptions {
  readonly directory: string;
  /** Above that of every process before on this directory: files are numbered by it, so that a number is never used twice. */
  readonly session: number;
  readonly log: StoreLog;
  readonly onCommit?: (durationMs: number) => void;
}

export class SegmentFiles implements Backlog {
  /** Resolves when the files of earlier processes have been found; until then reads answer null. Never rejects. */
  readonly ready: Promise<void>;
  /** Why nothing can be written now; null: all is well. */
  failure: string | null = null;
  queuedBytes = 0;
  storedBytes = 0;

  readonly #options: SegmentFilesOptions;
  readonly #index = new BlockIndex<SegmentEntry>();
  /** Live records of each file; the file itself is there as long as it is here. */
  readonly #live = new Map<number, number>();
  /** Since the flush began: what of each log is needed no more. */
  readonly #forgotten = new Map<number, number>();
  #queue: Queued[] = [];
  #flushing: Promise<void> | null = null;
  #current: { file: number; handle: FileHandle; size: number } | null = null;
  #nextFile: number;
  #scanned = false;
  #closed = false;

  constructor(options: SegmentFilesOptions) {
    this.#options = options;
    // 10^9 files a session; the number has 16 digits.
    this.#nextFile = options.session * 1_000_000_000;
    this.ready = this.#scan().catch((error: unknown) => {
      this.failure = describeFileError(error);
      options.log.error({ directory: options.directory }, `segment files cannot be read: ${this.failure}`);
    });
  }

  get isEmpty(): boolean {
    return this.#index.logCount === 0 && this.#queue.length === 0;
  }

  get position(): Position {
    return this.#current
      ? { file: this.#current.file, offset: this.#current.size }
      : { file: this.#nextFile, offset: 0 };
  }

  hasLog(logId: number): boolean {
    return this.#index.hasLog(logId);
  }

  logs(): ReturnType<BlockIndex<SegmentEntry>["logs"]> {
    return this.#index.logs();
  }

  write(topic: string, block: Block, done: () => void): void {
    this.#queue.push({ topic, block, done });
    this.queuedBytes += block.bytes.byteLength;
    this.#flushing ??= this.#flush();
  }

  read(range: BlockRange, done: (blocks: Block[] | null) => void): void {
    this.readTaken(range).then(
      (taken) => done(taken?.blocks ?? null),
      () => done(null),
    );
  }

  /** As `read`, and whether there was more. null: cannot answer now. Never rejects, never in this turn. */
  async readTaken(range: BlockRange): Promise<{ blocks: Block[]; cut: boolean } | null> {
    if (!this.#scanned) {
      await new Promise(setImmediate);
      return null;
    }
    const taken = await readSegments(this.#index.find(range), range.bytesMax, {
      ...{ directory: this.#options.directory, log: this.#options.log },
      // What a disk has changed is not a message any more. The file stays for whoever wants to look.
      onDamaged: (entry) => this.#index.remove(entry),
    });
    await new Promise(setImmediate);
    return taken;
  }

  forget(logId: number, belowSeq: number): void {
    this.#queue = this.#queue.filter(({ block, done }) => {
      if (block.logId !== logId || block.endSeq > belowSeq) return true;
      this.queuedBytes -= block.bytes.byteLength;
      setImmediate(done);
      return false;
    });
    // What is being written now is not in the index yet.
    if (this.#flushing) this.#forgotten.set(logId, Math.max(belowSeq, this.#forgotten.get(logId) ?? 0));
    this.#removeBelow(logId, belowSeq);
  }

  holds(entry: SegmentEntry): boolean {
    return this.#index.has(entry);
  }

  /** Takes one record out; false when it was no longer there. */
  forgetEntry(entry: SegmentEntry): boolean {
    const removed = this.#index.remove(entry);
    if (removed) this.#release(entry);
    return removed;
  }

  /** Resolves when all that was given is durable. Stays pending while the disk refuses. */
  async flushed(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  /** Ends without waiting for a disk that refuses. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.ready;
    await this.flushed();
    await this.#current?.handle.close().catch(() => {});
    this.#current = null;
  }

  #path(file: number): string {
    return segmentPath(this.#options.directory, file);
  }

  async #flush(): Promise<void> {
    await this.ready;
    // Gathers what is written in the same turn.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const batch: Queued[] = [];
      let bytes = 0;
      while (this.#queue.length > batch.length && batch.length < flushRecordsMax && bytes < flushBytesMax) {
        const next = this.#queue[batch.length]!;
        batch.push(next);
        bytes += next.block.bytes.byteLength;
      }
      this.#queue.splice(0, batch.length);
      try {
        await this.#append(batch);
        this.failure = null;
      } catch (error) {
        this.#queue.unshift(...batch);
        const failure = describeFileError(error);
        if (this.failure !== failure)
          this.#options.log.error({}, `segment files cannot be written: ${failure}`);
        this.failure = failure;
        if (this.#closed) break;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        continue;
      }
      for (const { block, done } of batch) {
        this.queuedBytes -= block.bytes.byteLength;
        done();
      }
    }
    this.#flushing = null;
    for (const [file, live] of this.#live) if (live === 0) this.#deleteWhenEmpty(file);
  }

  /** One write, one fsync, then the records are in the index. After a failure the file is never written again. */
  async #append(batch: readonly Queued[]): Promise<void> {
    const started = performance.now();
    const current = this.#current ?? (await this.#openNext());
    const entries: SegmentEntry[] = [];
    const parts: Uint8Array[] = [];
    let offset = current.size;
    for (const { topic, block } of batch) {
      if (this.#index.has(block)) continue;
      const head = encodeHead(topic, block);
      const { logId, loose, firstSeq, endSeq, count, bytes } = block;
      entries.push({
        ...{ logId, loose, firstSeq, endSeq, count, topic },
        file: current.file,
        offset: offset + head.length,
        bytes: { byteLength: bytes.byteLength },
        crc: head.readUInt32BE(8),
      });
      parts.push(head, bytes);
      offset += head.length + bytes.byteLength;
    }
    try {
      await writeAll(current.handle, parts, current.size);
      await current.handle.datasync();
    } catch (error) {
      this.#current = null;
      await current.handle.truncate(current.size).catch(() => {});
      await current.handle.close().catch(() => {});
      throw error;
    }
    current.size = offset;
    for (const entry of entries) this.#admit(entry);
    for (const [logId, belowSeq] of this.#forgotten) this.#removeBelow(logId, belowSeq);
    this.#forgotten.clear();
    this.#options.onCommit?.(performance.now() - started);
    if (current.size >= fileBytesMax) {
      this.#current = null;
      await current.handle.close();
    }
  }

  async #openNext(): Promise<{ file: number; handle: FileHandle; size: number }> {
    await mkdir(this.#options.directory, { recursive: true, mode: 0o700 });
    const file = this.#nextFile++;
    const handle = await open(this.#path(file), "wx", 0o600);
    await syncDirectory(this.#options.directory);
    this.#live.set(file, 0);
    this.#current = { file, handle, size: 0 };
    return this.#current;
  }

  #removeBelow(logId: number, belowSeq: number): void {
    for (const entry of this.#index.removeBelow(logId, belowSeq)) this.#release(entry);
  }

  #admit(entry: SegmentEntry): void {
    if (!this.#index.add(entry.topic, entry)) return;
    this.#live.set(entry.file, (this.#live.get(entry.file) ?? 0) + 1);
    this.storedBytes += entry.bytes.byteLength;
  }

  #release(entry: SegmentEntry): void {
    this.storedBytes -= entry.bytes.byteLength;
    this.#live.set(entry.file, this.#live.get(entry.file)! - 1);
    this.#deleteWhenEmpty(entry.file);
  }

  #deleteWhenEmpty(file: number): void {
    if (this.#live.get(file) !== 0) return;
    if (this.#current?.file === file) {
      // The end of the flush comes here again.
      if (this.#flushing) return;
      this.#current.handle.close().catch(() => {});
      this.#current = null;
    }
    this.#live.delete(file);
    unlink(this.#path(file)).catch((error: unknown) => {
      this.#options.log.warn({}, `a segment file cannot be deleted: ${describeFileError(error)}`);
    });
  }

  async #scan(): Promise<void> {
    const { directory, log } = this.#options;
    const files = await listSegments(directory);
    for (const file of files) {
      this.#live.set(file, 0);
      const path = this.#path(file);
      for await (const entry of scanSegment(path, file, file === files.at(-1), log)) this.#admit(entry);
      this.#deleteWhenEmpty(file);
    }
    this.#nextFile = Math.max(this.#nextFile, (files.at(-1) ?? 0) + 1);
    this.#scanned = true;
  }
}
