/** For how many days events of messages are kept, as operators have set it: for all nodes, which drop what is older. */
import type { Sql } from "../statement.ts";
import { selectSetting, upsertSetting } from "./settings.ts";

export const auditDaysDefault = 30;

const name = "audit";

/** null: nobody has set it. */
export async function selectAuditDays(sql: Sql): Promise<number | null> {
  const value = (await selectSetting(sql, name)) as { readonly days?: unknown } | null;
  const days = value?.days;
  return typeof days === "number" && Number.isInteger(days) && days >= 1 ? days : null;
}

export function upsertAuditDays(sql: Sql, days: number): Promise<void> {
  return upsertSetting(sql, name, { days });
}
