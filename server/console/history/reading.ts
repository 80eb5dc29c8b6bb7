/** What a chart is drawn from: samples in steps that suit the range, and what happened meanwhile. */
import {
  type ActionMark,
  type AdoptionMark,
  type NodeStart,
  selectActionMarks,
  selectAdoptionMarks,
  selectNodeStarts,
  type TimeRange,
} from "../../../db/queries/marks.ts";
import { type SampleTable, sampleSteps, sampleTables, selectSamples } from "../../../db/queries/metrics.ts";
import type { Clock } from "../clock.ts";
import type { Collector } from "../collector/collector.ts";
import {
  consumerMarks,
  type HistoryMark,
  type HistoryObject,
  type HistorySettings,
  type HistoryView,
  historyMarksMax,
  otherRoom,
  type SeriesPoint,
} from "../contract/index.ts";
import { chartedActions } from "./actions.ts";
import type { Database } from "./database.ts";
import { metricsOf, mostPlaces } from "./figures.ts";
import type { Sampler } from "./sampler.ts";

const pointsMost = 400;
const stepsS = [10, 60, 300, 1_800, 3_600, 21_600, 86_400];
const dayS = 86_400;

/** Answers that are kept, so that a hundred browsers ask Postgres once. */
const answersMax = 200;
const answerKeptMs = { least: 2_000, most: 30_000 };

export interface ReaderOptions {
  readonly collector: Collector;
  readonly sampler: Sampler;
  readonly database: Database;
  readonly settings: () => HistorySettings;
  readonly clock: Clock;
  readonly moreMarks: (object: HistoryObject, range: TimeRange) => Promise<HistoryMark[]>;
}

export interface Plan {
  readonly table: SampleTable;
  readonly stepS: number;
  readonly fromS: number;
  readonly toS: number;
}

/** The finest step that makes no more points than a chart can show, of a table that goes back so far. */
export function planOf(fromMs: number, toMs: number, nowMs: number, days: HistorySettings["days"]): Plan {
  const spanS = (toMs - fromMs) / 1_000;
  const agoS = (nowMs - fromMs) / 1_000;
  const reaches = (table: SampleTable) => agoS <= days[table] * dayS + sampleSteps[table].stepS;
  const stepS = stepsS.find(
    (step) => spanS / step <= pointsMost && sampleTables.some((table) => fits(table, step) && reaches(table)),
  );
  const chosen = stepS ?? stepsS.at(-1)!;
  const table = byPreference.find((one) => fits(one, chosen) && reaches(one)) ?? "1h";
  return {
    table,
    stepS: chosen,
    fromS: Math.floor(fromMs / 1_000 / chosen) * chosen,
    toS: Math.ceil(toMs / 1_000 / chosen) * chosen,
  };
}

/** Minutes are few enough to add up, and, unlike hours, there is one every minute. */
const byPreference: readonly SampleTable[] = ["1m", "10s", "1h"];

function fits(table: SampleTable, step: number): boolean {
  return step % sampleSteps[table].stepS === 0;
}

export class Reader {
  readonly #options: ReaderOptions;
  readonly #answers = new Map<string, { readonly atMs: number; readonly view: Promise<HistoryView> }>();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** `toMs` null: until now. Rejects when Postgres does not answer. */
  read(object: HistoryObject, spanMs: number, toMs: number | null): Promise<HistoryView> {
    const nowMs = this.#options.clock.wallMs();
    const key = `${spanMs} ${toMs} ${object}`;
    const keptMs = Math.min(Math.max(spanMs / 400, answerKeptMs.least), answerKeptMs.most);
    const known = this.#answers.get(key);
    if (known && Math.abs(nowMs - known.atMs) < keptMs) return known.view;
    this.#answers.delete(key);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size < answersMax) break;
      this.#answers.delete(oldest);
    }
    const view = this.#read(object, spanMs, toMs);
    this.#answers.set(key, { atMs: nowMs, view });
    view.catch(() => this.#answers.delete(key));
    return view;
  }

  async #read(object: HistoryObject, spanMs: number, toMs: number | null): Promise<HistoryView> {
    const { database, clock, settings, sampler } = this.#options;
    const nowMs = clock.wallMs();
    const endMs = toMs ?? nowMs;
    const { days, seriesMax } = settings();
    const plan = planOf(endMs - spanMs, endMs, nowMs, days);
    const found = await database((sql) =>
      selectSamples(sql, plan.table, { ...plan, room: object }, mostPlaces),
    );
    const metrics = metricsOf(object);
    const points = found.map(({ atS, figures }) => ({
      atMs: atS * 1_000,
      values: metrics.map((_, place) => rounded(figures[place] ?? null)),
    }));
    const range = { from: new Date(endMs - spanMs), to: new Date(endMs), limit: historyMarksMax };
    const marks = (await this.#marks(object, range, points, plan.stepS * 1_000)).sort(
      (one, other) => one.atMs - other.atMs,
    );
    return {
      object,
      fromMs: endMs - spanMs,
      toMs: endMs,
      stepMs: plan.stepS * 1_000,
      metrics,
      points,
      marks: marks.slice(-historyMarksMax),
      marksCut: marks.length > historyMarksMax,
      sampled: sampler.selection.rooms.has(object),
      seriesMax,
    };
  }

  async #marks(
    object: HistoryObject,
    range: TimeRange,
    points: readonly SeriesPoint[],
    stepMs: number,
  ): Promise<HistoryMark[]> {
    const { database, collector, moreMarks } = this.#options;
    // What happened to whom is not told apart there.
    if (object === otherRoom) return [];
    const place = placeOf(object);
    const isQueue = place.topic !== undefined;
    const nodeId = place.node === undefined ? null : identity(collector, place.node);
    const [actions, adoptions, starts, more] = await Promise.all([
      database((sql) => selectActionMarks(sql, chartedActions, place, range)),
      // A node that was never heard of has no identity to look for.
      nodeId === undefined ? [] : database((sql) => selectAdoptionMarks(sql, nodeId, range)),
      isQueue ? [] : database((sql) => selectNodeStarts(sql, place.node ?? null, range)),
      moreMarks(object, range),
    ]);
    return [
      ...actions.map(actionMark),
      ...adoptions.map(adoptionMark),
      ...starts.map(startMark),
      ...(isQueue ? consumerMarks(points, metricsOf(object).indexOf("clients"), stepMs) : []),
      ...more,
    ];
  }
}

/** undefined: it was never heard of, or has none in the cluster. */
function identity(collector: Collector, node: string): string | undefined {
  const id = collector.node(node)?.state.node?.id;
  return id && /^[0-9a-f-]{36}$/.test(id) ? id : undefined;
}

export function placeOf(object: HistoryObject): { topic?: string; channel?: string; node?: string } {
  if (object === "overview" || object === otherRoom) return {};
  const name = object.slice(object.indexOf(":") + 1);
  if (object.startsWith("node:")) return { node: name };
  const [topic, channel] = name.split("/");
  return channel === undefined ? { topic: topic! } : { topic: topic!, channel };
}

function actionMark({ at, ...mark }: ActionMark): HistoryMark {
  return { kind: "action", atMs: at.getTime(), ...mark };
}

function adoptionMark({ at, nodeId, adopterId, of, by, logs }: AdoptionMark): HistoryMark {
  return { kind: "adoption", atMs: at.getTime(), of: of ?? nodeId, by: by ?? adopterId, logs };
}

function startMark({ node, at }: NodeStart): HistoryMark {
  return { kind: "restart", atMs: at.getTime(), node };
}

/** Four digits are enough for a chart, three decimals at most. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1_000) / 1_000;
}
