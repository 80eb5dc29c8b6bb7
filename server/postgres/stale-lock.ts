import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Place } from "./place.ts";

/** How long a server whose parent was killed may take over its own clean stop. */
const stopMsMax = 20_000;

/**
 * Clears the way for a start: waits for a server that is still stopping, and removes what a killed one left.
 * Postgres itself takes any living process with the number in its lock for another server; after a
 * restart of a container that number is often somebody else's.
 * @throws when another server goes on using the directory.
 */
export async function clearStaleLock(place: Place): Promise<void> {
  const lock = join(place.data, "postmaster.pid");
  const deadlineMs = performance.now() + stopMsMax;
  for (;;) {
    const pid = pidIn(lock);
    if (pid === null) return;
    if (!runsHere(pid, place)) break;
    if (performance.now() > deadlineMs) {
      throw new Error(`another Postgres (process ${pid}) uses ${place.data}: is Weir running there already?`);
    }
    await pause(50);
  }
  rmSync(lock, { force: true });
  rmSync(join(place.socketDir, ".s.PGSQL.5432.lock"), { force: true });
  rmSync(join(place.socketDir, ".s.PGSQL.5432"), { force: true });
}

function pidIn(lock: string): number | null {
  try {
    return Number.parseInt(readFileSync(lock, "utf8"), 10) || null;
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
