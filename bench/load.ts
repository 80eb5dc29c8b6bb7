import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Broker } from "./brokers.ts";
import type { DurableWorkloadName } from "./load/durable-workloads.ts";
import type { LoadResult } from "./load/main.ts";
import type { WorkloadName } from "./load/workloads.ts";

/** Runs one workload against a broker, in a process of its own. */
export async function load(
  broker: Broker,
  workload: WorkloadName | DurableWorkloadName,
  count?: number,
): Promise<LoadResult> {
  const args = [join(import.meta.dirname, "load/main.ts"), workload, broker.tcpPort, broker.pid];
  if (count !== undefined) args.push(count);
  const { stdout } = await promisify(execFile)(process.execPath, args.map(String), { timeout: 300_000 });
  return JSON.parse(stdout) as LoadResult;
}
