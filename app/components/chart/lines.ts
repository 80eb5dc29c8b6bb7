import type { NumberFormat } from "../../live/format.ts";

/** A line of a chart. The same hue means the same thing on every page; the dash tells lines apart without it. */
export interface Line {
  readonly metric: string;
  /** As it is in every language; left out: the words of `charts.line`, by `word` or else by the metric. */
  readonly label?: string;
  readonly word?: "longest";
  readonly hue: "accent" | "info" | "ok" | "warn" | "crit" | "paused" | "muted";
  readonly dash?: readonly number[];
  /** Not laid on those before it in a stacked chart. */
  readonly apart?: boolean;
}

export const chartIds = [
  "flow",
  "work",
  "failures",
  "depth",
  "stock",
  "oldest",
  "consumers",
  "cpu",
  "loop",
  "memory",
  "connections",
  "commit",
  "lease",
  "latency",
] as const;
export type ChartId = (typeof chartIds)[number];

export interface ChartKind {
  /** Its title and unit are those of `charts.title` and `charts.unit`. */
  readonly id: ChartId;
  readonly as: NumberFormat;
  readonly lines: readonly Line[];
  readonly stack?: boolean;
}

const inward: Line = { metric: "inRate", hue: "accent" };
const outward: Line = { metric: "outRate", hue: "info", dash: [6, 4] };

const memory: Line = { metric: "memoryDepth", hue: "info" };
const stored: Line = { metric: "storedDepth", hue: "paused" };

export const charts = {
  flow: { id: "flow", as: "rate", lines: [inward, outward] },
  work: {
    id: "work",
    as: "rate",
    lines: [inward, outward, { metric: "finishRate", hue: "ok", dash: [2, 3] }],
  },
  failures: {
    id: "failures",
    as: "rate",
    lines: [
      { metric: "requeueRate", hue: "warn" },
      { metric: "timeoutRate", hue: "crit", dash: [6, 4] },
    ],
  },
  depth: {
    id: "depth",
    as: "count",
    stack: true,
    lines: [
      memory,
      stored,
      { metric: "deferred", hue: "muted" },
      { metric: "inFlight", hue: "accent", dash: [6, 4], apart: true },
    ],
  },
  stock: { id: "stock", as: "count", stack: true, lines: [memory, stored] },
  oldest: { id: "oldest", as: "age", lines: [{ metric: "oldestAgeMs", hue: "warn" }] },
  consumers: { id: "consumers", as: "count", lines: [{ metric: "clients", hue: "accent" }] },
  cpu: { id: "cpu", as: "percent", lines: [{ metric: "cpu", hue: "info" }] },
  loop: { id: "loop", as: "span", lines: [{ metric: "loopLagP99Ms", hue: "warn" }] },
  memory: {
    id: "memory",
    as: "bytes",
    lines: [
      { metric: "rssBytes", hue: "info" },
      { metric: "memBytes", hue: "accent", dash: [6, 4] },
      { metric: "memBytesMax", hue: "muted", dash: [2, 3] },
    ],
  },
  connections: { id: "connections", as: "count", lines: [{ metric: "connections", hue: "accent" }] },
  commit: {
    id: "commit",
    as: "span",
    lines: [
      { metric: "commitP99Ms", hue: "paused" },
      { metric: "auditLagMs", hue: "muted", dash: [6, 4] },
    ],
  },
  lease: { id: "lease", as: "span", lines: [{ metric: "leaseAgeMs", hue: "warn" }] },
} as const satisfies Record<string, ChartKind>;
