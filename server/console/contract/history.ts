/** Charts beyond the last five minutes: samples that one console writes to Postgres for all of them. */
import type { SeriesPoint } from "./figures.ts";

/** The topics that have no series of their own, together: there are more than may be sampled. */
export const otherRoom = "other";

/** What has a history: rooms of a chart. */
export type HistoryObject =
  | "overview"
  | typeof otherRoom
  | `topic:${string}`
  | `channel:${string}/${string}`
  | `node:${string}`;

/** Windows that pages offer, and the step of each. `5m` is not asked for here: it is in every view, live. */
export const historyWindows = {
  "5m": { spanMs: 300_000, stepMs: 1_000 },
  "1h": { spanMs: 3_600_000, stepMs: 10_000 },
  "6h": { spanMs: 6 * 3_600_000, stepMs: 60_000 },
  "24h": { spanMs: 24 * 3_600_000, stepMs: 300_000 },
  "7d": { spanMs: 7 * 24 * 3_600_000, stepMs: 1_800_000 },
} as const;
export type HistoryWindow = keyof typeof historyWindows;
export function isHistoryWindow(text: string): text is HistoryWindow {
  return Object.hasOwn(historyWindows, text);
}

/** Marks of one answer, the newest. */
export const historyMarksMax = 100;

/** What happened meanwhile. */
export type HistoryMark =
  | {
      readonly kind: "action";
      readonly atMs: number;
      readonly action: string;
      readonly actor: string;
      readonly topic: string | null;
      readonly channel: string | null;
      readonly node: string | null;
      readonly result: string;
    }
  /** A node took over another's durable topics. By host name, or by identity where that is not known. */
  | {
      readonly kind: "adoption";
      readonly atMs: number;
      readonly of: string;
      readonly by: string;
      readonly logs: number;
    }
  | { readonly kind: "restart"; readonly atMs: number; readonly node: string }
  /** More or fewer consumers than in the step before. */
  | { readonly kind: "consumers"; readonly atMs: number; readonly before: number; readonly after: number }
  | {
      readonly kind: "alert";
      readonly atMs: number;
      readonly rule: string;
      readonly state: "firing" | "resolved";
      readonly object: string;
    };

const consumerMarksMax = 30;
/** Steps in which there were more or fewer consumers than in the one right before. */
export function consumerMarks(points: readonly SeriesPoint[], place: number, stepMs: number): HistoryMark[] {
  const marks: HistoryMark[] = [];
  for (const [index, { atMs, values }] of points.entries()) {
    const last = points[index - 1];
    const [before, after] = [last?.values[place] ?? null, values[place] ?? null];
    if (last === undefined || atMs - last.atMs > stepMs * 1.5 || before === null || after === null) continue;
    if (before !== after) marks.push({ kind: "consumers", atMs, before, after });
  }
  return marks.slice(-consumerMarksMax);
}

export interface HistoryView {
  readonly object: HistoryObject;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly metrics: readonly string[];
  /** Oldest first; a step in which nothing was known is not there. `atMs` is the beginning of the step. */
  readonly points: readonly SeriesPoint[];
  /** Oldest first. */
  readonly marks: readonly HistoryMark[];
  readonly marksCut: boolean;
  /** Whether it is sampled now: beyond `seriesMax` topics and channels only the most active are. */
  readonly sampled: boolean;
  readonly seriesMax: number;
}

/** What waited in a topic in the last hour: a figure a minute, oldest first; null: not known. */
export interface SparkRow {
  readonly topic: string;
  readonly depths: readonly (number | null)[];
}
export const sparkPoints = 60;
export const sparkStepMs = 60_000;
/** Topics of one question. */
export const sparksMax = 200;

export const historyTables = ["10s", "1m", "1h"] as const;
export type HistoryTable = (typeof historyTables)[number];

/** How long samples are kept, in days, by step; and how many series there may be. */
export interface HistorySettings {
  readonly days: Readonly<Record<HistoryTable, number>>;
  readonly seriesMax: number;
}
export const historySettingsDefault: HistorySettings = {
  days: { "10s": 1, "1m": 14, "1h": 365 },
  seriesMax: 500,
};
export const historyLimits = {
  days: { "10s": [1, 7], "1m": [1, 60], "1h": [7, 1_095] },
  seriesMax: [10, 5_000],
  auditDays: [1, 1_095],
} as const;

/** What operators may set, and everything that nodes and consoles keep to. */
export interface RetentionSettings extends HistorySettings {
  /** How long what happened to messages is kept: nodes drop whole days that are older, within the hour. */
  readonly auditDays: number;
}

export interface RetentionView {
  readonly settings: RetentionSettings;
  readonly tables: readonly {
    readonly table: HistoryTable;
    readonly bytes: number;
    /** The oldest that is kept; null: nothing yet. */
    readonly sinceMs: number | null;
    /** What it comes to with as many series as there may be, about. */
    readonly bytesMax: number;
  }[];
  /** Series now, and what could have one. */
  readonly sampled: number;
  readonly objects: number;
  /** What happened to messages. */
  readonly audit: {
    readonly bytes: number;
    readonly sinceMs: number | null;
    /** What it comes to in `auditDays` if days go on as the last ones, about; null: there was none yet to go by. */
    readonly bytesMax: number | null;
  };
  /** Messages that Postgres has: until every channel has finished them, or a job can give them back no more. */
  readonly bodies: { readonly bytes: number };
  /** The operators' log: nothing of it ever goes. */
  readonly operators: { readonly bytes: number; readonly sinceMs: number | null };
  readonly jobs: { readonly bytes: number };
}
