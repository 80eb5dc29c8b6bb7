/** All runs, in the order in which they are done. */
import type { Run } from "./run.ts";
import { diskRuns } from "./runs/disks.ts";
import { nodeRuns } from "./runs/nodes.ts";
import { postgresRuns } from "./runs/postgres.ts";

export const runs: readonly Run[] = [...nodeRuns, ...postgresRuns, ...diskRuns];
