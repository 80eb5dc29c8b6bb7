import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Place } from "./place.ts";

/** How long a server whose parent was killed may take over its clean stop. */
const stopMsMax = 20_000;
/** How soon after its parent's end it begins to stop. One that does not has a parent. */
const noticeMsMax = 2_000;

/**
 * Clears the way for a start: waits for a server that is still stopping, and removes what a killed one left.
 * Postgres itself takes any living process with the number in its lock for another server; after a
 * restart of a container that number is often somebody else's.
 * @throws when another server goes on using the directory.
 */
export async function clearStaleLock(place: Place): Promise<void> {
  const path = join(place.data, "postmaster.pid");
  const startedMs = performance.now();
  for (;;) {
    const lock = read(path);
    if (lock === null) return;
    if (!runsHere(lock.pid, place)) break;
    if (performance.now() - startedMs > (lock.status === "stopping" ? stopMsMax : noticeMsMax)) {
      throw new Error(
        `another Postgres (process ${lock.pid}) uses ${place.data}: is Weir running there already?`,
      );
    }
    await pause(20);
  }
  rmSync(path, { force: true });
  rmSync(join(place.socketDir, ".s.PGSQL.5432.lock"), { force: true });
  rmSync(join(place.socketDir, ".s.PGSQL.5432"), { force: true });
}

/** The lock's first line is the server's number, the eighth what it is doing. */
function read(path: string): { pid: number; status: string } | null {
  try {
    const lines = readFileSync(path, "utf8").split("\n");
    return { pid: Number(lines[0]), status: lines[7]?.trim() ?? "" };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Whether the process is alive, no zombie, and a server on this very directory. */
function runsHere(pid: number, place: Place): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  if (process.platform !== "linux") return true;
  try {
    // A server works in its data directory. A zombie has no working directory any more.
    return readlinkSync(`/proc/${pid}/cwd`) === place.data;
  } catch {
    return false;
  }
}
