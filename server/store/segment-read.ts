/** Reading blocks out of segment files. */
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { Block } from "../broker/ports.ts";
import type { Taken } from "./block-merge.ts";
import { describeFileError } from "./files.ts";
import type { StoreLog } from "./ports.ts";
import { type SegmentEntry, segmentPath } from "./segment-scan.ts";

export interface SegmentReading {
  readonly directory: string;
  readonly log: StoreLog;
  /** The bytes are not what was written: the block is left out. */
  readonly onDamaged: (entry: SegmentEntry) => void;
}

/** The first of `entries` until `bytesMax` is reached, at least one. null: cannot be said now. Never rejects. */
export async function readSegments(
  entries: readonly SegmentEntry[],
  bytesMax: number,
  { directory, log, onDamaged }: SegmentReading,
): Promise<Taken<Block> | null> {
  const blocks: Block[] = [];
  let bytes = 0;
  let current = null as { file: number; handle: FileHandle } | null;
  try {
    for (const entry of entries) {
      if (blocks.length > 0 && bytes >= bytesMax) return { blocks, cut: true };
      if (current?.file !== entry.file) {
        await current?.handle.close();
        current = null;
        current = { file: entry.file, handle: await open(segmentPath(directory, entry.file), "r") };
      }
      const block = await readEntry(current.handle, entry);
      if (block) {
        blocks.push(block);
        bytes += block.bytes.byteLength;
        continue;
      }
      const { logId, firstSeq, endSeq, file, offset } = entry;
      log.error(
        { logId, firstSeq, endSeq, file, offset },
        "a block on disk is damaged: its messages are lost",
      );
      onDamaged(entry);
    }
    return { blocks, cut: false };
  } catch (error) {
    // Forgotten while it was being read: what is left is the answer of the next attempt.
    if ((error as { code?: unknown }).code !== "ENOENT") {
      log.error({}, `a segment file cannot be read: ${describeFileError(error)}`);
    }
    return null;
  } finally {
    await current?.handle.close().catch(() => {});
  }
}

async function readEntry(handle: FileHandle, entry: SegmentEntry): Promise<Block | null> {
  const bytes = Buffer.allocUnsafe(entry.bytes.byteLength);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, entry.offset);
  if (bytesRead < bytes.length || crc32(bytes) !== entry.crc) return null;
  const { logId, loose, firstSeq, endSeq, count } = entry;
  return { logId, loose, firstSeq, endSeq, count, bytes };
}
