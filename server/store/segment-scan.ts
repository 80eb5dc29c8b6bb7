/** Finding the records of segment files that an earlier process wrote. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { StoreLog } from "./ports.ts";
import { decodeHead, headBytes, topicBytesMax } from "./segment-format.ts";

const fileName = /^(\d{16})\.seg$/;

/** Where the frames of one block lie. */
export interface SegmentEntry {
  readonly logId: number;
  readonly loose: boolean;
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly count: number;
  readonly topic: string;
  readonly file: number;
  readonly offset: number;
  readonly bytes: { readonly byteLength: number };
  readonly crc: number;
}

export function segmentPath(directory: string, file: number): string {
  return join(directory, `${String(file).padStart(16, "0")}.seg`);
}

/** Numbers of the segment files, oldest first. A directory that is not there has none. */
export async function listSegments(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: { code?: unknown }) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const files = names.flatMap((name) => fileName.exec(name)?.[1] ?? []).map(Number);
  return files.sort((a, b) => a - b);
}

/**
 * The whole records of a file. Only the newest file can have been cut off by a crash: there the frames are
 * checked too, and what was never completely written is cut away.
 */
export async function* scanSegment(
  path: string,
  file: number,
  newest: boolean,
  log: StoreLog,
): AsyncGenerator<SegmentEntry> {
  const handle = await open(path, newest ? "r+" : "r");
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(headBytes + topicBytesMax);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await handle.read(head, 0, head.length, at);
      const record = decodeHead(head.subarray(0, bytesRead));
      if (!record || at + record.framesOffset + record.bytes > size) break;
      const { framesOffset, framesCrc, bytes, ...key } = record;
      const entry = { ...key, file, offset: at + framesOffset, bytes: { byteLength: bytes }, crc: framesCrc };
      if (newest) {
        const frames = Buffer.allocUnsafe(bytes);
        await handle.read(frames, 0, bytes, entry.offset);
        if (crc32(frames) !== framesCrc) break;
      }
      yield entry;
      at += framesOffset + bytes;
    }
    if (at === size) return;
    log.warn({ file, at, size }, "the end of a segment file was never completely written, and is left out");
    if (newest) await handle.truncate(at);
  } finally {
    await handle.close();
  }
}
