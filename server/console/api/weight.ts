/** How much is asked before an act, by what is there now: a durable topic that has messages weighs most. */
import type { Collector } from "../collector/collector.ts";
import { type ActionLevel, type ActionName, levelOf } from "../contract/index.ts";

export function isDurable({ topics }: Pick<Collector, "topics">, topic: string): boolean {
  return (topics.get(topic)?.row.durable ?? "none") !== "none";
}

/** As the collector has it, which may be a second old. */
export function levelNow(
  collector: Pick<Collector, "topics">,
  action: ActionName,
  topic: string,
): ActionLevel {
  const row = collector.topics.get(topic)?.row;
  if (row === undefined) return levelOf(action, { durable: false, messages: 0, isPartial: false });
  const { depth, inFlight, deferred } = row.flow;
  const messages =
    action === "empty-topic" ? (row.topicDepth ?? 0) : (depth ?? 0) + (inFlight ?? 0) + (deferred ?? 0);
  return levelOf(action, { durable: isDurable(collector, topic), messages, isPartial: row.stale });
}
