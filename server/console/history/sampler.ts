/**
 * Folds what every tick says into steps of ten seconds, and keeps the last ten minutes of them. Every console does, so
 * that the one that gets the lease, or gets Postgres back, can write what the one before could not (HY1, HY2).
 */
import type { Collector } from "../collector/collector.ts";
import { otherRoom } from "../contract/index.ts";
import { Fold, metricsOf } from "./figures.ts";
import { othersOf } from "./others.ts";
import { Selection } from "./selection.ts";

export const stepS = 10;
const stepsMax = 60;

export interface Step {
  /** Seconds since 1970 at its beginning. */
  readonly atS: number;
  /** By room. */
  readonly figures: ReadonlyMap<string, Float32Array>;
}

export class Sampler {
  readonly selection = new Selection();
  readonly #collector: Collector;
  readonly #seriesMax: () => number;
  readonly #listeners = new Set<() => void>();
  #steps: Step[] = [];
  #folds = new Map<string, Fold>();
  #atS = 0;

  constructor(collector: Collector, seriesMax: () => number) {
    this.#collector = collector;
    this.#seriesMax = seriesMax;
    collector.onTick(() => this.#tick());
  }

  /** Returns how to stop listening. */
  onStep(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Those after a time, oldest first, as far as they are still here. */
  stepsAfter(atS: number): readonly Step[] {
    return this.#steps.filter((step) => step.atS > atS);
  }

  #tick(): void {
    const atS = Math.floor(this.#collector.clock.wallMs() / 1_000 / stepS) * stepS;
    if (atS !== this.#atS) this.#begin(atS);
    const { rooms } = this.selection;
    for (const room of rooms) {
      const values = room === otherRoom ? othersOf(this.#collector, rooms) : this.#collector.valuesOf(room);
      if (values === undefined) continue;
      let fold = this.#folds.get(room);
      if (!fold) {
        fold = new Fold(metricsOf(room));
        this.#folds.set(room, fold);
      }
      fold.add(values);
    }
  }

  #begin(atS: number): void {
    const figures = new Map<string, Float32Array>();
    for (const [room, fold] of this.#folds) {
      const result = fold.result();
      if (result) figures.set(room, result);
    }
    const endedS = this.#atS;
    this.#folds = new Map();
    this.#atS = atS;
    this.selection.update(this.#collector, this.#seriesMax());
    if (figures.size === 0) return;
    this.#steps = [...this.#steps, { atS: endedS, figures }].slice(-stepsMax);
    for (const listener of this.#listeners) listener();
  }
}
