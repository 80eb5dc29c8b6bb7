/** What a day of the audit comes to, by the last ones. */
import type { AuditDay } from "../../../db/queries/stored-sizes.ts";

const dayMs = 86_400_000;
const daysMax = 7;
/** Of a day that is still running less tells nothing. */
const shareMin = 1 / 24;

/** Bytes, of the last whole days, or of today so far; null: neither is long enough. `days`: the oldest first. */
export function meanDayBytes(days: readonly AuditDay[], nowMs: number): number | null {
  const whole = days.filter(({ fromMs }) => fromMs + dayMs <= nowMs).slice(-daysMax);
  // The first day of all may have begun in the evening.
  const sure = whole.length > 1 && whole[0] === days[0] ? whole.slice(1) : whole;
  if (sure.length > 0) return sure.reduce((sum, { bytes }) => sum + bytes, 0) / sure.length;
  const today = days.at(-1);
  const share = today === undefined ? 0 : (nowMs - today.fromMs) / dayMs;
  return today === undefined || share < shareMin ? null : today.bytes / share;
}
