/** What a process costs: memory, processor, the lag of its loop, in the words of whoever asks. */
import { constants, monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

/** Memory in the words of nsqd's runtime, as `/stats` has it. */
export interface MemoryFigures {
  readonly heap_objects: number;
  readonly heap_idle_bytes: number;
  readonly heap_in_use_bytes: number;
  readonly heap_released_bytes: number;
  readonly gc_pause_usec_100: number;
  readonly gc_pause_usec_99: number;
  readonly gc_pause_usec_95: number;
  readonly next_gc_bytes: number;
  readonly gc_total_runs: number;
}

export interface ProcessFigures {
  rssBytes(): number;
  /** Of one core, lately: 0 to 1, more when other threads work. */
  cpu(): number;
  loopLagP99Ms(): number;
  memory(): MemoryFigures;
}

const loopResolutionMs = 10;
/** Collections whose pauses are remembered. */
const pausesMax = 256;
/** Figures of the loop and the processor are of the last such time. */
const windowMs = 1_000;

export class OwnProcess implements ProcessFigures {
  readonly #loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  readonly #pausesMicros: number[] = [];
  #collections = 0;
  #cpu = process.cpuUsage();
  #measuredMs = performance.now();
  #cpuShare = 0;
  #loopLagP99Ms = 0;

  constructor() {
    this.#loop.enable();
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { detail } = entry as typeof entry & { readonly detail: { readonly kind: number } };
        if (detail.kind === constants.NODE_PERFORMANCE_GC_INCREMENTAL) continue;
        this.#collections++;
        this.#pausesMicros.push(Math.round(entry.duration * 1_000));
        if (this.#pausesMicros.length > pausesMax) this.#pausesMicros.shift();
      }
    }).observe({ entryTypes: ["gc"] });
  }

  rssBytes(): number {
    return process.memoryUsage.rss();
  }

  cpu(): number {
    this.#measure();
    return this.#cpuShare;
  }

  loopLagP99Ms(): number {
    this.#measure();
    return this.#loopLagP99Ms;
  }

  memory(): MemoryFigures {
    const heap = getHeapStatistics();
    const pauses = this.#pausesMicros.toSorted((a, b) => a - b);
    const quantile = (q: number) => pauses[Math.min(pauses.length - 1, Math.floor(pauses.length * q))] ?? 0;
    return {
      // V8 does not count objects.
      heap_objects: 0,
      heap_idle_bytes: heap.total_heap_size - heap.used_heap_size,
      heap_in_use_bytes: heap.used_heap_size,
      heap_released_bytes: heap.total_heap_size - heap.total_physical_size,
      gc_pause_usec_100: quantile(1),
      gc_pause_usec_99: quantile(0.99),
      gc_pause_usec_95: quantile(0.95),
      next_gc_bytes: heap.heap_size_limit,
      gc_total_runs: this.#collections,
    };
  }

  #measure(): void {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#measuredMs;
    if (elapsedMs < windowMs) return;
    this.#measuredMs = nowMs;
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    this.#cpuShare = (user + system) / 1_000 / elapsedMs;
    this.#loopLagP99Ms = Math.max(0, this.#loop.percentile(99) / 1e6 - loopResolutionMs);
    this.#loop.reset();
  }
}
