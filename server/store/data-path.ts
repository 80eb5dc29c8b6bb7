/** The directory a node keeps its files in, held by one process at a time. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describeFileError } from "./files.ts";

/** The node cannot start on this data path. The message is for people and complete. */
export class DataPathError extends Error {}

/**
 * Node has no flock, so the lock is SQLite's on an empty file: an fcntl lock, which the kernel
 * takes back when the process ends, however it ends, and which holds between containers that share the directory.
 * Throws `DataPathError` at once when somebody else has it.
 */
export function lockDataPath(dataPath: string): Disposable {
  let file: DatabaseSync | null = null;
  try {
    file = new DatabaseSync(join(dataPath, "weir.lock"), { timeout: 0 });
    file.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    file?.close();
    const { errcode } = error as { errcode?: unknown };
    // SQLITE_BUSY and SQLITE_LOCKED.
    const why =
      errcode === 5 || errcode === 6 ? "resource temporarily unavailable" : describeFileError(error);
    throw new DataPathError(
      `failed to lock data-path: cannot flock directory ${dataPath} - ${why} (possibly in use by another instance of nsqd)`,
    );
  }
  const held = file;
  return { [Symbol.dispose]: () => held.close() };
}
