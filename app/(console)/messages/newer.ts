/** Which events a page that shows the newest does not have yet. */
import type { EventRow } from "../../../server/console/contract/index.ts";

/** Events of one node may be written later than those of another that happened after them. */
export const lateMs = 10_000;

/** From when on newer ones are looked for: milliseconds since 1970, as a query has it. */
export function newerFrom(shown: readonly EventRow[], fromMs: number): number {
  return Math.max(fromMs, (shown[0]?.atMs ?? fromMs) - lateMs);
}

/**
 * @param found the newest now, newest first
 * @param isAll the page shows everything there was, also where its last event is older than what was found
 */
export function newerOf(shown: readonly EventRow[], found: readonly EventRow[], isAll: boolean): number {
  const oldestMs = isAll ? Number.NEGATIVE_INFINITY : (shown.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY);
  const known = new Set(shown.map(keyOf));
  return found.filter((event) => event.atMs > oldestMs && !known.has(keyOf(event))).length;
}

function keyOf({ atMs, kind, id, count, channel, attempts, node }: EventRow): string {
  return [atMs, kind, id, count, channel, attempts, node].join(" ");
}
