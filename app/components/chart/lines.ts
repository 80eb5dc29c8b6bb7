import type { NumberFormat } from "../../live/format.ts";

/** A line of a chart. The same hue means the same thing on every page; the dash tells lines apart without it. */
export interface Line {
  readonly metric: string;
  readonly label: string;
  readonly hue: "accent" | "info" | "ok" | "warn" | "crit" | "paused" | "muted";
  readonly dash?: readonly number[];
  /** Not laid on those before it in a stacked chart. */
  readonly apart?: boolean;
}

export interface ChartKind {
  readonly title: string;
  readonly unit: string;
  readonly as: NumberFormat;
  readonly lines: readonly Line[];
  readonly stack?: boolean;
}

const inward: Line = { metric: "inRate", label: "In", hue: "accent" };
const outward: Line = { metric: "outRate", label: "Out", hue: "info", dash: [6, 4] };

const memory: Line = { metric: "memoryDepth", label: "Memory", hue: "info" };
const stored: Line = { metric: "storedDepth", label: "Store", hue: "paused" };

export const charts = {
  flow: { title: "In and out", unit: "a second", as: "rate", lines: [inward, outward] },
  work: {
    title: "Published, delivered, finished",
    unit: "a second",
    as: "rate",
    lines: [inward, outward, { metric: "finishRate", label: "Finished", hue: "ok", dash: [2, 3] }],
  },
  failures: {
    title: "Requeued and timed out",
    unit: "a second",
    as: "rate",
    lines: [
      { metric: "requeueRate", label: "Requeued", hue: "warn" },
      { metric: "timeoutRate", label: "Timed out", hue: "crit", dash: [6, 4] },
    ],
  },
  depth: {
    title: "Waiting",
    unit: "messages",
    as: "count",
    stack: true,
    lines: [
      memory,
      stored,
      { metric: "deferred", label: "Deferred", hue: "muted" },
      { metric: "inFlight", label: "In flight", hue: "accent", dash: [6, 4], apart: true },
    ],
  },
  stock: {
    title: "Waiting",
    unit: "messages",
    as: "count",
    stack: true,
    lines: [memory, stored],
  },
  oldest: {
    title: "Oldest message",
    unit: "age",
    as: "age",
    lines: [{ metric: "oldestAgeMs", label: "Oldest", hue: "warn" }],
  },
  cpu: {
    title: "Processor",
    unit: "of one core",
    as: "percent",
    lines: [{ metric: "cpu", label: "CPU", hue: "info" }],
  },
  loop: {
    title: "Event loop lag, p99",
    unit: "time",
    as: "span",
    lines: [{ metric: "loopLagP99Ms", label: "Lag p99", hue: "warn" }],
  },
  memory: {
    title: "Memory",
    unit: "bytes",
    as: "bytes",
    lines: [
      { metric: "rssBytes", label: "Process", hue: "info" },
      { metric: "memBytes", label: "Frames", hue: "accent", dash: [6, 4] },
    ],
  },
  connections: {
    title: "Connections",
    unit: "open",
    as: "count",
    lines: [{ metric: "connections", label: "Connections", hue: "accent" }],
  },
  commit: {
    title: "Postgres",
    unit: "time",
    as: "span",
    lines: [
      { metric: "commitP99Ms", label: "Commit p99", hue: "paused" },
      { metric: "auditLagMs", label: "Audit lag", hue: "muted", dash: [6, 4] },
    ],
  },
} as const satisfies Record<string, ChartKind>;
