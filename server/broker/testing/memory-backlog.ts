/**
 * A backlog in memory whose answers come when a test says so, in the order it says.
 * It holds the broker to its side of the port: a sequence is written once a kind,
 * bytes do not change while a write is under way, and nothing is written of what was forgotten.
 */
import type { Backlog, Block, BlockRange } from "../ports.ts";
import { messagesIn } from "./messages.ts";

interface PendingWrite {
  readonly block: Block;
  readonly copy: Buffer;
  readonly done: () => void;
}

interface PendingRead {
  readonly range: BlockRange;
  readonly done: (blocks: Block[] | null) => void;
}

export class MemoryBacklog implements Backlog {
  /** Reads are answered with null while it is, and writes wait. */
  away = false;
  writes: PendingWrite[] = [];
  reads: PendingRead[] = [];
  /** How many reads were answered with what. */
  readonly answers = { away: 0, nothing: 0, loose: 0, run: 0 };
  #blocks: Block[] = [];
  /** What was ever written and not forgotten, durable or not: for the check of double writes. */
  #written: Block[] = [];
  readonly #everStored = new Set<number>();
  readonly #forgottenTo = new Map<number, number>();

  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  write(_topic: string, block: Block, done: () => void): void {
    const seqs = messagesIn(block.bytes).map((message) => {
      if (message.logId !== block.logId) throw new Error("a frame of another log in a block");
      return message.seq;
    });
    if (seqs.length !== block.count || seqs[0] !== block.firstSeq || seqs.at(-1) !== block.endSeq - 1) {
      throw new Error("a block says other sequences than its frames");
    }
    if (!block.loose && seqs.length !== block.endSeq - block.firstSeq) throw new Error("a run with holes");
    for (const other of this.#written) {
      if (other.logId !== block.logId || other.loose !== block.loose) continue;
      if (other.firstSeq < block.endSeq && other.endSeq > block.firstSeq) {
        throw new Error(`written twice: ${block.logId} [${block.firstSeq}, ${block.endSeq})`);
      }
    }
    if (block.endSeq <= (this.#forgottenTo.get(block.logId) ?? 0)) throw new Error("written when forgotten");
    this.#written.push(block);
    this.writes.push({ block, copy: Buffer.from(block.bytes), done });
  }

  read(range: BlockRange, done: (blocks: Block[] | null) => void): void {
    if (range.fromSeq >= range.toSeq) throw new Error("a read of nothing");
    this.reads.push({ range, done });
  }

  forget(logId: number, belowSeq: number): void {
    this.#forgottenTo.set(logId, Math.max(belowSeq, this.#forgottenTo.get(logId) ?? 0));
    const kept = (block: Block) => block.logId !== logId || block.endSeq > belowSeq;
    this.#blocks = this.#blocks.filter(kept);
    this.#written = this.#written.filter(kept);
  }

  /** Makes the write at `index` of those under way durable, and says so. */
  finishWrite(index: number): void {
    const [write] = this.writes.splice(index, 1);
    if (!write) return;
    if (!write.copy.equals(write.block.bytes)) throw new Error("bytes changed while they were being written");
    const { logId, firstSeq, endSeq, loose } = write.block;
    for (let seq = firstSeq; !loose && seq < endSeq; seq++) this.#everStored.add(logId * 2 ** 32 + seq);
    if (this.#written.includes(write.block)) this.#blocks.push({ ...write.block, bytes: write.copy });
    write.done();
  }

  /** Answers the read at `index` of those under way. */
  answerRead(index: number): void {
    const [read] = this.reads.splice(index, 1);
    if (!read) return;
    const found = this.away ? null : this.#find(read.range);
    this.answers[
      found === null ? "away" : found.length === 0 ? "nothing" : found[0]!.loose ? "loose" : "run"
    ]++;
    read.done(found);
  }

  /** Answers everything, and what is asked because of it, in order. */
  answerAll(): void {
    for (let n = 0; this.writes.length + this.reads.length > 0; n++) {
      if (n > 1_000_000) throw new Error("the broker asks without end");
      if (this.writes.length > 0) this.finishWrite(0);
      if (this.reads.length > 0) this.answerRead(0);
    }
  }

  /** Whether the message was durable in a run at some time. */
  wasStored(logId: number, seq: number): boolean {
    return this.#everStored.has(logId * 2 ** 32 + seq);
  }

  /** What is durable now: `logId * 2^32 + seq` of every message, of runs alone or of all. */
  storedKeys(kinds: "runs" | "all"): Set<number> {
    const keys = new Set<number>();
    for (const block of this.#blocks) {
      if (block.loose && kinds === "runs") continue;
      for (const message of messagesIn(block.bytes)) keys.add(message.logId * 2 ** 32 + message.seq);
    }
    return keys;
  }

  /** The process died: what was under way is not known any more. Logs that nobody is owed anything of go. */
  crash(owedLogs: ReadonlySet<number>): void {
    this.writes = [];
    this.reads = [];
    this.#blocks = this.#blocks.filter((block) => owedLogs.has(block.logId));
    this.#written = [...this.#blocks];
  }

  #find(range: BlockRange): Block[] {
    const found: Block[] = [];
    let bytes = 0;
    const sorted = this.#blocks.filter(
      (block) =>
        block.logId === range.logId &&
        (range.loose || !block.loose) &&
        block.firstSeq < range.toSeq &&
        block.endSeq > range.fromSeq,
    );
    for (const block of sorted.sort((a, b) => a.firstSeq - b.firstSeq || Number(b.loose) - Number(a.loose))) {
      if (found.length > 0 && bytes >= range.bytesMax) break;
      found.push({ ...block, bytes: Buffer.from(block.bytes) });
      bytes += block.bytes.length;
    }
    return found;
  }
}
