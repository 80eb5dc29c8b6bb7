import type { EventRow } from "../../../server/console/contract/index.ts";

/** Messages of one log that were published at one instant: `[first, end)` by sequence. */
interface Run {
  readonly first: number;
  readonly end: number;
  readonly atMs: number;
}

/**
 * For each event how long after its message's publish it happened, in milliseconds; of a run, its first message's.
 * null: it is the publish, or that is not among these events.
 */
export function latenciesOf(events: readonly EventRow[]): readonly (number | null)[] {
  const published = new Map<string, Run[]>();
  for (const { kind, id, count, atMs } of events) {
    if (kind !== "publish") continue;
    const [log, first] = [id.slice(0, 8), Number.parseInt(id.slice(8), 16)];
    const runs = published.get(log);
    if (runs) runs.push({ first, end: first + count, atMs });
    else published.set(log, [{ first, end: first + count, atMs }]);
  }
  for (const runs of published.values()) runs.sort((one, other) => one.first - other.first);
  return events.map(({ kind, id, atMs }) => {
    const runs = published.get(id.slice(0, 8));
    if (kind === "publish" || runs === undefined) return null;
    const run = runOf(runs, Number.parseInt(id.slice(8), 16));
    return run === null ? null : atMs - run.atMs;
  });
}

/** Runs do not overlap. */
function runOf(runs: readonly Run[], seq: number): Run | null {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle]!.end <= seq) low = middle + 1;
    else high = middle;
  }
  const run = runs[low];
  return run !== undefined && run.first <= seq ? run : null;
}
