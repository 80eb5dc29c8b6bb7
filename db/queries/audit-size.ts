import { type Sql, withDeadline } from "../statement.ts";

/** How much of the audit is stored, and the first day that is kept. */
export async function selectAuditSize(sql: Sql): Promise<{ bytes: number; sinceMs: number | null }> {
  const rows = await withDeadline(
    sql<{ bytes: number; since: string | null }[]>`
      select coalesce(sum(pg_total_relation_size(i.inhrelid)), 0)::bigint as bytes,
        min(to_date(right(c.relname, 8), 'YYYYMMDD'))::text as since
      from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = to_regclass('audit_batches')`,
    5_000,
  );
  const { bytes, since } = rows[0]!;
  return { bytes, sinceMs: since === null ? null : Date.parse(`${since}T00:00:00Z`) };
}
