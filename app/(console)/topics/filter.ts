import type { TopicRow } from "../../../server/console/contract/index.ts";

export const topicStates = ["paused", "backlog", "noconsumer", "durable", "ephemeral"] as const;
export type TopicState = (typeof topicStates)[number];

export const stateLabels: Record<TopicState, string> = {
  paused: "Paused",
  backlog: "With backlog",
  noconsumer: "No consumers",
  durable: "Durable",
  ephemeral: "Ephemeral",
};

const holds: Record<TopicState, (row: TopicRow) => boolean> = {
  paused: (row) => row.paused,
  backlog: (row) => (row.flow.depth ?? 0) > 0,
  noconsumer: (row) => row.flow.clients === 0,
  durable: (row) => row.durable !== "none",
  ephemeral: (row) => row.ephemeral,
};

/** Topics whose name has the text in it, and that are in all of the states. The same array when nothing is asked. */
export function filterTopics(
  rows: readonly TopicRow[],
  text: string,
  states: readonly TopicState[],
): readonly TopicRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "" && states.length === 0) return rows;
  return rows.filter(
    (row) => row.key.toLowerCase().includes(wanted) && states.every((state) => holds[state](row)),
  );
}
