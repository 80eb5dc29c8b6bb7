/** What topics without a series of their own come to, together: the whole, less those that have one. */
import type { Collector } from "../collector/collector.ts";
import { flowMetrics, rooms } from "../contract/index.ts";

/** An age is nobody's difference. */
const unknownPlace = flowMetrics.indexOf("oldestAgeMs");
/** What is left over of sums that were added up in another order. */
const nothing = 1e-6;

/** In the order of `flowMetrics`; undefined: nothing is heard of the whole. */
export function othersOf(
  collector: Pick<Collector, "valuesOf">,
  selected: Iterable<string>,
): (number | null)[] | undefined {
  const whole = collector.valuesOf(rooms.overview);
  if (whole === undefined) return undefined;
  const left = [...whole];
  for (const room of selected) {
    if (!room.startsWith("topic:")) continue;
    const values = collector.valuesOf(room);
    if (values === undefined) continue;
    for (const [place, value] of values.entries()) {
      const before = left[place] ?? null;
      if (before !== null && value !== null) left[place] = before - value;
    }
  }
  return left.map((value, place) =>
    place === unknownPlace || value === null ? null : value < nothing ? 0 : value,
  );
}
