/** Of which metrics a step keeps the mean, and of which the most: a peak must not vanish in an average. */
import { flowMetrics, latencyMetrics, nodeMetrics } from "../contract/index.ts";

/** Rates and shares; everything else keeps its most. */
const means = new Set<string>(["inRate", "outRate", "finishRate", "requeueRate", "timeoutRate", "cpu"]);

export function keepsMost(metric: string): boolean {
  return !means.has(metric);
}

/** In the order in which samples are stored: later versions only append. */
export function metricsOf(room: string): readonly string[] {
  if (room.startsWith("node:")) return nodeMetrics;
  return room.startsWith("channel:") ? [...flowMetrics, ...latencyMetrics] : flowMetrics;
}

/** Places, counted from 1, whose most is kept. */
export const mostPlaces = {
  node: placesOf(metricsOf("node:")),
  other: placesOf(metricsOf("channel:")),
};

function placesOf(metrics: readonly string[]): number[] {
  return metrics.flatMap((metric, index) => (keepsMost(metric) ? [index + 1] : []));
}

/** What a step of one series comes to. NaN: not known. */
export class Fold {
  readonly #most: readonly boolean[];
  readonly #sums: Float64Array;
  readonly #counts: Int32Array;

  constructor(metrics: readonly string[]) {
    this.#most = metrics.map(keepsMost);
    this.#sums = new Float64Array(metrics.length);
    this.#counts = new Int32Array(metrics.length);
  }

  add(values: ArrayLike<number | null>): void {
    for (let place = 0; place < this.#most.length; place++) {
      const value = values[place] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const first = this.#counts[place]! === 0;
      this.#counts[place]! += 1;
      if (!this.#most[place]) this.#sums[place]! += value;
      else if (first || value > this.#sums[place]!) this.#sums[place] = value;
    }
  }

  /** null: nothing was known of it. */
  result(): Float32Array | null {
    let known = false;
    const figures = new Float32Array(this.#most.length);
    for (let place = 0; place < figures.length; place++) {
      const count = this.#counts[place]!;
      known ||= count > 0;
      const sum = this.#sums[place]!;
      figures[place] = count === 0 ? Number.NaN : this.#most[place] ? sum : sum / count;
    }
    return known ? figures : null;
  }
}
