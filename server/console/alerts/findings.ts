/** What rules look at. Of each object a figure to compare, or that nothing is known of it now. */
import type { JoinedTopic } from "../collector/join.ts";
import {
  type AlertCondition,
  type AlertObject,
  type AlertRule,
  alertConditions,
  type ChannelRow,
  matches,
  type NodeRow,
  type TopicRow,
} from "../contract/index.ts";

export interface Sources {
  readonly topics: ReadonlyMap<string, JoinedTopic>;
  readonly nodes: readonly NodeRow[];
}

/** A figure; null: it is not known now, and what was so may be so still; false: the condition does not hold. */
type Look<Row> = (row: Row) => number | null | false;

const channels = {
  depth: ({ flow }) => flow.depth,
  oldest: ({ flow }) => flow.oldestAgeMs ?? (flow.depth === null ? null : false),
  "requeue-rate": ({ flow }) => flow.requeueRate,
  "timeout-rate": ({ flow }) => flow.timeoutRate,
  "no-consumers": ({ flow, paused }) => (paused || (flow.clients ?? 0) > 0 ? false : flow.depth),
  starved: ({ flow, paused }) => {
    if (flow.outRate === null) return null;
    return paused || !flow.clients || flow.outRate > 0 || (flow.inFlight ?? 0) > 0 ? false : flow.depth;
  },
} satisfies Partial<Record<AlertCondition, Look<ChannelRow>>>;

const topics = {
  spill: ({ flow, durable }) => (durable === "none" ? flow.storedDepth : false),
} satisfies Partial<Record<AlertCondition, Look<TopicRow>>>;

const nodes = {
  "postgres-slow": ({ state, store }) => (state === "up" ? (store?.commitP99Ms ?? false) : null),
  "postgres-away": ({ state, store }) =>
    state === "up" ? store?.kind === "postgres" && store.state === "down" && 1 : null,
  // One that was never heard of is not silent before an attempt has failed.
  "node-silent": ({ state, reason }) =>
    (state === "silent" || (state === "connecting" && reason !== null)) && 1,
} satisfies Partial<Record<AlertCondition, Look<NodeRow>>>;

export interface Finding extends AlertObject {
  /** `topic/channel`, a topic, or a node's key. */
  readonly object: string;
  /** null: not known now. */
  readonly value: number | null;
}

/** Objects of which the rule's condition holds, or may hold. */
export function* findingsOf(rule: AlertRule, sources: Sources): Generator<Finding> {
  const { on, unit } = alertConditions[rule.condition];
  const least = unit === "none" ? 0 : (rule.threshold ?? 0);
  const holds = (figure: number | null | false): figure is number | null =>
    figure !== false && (figure === null || figure > least);
  if (on === "node") {
    const look: Look<NodeRow> = nodes[rule.condition as keyof typeof nodes];
    for (const row of sources.nodes) {
      const value = look(row);
      if (holds(value)) yield { object: row.key, topic: null, channel: null, node: row.key, value };
    }
    return;
  }
  for (const [topic, joined] of sources.topics) {
    if (on === "topic") {
      const value = topics[rule.condition as keyof typeof topics](joined.row);
      if (holds(value) && matches(rule.topics, topic))
        yield { object: topic, topic, channel: null, node: null, value };
      continue;
    }
    const look: Look<ChannelRow> = channels[rule.condition as keyof typeof channels];
    for (const [channel, { row }] of joined.channels) {
      const value = look(row);
      if (holds(value) && matches(rule.topics, topic) && matches(rule.channels, channel))
        yield { object: `${topic}/${channel}`, topic, channel, node: null, value };
    }
  }
}
