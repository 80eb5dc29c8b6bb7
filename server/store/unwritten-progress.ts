/**
 * What a stop could not write down in Postgres of who is owed what, kept in the data path (`progress.dat`): the whole of it, for
 * the node's life in whose flushes it was to be. Whoever loads that life after it applies it last.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describeFileError, replaceFile } from "./files.ts";
import type { StoreLog } from "./ports.ts";

const magic = 0x57505231;
/** Magic, checksum of what follows, epoch. */
const headBytes = 16;

export interface UnwrittenFlush {
  readonly epoch: number;
  /** As `encodeFlush` has it. */
  readonly payload: Uint8Array;
}

export class UnwrittenProgress {
  readonly #path: string;
  readonly #log: StoreLog;
  /** As the file had it at the start; null: there was none, or it is of no use. */
  readonly found: UnwrittenFlush | null;

  constructor(dataPath: string, log: StoreLog) {
    this.#path = join(dataPath, "progress.dat");
    this.#log = log;
    this.found = this.#read();
  }

  /** Rejects when the disk refuses. */
  async keep({ epoch, payload }: UnwrittenFlush): Promise<void> {
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(magic);
    head.writeBigUInt64BE(BigInt(epoch), 8);
    const bytes = Buffer.concat([head, payload]);
    bytes.writeUInt32BE(crc32(bytes.subarray(8)), 4);
    await replaceFile(this.#path, bytes);
  }

  #read(): UnwrittenFlush | null {
    try {
      const bytes = readFileSync(this.#path);
      const isWhole =
        bytes.length > headBytes &&
        bytes.readUInt32BE() === magic &&
        bytes.readUInt32BE(4) === crc32(bytes.subarray(8));
      if (isWhole) return { epoch: Number(bytes.readBigUInt64BE(8)), payload: bytes.subarray(headBytes) };
      this.#log.warn({}, `${this.#path} is damaged and is left out: some messages may come again`);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ENOENT")
        this.#log.warn({}, `${this.#path} cannot be read: ${describeFileError(error)}`);
    }
    return null;
  }
}
