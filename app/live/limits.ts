import type { NodeLimits, NodeRow, StatusView } from "../../server/console/contract/index.ts";

/** Why copies of messages are to be had from none of these nodes; null: they are, or that is not known. */
export function tailClosed(keys: readonly string[], nodes: readonly NodeRow[]): NodeLimits["rule"] | null {
  const asked = nodes.filter(({ key }) => keys.includes(key));
  if (asked.length === 0 || asked.some(({ limits }) => limits === null)) return null;
  return asked[0]!.limits!.rule;
}

/** Why the life of no message can be told; null: it can. */
export function traceClosed({ database, nodes }: StatusView): NodeLimits["rule"] | "no-database" | null {
  if (database.state === "none") return "no-database";
  const genuine = nodes.length > 0 && nodes.every(({ limits }) => limits?.rule === "genuine");
  return genuine ? nodes[0]!.limits!.rule : null;
}
