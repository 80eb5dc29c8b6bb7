import type { NodeRow, StatusView } from "../../server/console/contract/index.ts";

/** Why copies of messages are to be had from none of these nodes; null: they are, or that is not known. */
export function tailClosed(keys: readonly string[], nodes: readonly NodeRow[]): string | null {
  const asked = nodes.filter(({ key }) => keys.includes(key));
  if (asked.length === 0 || asked.some(({ limits }) => limits === null)) return null;
  return asked[0]!.limits!.message;
}

/** Why the life of no message can be told; null: it can. */
export function traceClosed({ database, nodes }: StatusView): string | null {
  if (database.state === "none")
    return "This console was started without Postgres: there is no audit to trace a message by.";
  const genuine = nodes.length > 0 && nodes.every(({ limits }) => limits?.rule === "genuine");
  return genuine ? nodes[0]!.limits!.message : null;
}
