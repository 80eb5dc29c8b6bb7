import { StartError } from "./config-file.ts";
import type { UpOptions } from "./up-options.ts";

/** Ports of a kind are 100 apart: more would run out of them. */
const processesMax = { nodes: 64, lookups: 16 } as const;

/** @throws StartError when there would be no node, or more than one machine can be asked for. */
export function checkUp(options: UpOptions): void {
  const refuse = (name: string, range: string) => {
    throw new StartError(`--${name} must be in ${range}`);
  };
  if (options.nodes < 1 || options.nodes > processesMax.nodes) refuse("nodes", `[1,${processesMax.nodes}]`);
  if (options.lookups < 0 || options.lookups > processesMax.lookups)
    refuse("lookups", `[0,${processesMax.lookups}]`);
}
