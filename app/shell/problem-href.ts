import type { Problem } from "../../server/console/contract/index.ts";
import { paths } from "../paths.ts";

/** Where something can be done about it. */
export function problemHref(problem: Problem): string {
  if (problem.rule === "lease-overdue" || problem.rule === "durable-at-risk") return paths.cluster;
  if (problem.topic !== null && problem.channel !== null) {
    const channel = paths.channel(problem.topic, problem.channel);
    return problem.rule === "poison" ? `${channel}?tab=dlq` : channel;
  }
  if (problem.topic !== null) return paths.topic(problem.topic);
  if (problem.node !== null) return paths.node(problem.node);
  return problem.rule === "lookup-silent" ? paths.lookup : paths.nodes;
}
