/**
 * Writes samples while this console holds the lease: each step as it ends, each minute of them, each hour of those.
 * What could not be written is written when it can be, as far as the sampler still has it (HY1-HY4).
 */
import type { ConsoleTerm } from "../../../db/queries/console-leases.ts";
import { forgetNodeStarts, insertNodeStart } from "../../../db/queries/marks.ts";
import {
  addUpHour,
  dropSamplePartitions,
  forgetSeries,
  hoursUntil,
  insertSamples,
  makeSamplePartitions,
  type SampleTable,
  sampleSteps,
  sampleTables,
  seriesOf,
} from "../../../db/queries/metrics.ts";
import { pause } from "../back-off.ts";
import type { Clock } from "../clock.ts";
import type { Collector } from "../collector/collector.ts";
import type { HistorySettings } from "../contract/index.ts";
import type { Term } from "../lease/console-lease.ts";
import type { Database } from "./database.ts";
import { Fold, metricsOf, mostPlaces } from "./figures.ts";
import type { Sampler, Step } from "./sampler.ts";

const tidyEveryMs = 3_600_000;
const seriesAtOnceMax = 1_000;
/** Known numbers of series; beyond that they are asked for again. */
const knownMax = 20_000;
/** Hours that are added up one after the other before steps have their turn again. */
const hoursAtOnceMax = 6;
const dayS = 86_400;

export interface KeeperOptions {
  readonly collector: Collector;
  readonly sampler: Sampler;
  readonly database: Database;
  readonly settings: () => HistorySettings;
  readonly clock: Clock;
}

export class Keeper {
  readonly #options: KeeperOptions;
  #series = new Map<string, number>();
  readonly #starts = new Map<string, number>();
  /** Beginnings of the last step and the last minute that are written. */
  #writtenS = Number.NEGATIVE_INFINITY;
  #minuteS = Number.NEGATIVE_INFINITY;
  #tidiedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** For `ConsoleLeases.hold`. */
  async keep(term: Term): Promise<void> {
    const { sampler, clock } = this.#options;
    let wake = () => {};
    const stop = sampler.onStep(() => wake());
    try {
      while (!term.signal.aborted) {
        if (clock.nowMs() - this.#tidiedAtMs > tidyEveryMs) await this.#tidy(term);
        for (const step of sampler.stepsAfter(this.#writtenS)) {
          await this.#write(term, "10s", step);
          this.#writtenS = step.atS;
          await this.#writeMinuteBefore(term, step.atS);
        }
        await this.#addUpHours(term);
        await this.#noteStarts(term);
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          pause(30_000, term.signal),
        ]);
      }
    } finally {
      stop();
    }
  }

  async #write(term: ConsoleTerm, table: SampleTable, { atS, figures }: Step): Promise<void> {
    if (figures.size === 0) return;
    await this.#number(term, [...figures.keys()]);
    const step = { atS, series: [] as number[], widths: [] as number[], figures: [] as (number | null)[] };
    for (const [room, values] of figures) {
      step.series.push(this.#series.get(room)!);
      step.widths.push(values.length);
      for (const value of values) step.figures.push(Number.isFinite(value) ? value : null);
    }
    const { database } = this.#options;
    try {
      await database((sql) => insertSamples(sql, term, table, step));
    } catch (error) {
      // check_violation: there is no partition for its time yet.
      if ((error as { code?: unknown }).code !== "23514") throw error;
      await database((sql) => makeSamplePartitions(sql, table, [atS]));
      await database((sql) => insertSamples(sql, term, table, step));
    }
  }

  /** A step of a later minute: the one before is complete. */
  async #writeMinuteBefore(term: ConsoleTerm, atS: number): Promise<void> {
    const endS = Math.floor(atS / 60) * 60;
    const fromS = Math.max(this.#minuteS + 60, endS - 600);
    for (let minuteS = fromS; minuteS < endS; minuteS += 60) {
      const steps = this.#options.sampler.stepsAfter(minuteS - 1).filter((step) => step.atS < minuteS + 60);
      await this.#write(term, "1m", { atS: minuteS, figures: foldSteps(steps) });
      this.#minuteS = minuteS;
    }
  }

  async #addUpHours(term: ConsoleTerm): Promise<void> {
    const { database, clock } = this.#options;
    const nowS = clock.wallMs() / 1_000;
    // The last minute of an hour is written when the next one has a step.
    const endS = Math.floor((nowS - 90) / 3_600) * 3_600;
    if (this.#hoursS >= endS) return;
    const untilS = await database(hoursUntil);
    if (untilS === null) return;
    let hourS = Math.max(Math.floor(untilS / 3_600) * 3_600, endS - 14 * dayS);
    for (let hours = 0; hourS < endS && hours < hoursAtOnceMax; hours++, hourS += 3_600) {
      await database((sql) => makeSamplePartitions(sql, "1h", [hourS]));
      await database((sql) => addUpHour(sql, term, hourS, mostPlaces));
    }
    this.#hoursS = hourS;
  }
  #hoursS = Number.NEGATIVE_INFINITY;

  /** Partitions of today and tomorrow, and none that are older than they are kept. */
  async #tidy(term: ConsoleTerm): Promise<void> {
    const { database, clock, settings } = this.#options;
    const nowS = Math.floor(clock.wallMs() / 1_000);
    const { days } = settings();
    for (const table of sampleTables) {
      const { partitionS } = sampleSteps[table];
      await database((sql) => makeSamplePartitions(sql, table, [nowS, nowS + partitionS]));
      // Somebody reads them now: in an hour, then.
      await database((sql) => dropSamplePartitions(sql, table, nowS - days[table] * dayS)).catch(() => {});
    }
    await database((sql) => forgetSeries(sql, term, days["1h"] + 1));
    await database((sql) => forgetNodeStarts(sql, term, new Date((nowS - days["1h"] * dayS) * 1_000)));
    this.#series.clear();
    this.#tidiedAtMs = clock.nowMs();
  }

  async #number(term: ConsoleTerm, rooms: readonly string[]): Promise<void> {
    if (this.#series.size > knownMax) this.#series.clear();
    const unknown = rooms.filter((room) => !this.#series.has(room));
    for (let from = 0; from < unknown.length; from += seriesAtOnceMax) {
      const some = unknown.slice(from, from + seriesAtOnceMax);
      const found = await this.#options.database((sql) => seriesOf(sql, term, some));
      for (const [room, id] of found) this.#series.set(room, id);
    }
    if (rooms.some((room) => !this.#series.has(room))) throw new Error("another console holds the lease");
  }

  async #noteStarts(term: ConsoleTerm): Promise<void> {
    for (const { key, startedAtMs } of this.#options.collector.nodeRows) {
      if (startedAtMs === null || this.#starts.get(key) === startedAtMs) continue;
      await this.#options.database((sql) =>
        insertNodeStart(sql, term, { node: key, at: new Date(startedAtMs) }),
      );
      this.#starts.set(key, startedAtMs);
    }
  }
}

export function foldSteps(steps: readonly Step[]): Map<string, Float32Array> {
  const folds = new Map<string, Fold>();
  for (const { figures } of steps) {
    for (const [room, values] of figures) {
      let fold = folds.get(room);
      if (!fold) {
        fold = new Fold(metricsOf(room));
        folds.set(room, fold);
      }
      fold.add(values);
    }
  }
  const results = new Map<string, Float32Array>();
  for (const [room, fold] of folds) {
    const figures = fold.result();
    if (figures) results.set(room, figures);
  }
  return results;
}
