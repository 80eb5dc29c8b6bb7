/**
 * Every role on this machine: Postgres, lookups, nodes, the console.
 *
 * All are started at once, as a node serves before Postgres answers, and stopped in
 * reverse: the console, then the nodes, which write what they hold, the lookups, then Postgres.
 * When this process is killed the roles see their channel close and stop by themselves.
 */

import type { UpOptions } from "../cli/up-options.ts";
import { whenAskedToStop } from "./stop-signals.ts";
import { Roles } from "./up-roles.ts";

/** Runs until SIGTERM, SIGINT or SIGHUP, then stops everything. `nodeFlags` are handed to each node as they are. */
export async function runUp(options: UpOptions, nodeFlags: readonly string[]): Promise<void> {
  const startedMs = performance.now();
  const stopping = new AbortController();
  const asked = untilAskedToStop();
  asked.then(() => stopping.abort());

  const roles = new Roles({ options, nodeFlags, signal: stopping.signal, say });
  const groups = roles.start();
  try {
    await Promise.race([Promise.all(groups.flat()), asked]);
    if (!stopping.signal.aborted) {
      say(roles.summary((performance.now() - startedMs) / 1_000));
      process.send?.({ type: "ready", ...roles.places() });
    }
    await asked;
    say("\nStopping …");
  } catch (error) {
    process.stderr.write(`Weir did not start: ${(error as Error).message}\n`);
    process.exitCode = 1;
    stopping.abort();
  }

  for (const group of groups.toReversed()) {
    await Promise.all(group.map(async (start) => (await start.catch(() => null))?.stop()));
  }
  if (process.exitCode !== 1) say("Stopped.");
  process.exit();
}

/** Asked again, we leave at once. */
function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    whenAskedToStop(["SIGINT", "SIGTERM", "SIGHUP"], resolve, () => {
      process.stderr.write("Not waiting: the roles finish stopping by themselves.\n");
      process.exit(1);
    });
    if (process.connected) process.once("disconnect", () => resolve());
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
