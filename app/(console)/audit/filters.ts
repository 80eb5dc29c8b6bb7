import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import type { OperatorAction } from "../../../server/console/contract/index.ts";

export const windows = ["1h", "24h", "7d", "30d"] as const;
const windowMs = {
  "1h": 3_600_000,
  "24h": 86_400_000,
  "7d": 7 * 86_400_000,
  "30d": 30 * 86_400_000,
} as const;

export const fields = ["actor", "action", "topic", "channel", "node", "result"] as const;
export type Field = (typeof fields)[number];
type Wanted = { readonly [F in Field]: string | null } & { readonly window: (typeof windows)[number] | null };

/** What is looked for, in the address. */
export function useFilters() {
  const [wanted, choose] = useQueryStates({
    actor: parseAsString,
    action: parseAsString,
    topic: parseAsString,
    channel: parseAsString,
    node: parseAsString,
    result: parseAsString,
    window: parseAsStringLiteral(windows),
  });
  const clear = () => void choose(null);
  const isAny = Object.values(wanted).some((value) => value !== null);
  return { wanted, choose, clear, isAny };
}

/** The query of the API, without its cursor. */
export function queryOf(wanted: Wanted, nowMs: number): string {
  const query = new URLSearchParams();
  for (const field of fields) {
    const value = wanted[field];
    if (value) query.set(field, value);
  }
  if (wanted.window !== null) query.set("fromMs", String(nowMs - windowMs[wanted.window]));
  return query.toString();
}

/** Whether a line that has just come belongs to what is looked for. */
export function isWanted(line: OperatorAction, wanted: Wanted): boolean {
  return fields.every((field) => {
    const value = wanted[field];
    if (!value) return true;
    if (field === "node")
      return line.node === value || (line.perNode?.some(({ node }) => node === value) ?? false);
    return line[field] === value;
  });
}
