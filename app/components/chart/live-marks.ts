import {
  consumerMarks,
  type HistoryMark,
  type HistoryObject,
  historyWindows,
  type LastAction,
  type Series,
} from "../../../server/console/contract/index.ts";

/** Consumers that came or went and what was done, of what a live chart shows, oldest first. null: neither topic nor channel. */
export function liveMarks(
  object: HistoryObject,
  { points, metrics, stepMs }: Series,
  acts: readonly LastAction[],
): readonly HistoryMark[] | null {
  const [, name] = /^(?:topic|channel):(.+)$/s.exec(object) ?? [];
  if (name === undefined) return null;
  const [topic = null, channel = null] = name.split("/");
  const fromMs = (points.at(-1)?.atMs ?? 0) - historyWindows["5m"].spanMs;
  const done = acts
    .filter(({ atMs }) => atMs >= fromMs)
    .map(({ atMs, action, actor, result }): HistoryMark => {
      return { kind: "action", atMs, action, actor, topic, channel, node: null, result };
    });
  const consumers = consumerMarks(points, metrics.indexOf("clients"), stepMs);
  return [...consumers, ...done].sort((one, other) => one.atMs - other.atMs);
}
