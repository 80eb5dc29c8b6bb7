/**
 * The load generator: one workload against one broker, as a process of its own.
 * `node bench/load/main.ts <workload> <port> <broker pid> [count]` prints a LoadResult as JSON.
 */
import { cpuMs, memoryBytes } from "../process-usage.ts";
import { type DurableWorkloadName, durableWorkloads } from "./durable-workloads.ts";
import { type WorkloadName, workloads } from "./workloads.ts";

export interface LoadResult {
  readonly workload: WorkloadName | DurableWorkloadName;
  readonly messages: number;
  readonly seconds: number;
  /** Processor time per message in microseconds, of the broker and of this process. */
  readonly brokerMicros: number;
  readonly loadMicros: number;
  readonly brokerPeakBytes: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

const [name, port, pid, countText] = process.argv.slice(2);
const all = { ...workloads, ...durableWorkloads };
const workload = all[name as keyof typeof all];
const count = Number(countText ?? workload.count);

interface Reading {
  readonly ms: number;
  readonly brokerMs: number;
  readonly loadMicros: number;
}

function read(): Reading {
  const { user, system } = process.cpuUsage();
  return { ms: performance.now(), brokerMs: cpuMs(Number(pid)), loadMicros: user + system };
}

async function run(messages: number): Promise<LoadResult> {
  let begin = read();
  let end = begin;
  const meter = {
    start: () => {
      begin = read();
    },
    stop: () => {
      end = read();
    },
  };
  const topic = `bench_${process.pid}_${messages}`;
  const outcome = await workload.run({ port: Number(port), topic, count: messages, meter });
  const at = (share: number) => {
    const sorted = outcome.latenciesMs;
    return sorted === undefined ? null : sorted[Math.floor((sorted.length - 1) * share)]!;
  };
  return {
    workload: name as keyof typeof all,
    messages: outcome.messages,
    seconds: (end.ms - begin.ms) / 1_000,
    brokerMicros: ((end.brokerMs - begin.brokerMs) * 1_000) / outcome.messages,
    loadMicros: (end.loadMicros - begin.loadMicros) / outcome.messages,
    brokerPeakBytes: memoryBytes(Number(pid)).peak,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

// Both sides compile what they run often: a fifth of the work goes first and is not measured.
await run(Math.ceil(count / 5));
process.stdout.write(`${JSON.stringify(await run(count))}\n`);
process.exit(0);
