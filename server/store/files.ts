/** Writing files so that a crash leaves the old content or the new one. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";

/** As nsqd does it: a sibling that ends in `.tmp`, fsync, rename. Mode 0600. */
export async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** The same in one turn: for what must be on disk before it is used. */
export function replaceFileSync(path: string, content: string): void {
  const temporary = temporaryName(path);
  try {
    const fd = openSync(temporary, "wx", 0o600);
    try {
      writeSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {}
    throw error;
  }
  const directory = openSync(dirname(path), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Makes names that were added to a directory, or taken out, survive a crash. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The whole of `parts`, one after the other, from `position`. */
export async function writeAll(
  handle: FileHandle,
  parts: readonly Uint8Array[],
  position: number,
): Promise<void> {
  // The system takes at most 1,024 parts at once (IOV_MAX).
  const partsMax = 1024;
  for (let i = 0; i < parts.length; i += partsMax) {
    const some = parts.slice(i, i + partsMax);
    const bytes = some.reduce((sum, part) => sum + part.byteLength, 0);
    const { bytesWritten } = await handle.writev(some, position);
    if (bytesWritten < bytes) {
      const rest = Buffer.concat(some).subarray(bytesWritten);
      const second = await handle.write(rest, 0, rest.length, position + bytesWritten);
      if (second.bytesWritten < rest.length)
        throw Object.assign(new Error("the disk is full"), { code: "ENOSPC" });
    }
    position += bytes;
  }
}

const reasons: Record<string, string> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  EIO: "the disk reports an error",
  EMFILE: "too many files are open",
  ENOENT: "it is not there",
};

/** In words for people. */
export function describeFileError(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (typeof code === "string" && reasons[code]) || String(message ?? error).slice(0, 200);
}

function temporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.tmp`;
}
