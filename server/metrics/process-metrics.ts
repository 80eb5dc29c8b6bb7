/** What any role costs, under the names Prometheus' own clients give it. */
import { counter, type Family, type Figure, figuresOf, gauge, labels, metric } from "./exposition.ts";
import type { ProcessFigures } from "./process-figures.ts";

export interface Role {
  readonly role: "nsqd" | "nsqlookupd" | "console";
  /** As `--version` prints it. */
  readonly version: string;
}

const info = {
  name: "weir_info",
  type: "gauge",
  help: "Always 1; its labels say what runs: role, version as --version prints it, and version of Node.",
} as const;

interface Source {
  readonly figures: ProcessFigures;
  readonly cpu: NodeJS.CpuUsage;
  readonly memory: NodeJS.MemoryUsage;
}

const table: readonly Figure<Source>[] = [
  gauge(
    "process_start_time_seconds",
    "When the process started, in seconds since 1970.",
    () => performance.timeOrigin / 1_000,
  ),
  counter(
    "process_cpu_seconds_total",
    "Processor time used, of all threads, in the kernel too.",
    ({ cpu }) => (cpu.user + cpu.system) / 1e6,
  ),
  gauge("process_resident_memory_bytes", "Memory that is resident.", ({ memory }) => memory.rss),
  gauge("nodejs_heap_size_used_bytes", "Bytes of JavaScript objects.", ({ memory }) => memory.heapUsed),
  gauge("nodejs_heap_size_total_bytes", "Bytes the heap has taken.", ({ memory }) => memory.heapTotal),
  gauge(
    "nodejs_external_memory_bytes",
    "Bytes outside the heap that its objects hold; messages are here.",
    ({ memory }) => memory.external,
  ),
  gauge(
    "nodejs_eventloop_lag_p99_seconds",
    "How late the event loop was, 99th percentile since it was last asked, a second at least.",
    ({ figures }) => figures.loopLagP99Ms() / 1_000,
  ),
  counter(
    "nodejs_gc_runs_total",
    "Garbage collections, incremental steps not counted.",
    ({ figures }) => figures.memory().gc_total_runs,
  ),
];

export const processFamilies: readonly Family[] = [info, ...table];

export function* processMetrics({ role, version }: Role, figures: ProcessFigures): Iterable<string> {
  yield* metric(info, [[labels({ role, version, node: process.versions.node }), 1]]);
  yield* figuresOf(table, { figures, cpu: process.cpuUsage(), memory: process.memoryUsage() });
}
