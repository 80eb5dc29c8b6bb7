/** How much of what is stored, and since when. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 5_000;

export interface AuditDay {
  /** Its beginning, UTC. */
  readonly fromMs: number;
  readonly bytes: number;
}

/** The days of the audit that have something in them, the oldest first: they are made ahead. */
export async function selectAuditDaySizes(sql: Sql): Promise<AuditDay[]> {
  const rows = await withDeadline(
    sql<{ day: string; bytes: number }[]>`
      select to_date(right(c.relname, 8), 'YYYYMMDD')::text as day, pg_total_relation_size(c.oid)::bigint as bytes
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = to_regclass('audit_batches') and pg_relation_size(c.oid) > 0 order by day`,
    statementMs,
  );
  return rows.map(({ day, bytes }) => ({ fromMs: Date.parse(`${day}T00:00:00Z`), bytes }));
}

export interface StoredSizes {
  /** Messages, with what a job removed and could give back. */
  readonly bodiesBytes: number;
  readonly operatorsBytes: number;
  readonly operatorsSinceMs: number | null;
  /** Jobs and the files that they made. */
  readonly jobsBytes: number;
}

export async function selectStoredSizes(sql: Sql): Promise<StoredSizes> {
  const rows = await withDeadline(
    sql<{ bodies: number; operators: number; jobs: number; since: Date | null }[]>`
      select pg_total_relation_size('blocks')::bigint as bodies,
        pg_total_relation_size('operator_actions')::bigint as operators,
        (pg_total_relation_size('jobs') + pg_total_relation_size('job_items')
          + pg_total_relation_size('job_files'))::bigint as jobs,
        (select at from operator_actions order by seq limit 1) as since`,
    statementMs,
  );
  const { bodies, operators, jobs, since } = rows[0]!;
  return {
    ...{ bodiesBytes: bodies, operatorsBytes: operators, jobsBytes: jobs },
    operatorsSinceMs: since?.getTime() ?? null,
  };
}
