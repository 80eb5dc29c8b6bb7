/** Of which time a chart is, as its address says it: `?window=1h`, `?from=now-3h&to=now-1h`, `?from=17…&to=17…` (ms). */
import {
  type HistoryWindow,
  historyWindows,
  isHistoryWindow,
} from "../../../server/console/contract/index.ts";

export type ChartRange =
  | { readonly kind: "window"; readonly window: HistoryWindow }
  | { readonly kind: "span"; readonly from: Instant; readonly to: Instant };

/** So long before now, or a time on the wall. */
export type Instant = { readonly agoMs: number } | { readonly atMs: number };

export const windowNames = Object.keys(historyWindows) as HistoryWindow[];
export const windowDefault = "5m" satisfies HistoryWindow;

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function parseInstant(text: string): Instant | null {
  const relative = /^now(?:-(\d{1,6})([smhd]))?$/.exec(text);
  if (relative) return { agoMs: Number(relative[1] ?? 0) * (unitMs[relative[2] ?? "s"] ?? 0) };
  return /^\d{12,14}$/.test(text) ? { atMs: Number(text) } : null;
}

/** What cannot be understood is as if it were not there. */
export function rangeOf(window: string | null, from: string | null, to: string | null): ChartRange {
  const first = from === null ? null : parseInstant(from);
  const last = parseInstant(to ?? "now");
  if (first !== null && last !== null && resolve(last, 0) - resolve(first, 0) !== 0)
    return { kind: "span", from: first, to: last };
  return { kind: "window", window: window !== null && isHistoryWindow(window) ? window : windowDefault };
}

export function resolve(instant: Instant, nowMs: number): number {
  return "atMs" in instant ? instant.atMs : nowMs - instant.agoMs;
}

const leastMs = 60_000;

export function bounds(range: ChartRange, nowMs: number): { fromMs: number; toMs: number } {
  if (range.kind === "window") return { fromMs: nowMs - historyWindows[range.window].spanMs, toMs: nowMs };
  const ends = [resolve(range.from, nowMs), resolve(range.to, nowMs)] as const;
  const fromMs = Math.min(...ends);
  return { fromMs, toMs: Math.max(...ends, fromMs + leastMs) };
}

/** Another time of the same length: half of it earlier (-1) or later (1), and never later than now. */
export function shifted(range: ChartRange, way: -1 | 1, nowMs: number): { fromMs: number; toMs: number } {
  const { fromMs, toMs } = bounds(range, nowMs);
  const byMs = Math.min((way * (toMs - fromMs)) / 2, nowMs - toMs);
  return { fromMs: Math.round(fromMs + byMs), toMs: Math.round(toMs + byMs) };
}

/** The one after it, and after the last the first: what the key `w` goes through. */
export function windowAfter(window: HistoryWindow): HistoryWindow {
  return windowNames[(windowNames.indexOf(window) + 1) % windowNames.length] ?? windowDefault;
}
