/** What a database needs that is older than what has been seen of it. */
import { type Sql, withDeadline } from "../statement.ts";
import { provisionalRangeMin } from "./nodes.ts";

const statementMs = 10_000;
/** More ranges of log ids, 65,536 logs each, and more epochs than nodes will have used between two backups. */
const rangesSkipped = 64;
const epochsSkipped = 1_000_000;
const nobody = "00000000-0000-0000-0000-000000000000";

/** The schemas that are a cluster's each. */
export async function selectClusters(sql: Sql): Promise<string[]> {
  const rows = await withDeadline(
    sql<{ schema: string }[]>`select n.nspname as schema from pg_namespace n
      where (select count(*) from pg_class c where c.relnamespace = n.oid and c.relkind = 'r'
        and c.relname in ('migrations', 'log_ranges', 'nodes', 'blocks')) = 4 order by 1`,
    statementMs,
  );
  return rows.map(({ schema }) => schema);
}

/**
 * After this neither log ids nor epochs are given out that a node may have been given after the backup: messages with
 * such an id may be known elsewhere, and a node from then may still run. The search path is the cluster's schema.
 */
export async function moveOnAfterRestore(sql: Sql): Promise<void> {
  await withDeadline(
    sql`insert into log_ranges (range, node_id)
      select least(coalesce(max(range), 0) + ${rangesSkipped}::int, ${provisionalRangeMin - 1}::int), ${nobody}::uuid
      from log_ranges where range < ${provisionalRangeMin} on conflict do nothing`,
    statementMs,
  );
  await withDeadline(sql`update nodes set epoch = epoch + ${epochsSkipped}`, statementMs);
}
