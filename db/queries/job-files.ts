/** Files that jobs have made, part by part. Who writes them is fenced as whoever does the job is. */
import { type Row, type Sql, withDeadline } from "../statement.ts";
import { type ConsoleTerm, termPart } from "./console-leases.ts";

const statementMs = 5_000;

export interface NewPart {
  readonly part: number;
  /** gzip. */
  readonly body: Uint8Array;
  readonly rows: number;
  /** Where the next one begins; null: this is the last. */
  readonly next: string | null;
}

/** How far a file is. */
export interface FileEnd {
  readonly parts: number;
  readonly rows: number;
  /** Where to go on; null: it is whole. */
  readonly next: string | null;
}

/**
 * Puts a part behind the others, and notes on the job how far it is. The same part twice is one.
 * False: the term is over.
 */
export async function appendPart(
  sql: Sql,
  term: ConsoleTerm,
  jobId: string,
  { part, body, rows, next }: NewPart,
  note: object,
): Promise<boolean> {
  const found = await withDeadline(
    sql<Row[]>`
      with ${termPart(sql, term)},
      added as (
        insert into job_files (job_id, part, body, rows, next)
        select ${jobId}::uuid, ${part}::int, ${body as Buffer}::bytea, ${rows}::bigint, ${next}::text from term
        on conflict do nothing),
      noted as (
        update jobs set result = coalesce(result, '{}'::jsonb) || ${JSON.stringify(note)}::text::jsonb, changed_at = now()
        where exists (select from term) and id = ${jobId})
      select 1 from term`,
    statementMs,
  );
  return found.length > 0;
}

/** null: nothing of it is there yet. */
export async function selectFileEnd(sql: Sql, jobId: string): Promise<FileEnd | null> {
  const rows = await withDeadline(
    sql<(FileEnd & Row)[]>`
      select part + 1 as parts, next,
        (select coalesce(sum(rows), 0) from job_files f where f.job_id = ${jobId})::bigint as rows
      from job_files where job_id = ${jobId} order by part desc limit 1`,
    statementMs,
  );
  const end = rows[0];
  return end ? { parts: Number(end.parts), rows: Number(end.rows), next: end.next } : null;
}

/** null: there is no such part. */
export async function selectPart(sql: Sql, jobId: string, part: number): Promise<Uint8Array | null> {
  const rows = await withDeadline(
    sql<
      ({ body: Uint8Array } & Row)[]
    >`select body from job_files where job_id = ${jobId} and part = ${part}`,
    statementMs,
  );
  return rows[0]?.body ?? null;
}

/** Files of jobs that ended so long ago go, and all but the newest. */
export async function deleteOldFiles(
  sql: Sql,
  term: ConsoleTerm,
  { keptMs, filesMax }: { readonly keptMs: number; readonly filesMax: number },
): Promise<void> {
  await withDeadline(
    sql`
      with ${termPart(sql, term)},
      old as (
        select id from jobs where exists (select from term) and kind = 'export' and result ? 'file'
          and ended_at < now() - ${keptMs}::float8 * interval '1 ms'
        limit 100),
      beyond as (
        select id from jobs where exists (select from term) and kind = 'export' and result ? 'file'
          and ended_at is not null
        order by ended_at desc offset ${filesMax}::int limit 100),
      gone as (select id from old union select id from beyond),
      deleted as (delete from job_files where job_id in (select id from gone))
      update jobs set result = result - 'file', changed_at = now() where id in (select id from gone)`,
    statementMs,
  );
}
