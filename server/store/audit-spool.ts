/** Rows of the audit that wait on disk, oldest first: segment files whose blocks are rows. */
import { join } from "node:path";
import type { NewAuditBatch } from "../../db/queries/audit.ts";
import type { StoreLog } from "./ports.ts";
import { SegmentFiles } from "./segment-files.ts";

export class AuditSpool {
  /** When the oldest row that waits begins; null: none waits, or it has not been read yet. */
  oldestMs: number | null = null;
  readonly #files: SegmentFiles;
  #next: number | null = null;

  constructor(options: { readonly directory: string; readonly session: number; readonly log: StoreLog }) {
    const { session, log } = options;
    this.#files = new SegmentFiles({ directory: join(options.directory, "audit"), session, log });
  }

  get bytes(): number {
    return this.#files.storedBytes + this.#files.queuedBytes;
  }

  add(row: NewAuditBatch): void {
    this.oldestMs = Math.min(this.oldestMs ?? row.fromMs, row.fromMs);
    const { body, ...head } = row;
    const text = Buffer.from(JSON.stringify(head));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(text.length);
    const bytes = Buffer.concat([size, text, body]);
    void this.#files.ready.then(() => {
      this.#next ??= this.#lastNumber() + 1;
      const seq = this.#next++;
      this.#files.write(
        "audit",
        { logId: 0, loose: false, firstSeq: seq, endSeq: seq + 1, count: 1, bytes },
        () => {},
      );
    });
  }

  /** The oldest row; null: none waits. `forget` takes it out. */
  async first(): Promise<{ value: NewAuditBatch; forget: () => void } | null> {
    await this.#files.ready;
    await this.#files.flushed();
    const taken = await this.#files.readTaken({
      logId: 0,
      fromSeq: 0,
      toSeq: 2 ** 32,
      bytesMax: 1,
      loose: false,
    });
    const block = taken?.blocks[0];
    if (!block) {
      this.oldestMs = null;
      return null;
    }
    const bytes = Buffer.from(block.bytes);
    const textEnd = 4 + bytes.readUInt32BE();
    const head = JSON.parse(bytes.toString("utf8", 4, textEnd)) as Omit<NewAuditBatch, "body">;
    this.oldestMs = head.fromMs;
    const forget = () => this.#files.forget(0, block.endSeq);
    return { value: { ...head, body: bytes.subarray(textEnd) }, forget };
  }

  async close(): Promise<void> {
    await this.#files.ready;
    // Whatever was added in this turn has its write queued in the next.
    await new Promise(setImmediate);
    await this.#files.close();
  }

  #lastNumber(): number {
    let last = 0;
    for (const log of this.#files.logs()) last = Math.max(last, log.runs.at(-1)?.firstSeq ?? 0);
    return last;
  }
}
