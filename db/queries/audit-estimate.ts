import { type Sql, withDeadline } from "../statement.ts";

const estimateMs = 1_000;
const meanRows = 200;

/**
 * About how many events there are between two instants, of all topics, without counting them: Postgres's own guess
 * at the rows, and how many events a recent row has. null: nothing to guess by.
 */
export async function estimateEvents(sql: Sql, fromMs: number, toMs: number): Promise<number | null> {
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const [plan, recent] = await Promise.all([
    withDeadline(
      sql<{ "QUERY PLAN": unknown }[]>`explain (format json)
        select from audit_batches where to_at between ${from} and ${to}`,
      estimateMs,
    ),
    withDeadline(
      sql<{ mean: number | null }[]>`select avg(events)::float8 as mean from (
        select events from audit_batches where to_at between ${from} and ${to} order by to_at desc limit ${meanRows}) recent`,
      estimateMs,
    ),
  ]);
  const text = plan[0]?.["QUERY PLAN"];
  const parsed = (typeof text === "string" ? JSON.parse(text) : text) as {
    Plan?: { "Plan Rows"?: number };
  }[];
  const rows = parsed?.[0]?.Plan?.["Plan Rows"];
  const mean = recent[0]?.mean ?? null;
  return rows === undefined || mean === null ? null : Math.round(rows * mean);
}
