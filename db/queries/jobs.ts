/** Jobs and what they have to do, item by item. Who does them is fenced: a console whose term is over changes nothing. */
import { type Row, type Sql, withDeadline } from "../statement.ts";
import { type ConsoleTerm, termPart } from "./console-leases.ts";

const statementMs = 5_000;

export interface NewJob {
  readonly id: string;
  readonly kind: string;
  readonly topic: string | null;
  readonly channel: string | null;
  readonly node: string | null;
  readonly params: object;
  readonly actor: string;
  readonly role: string;
  readonly address: string | null;
  readonly reason: string | null;
  readonly requestId: string;
  readonly total: number;
  readonly undoOf: string | null;
}

export interface NewItem {
  readonly node: string;
  readonly step: string;
  readonly total: number;
}

export interface StoredJob extends Omit<NewJob, "params"> {
  readonly params: Record<string, unknown>;
  readonly state: string;
  readonly done: number;
  readonly kept: number;
  readonly cancelAsked: boolean;
  readonly result: Record<string, unknown> | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly undoUntil: Date | null;
  readonly failures: number;
}

export interface StoredItem extends NewItem {
  readonly item: number;
  readonly state: string;
  readonly done: number;
  readonly kept: number;
  readonly error: string | null;
}

/** The job with its items, in one statement. False: there is one of that id already, which stays as it is. */
export async function insertJob(sql: Sql, job: NewJob, items: readonly NewItem[]): Promise<boolean> {
  const list = JSON.stringify(items.map((item, index) => ({ ...item, item: index })));
  const rows = await withDeadline(
    sql<Row[]>`
      with made as (
        insert into jobs (id, kind, topic, channel, node, params, state, actor, role, address, reason, request_id, total,
          done, kept, undo_of)
        values (${job.id}, ${job.kind}, ${job.topic}, ${job.channel}, ${job.node},
          ${JSON.stringify(job.params)}::text::jsonb, 'queued', ${job.actor}, ${job.role}, ${job.address}, ${job.reason},
          ${job.requestId}, ${job.total}, 0, 0, ${job.undoOf})
        on conflict do nothing returning id),
      listed as (
        insert into job_items (job_id, item, node, step, state, total, done, kept)
        select made.id, i.item, i.node, i.step, 'queued', i.total, 0, 0
        from made, jsonb_to_recordset(${list}::text::jsonb) as i(item int, node text, step text, total bigint))
      select 1 from made`,
    statementMs,
  );
  return rows.length > 0;
}

const columns = (sql: Sql) => sql`
  id, kind, topic, channel, node, params, state, actor, role, address, reason, request_id as "requestId", total, done,
  kept, cancel_asked as "cancelAsked", undo_of as "undoOf", result, created_at as "createdAt",
  started_at as "startedAt", ended_at as "endedAt", undo_until as "undoUntil",
  (select count(*) from job_items i where i.job_id = jobs.id and i.state = 'failed')::int as failures`;

/** The newest first; before a moment. */
export async function selectJobs(sql: Sql, limit: number, before: Date | null): Promise<StoredJob[]> {
  const rows = await withDeadline(
    sql<(StoredJob & Row)[]>`select ${columns(sql)} from jobs
      where ${before}::timestamptz is null or created_at < ${before}::timestamptz
      order by created_at desc, id limit ${limit}`,
    statementMs,
  );
  return [...rows];
}

/** Those that are not over, the oldest first. */
export async function selectOpenJobs(sql: Sql, limit: number): Promise<StoredJob[]> {
  const rows = await withDeadline(
    sql<(StoredJob & Row)[]>`select ${columns(sql)} from jobs where ended_at is null
      order by created_at limit ${limit}`,
    statementMs,
  );
  return [...rows];
}

export async function selectJob(
  sql: Sql,
  id: string,
): Promise<{ job: StoredJob; items: StoredItem[] } | null> {
  const jobs = await withDeadline(
    sql<(StoredJob & Row)[]>`select ${columns(sql)} from jobs where id = ${id}`,
    statementMs,
  );
  if (jobs.length === 0) return null;
  const items = await withDeadline(
    sql<(StoredItem & Row)[]>`select item, node, step, state, total, done, kept, error from job_items
      where job_id = ${id} order by item limit 5000`,
    statementMs,
  );
  return { job: jobs[0]!, items: [...items] };
}

/** How an item stands; the job's sums with it. False: the term is over, and nothing was written. */
export async function saveItem(
  sql: Sql,
  term: ConsoleTerm,
  jobId: string,
  item: Pick<StoredItem, "item" | "state" | "done" | "kept" | "error">,
): Promise<boolean> {
  const rows = await withDeadline(
    sql<Row[]>`
      with ${termPart(sql, term)},
      before as (select done, kept from job_items where job_id = ${jobId} and item = ${item.item}),
      saved as (
        update job_items set state = ${item.state}, done = ${item.done}, kept = ${item.kept}, error = ${item.error}
        where exists (select from term) and job_id = ${jobId} and item = ${item.item} returning done, kept),
      summed as (
        update jobs set done = jobs.done + saved.done - before.done, kept = jobs.kept + saved.kept - before.kept,
          state = 'running', started_at = coalesce(started_at, now()), changed_at = now()
        from saved, before where jobs.id = ${jobId} and jobs.ended_at is null)
      select 1 from saved`,
    statementMs,
  );
  return rows.length > 0;
}

export interface JobEnd {
  readonly state: string;
  readonly result: object;
  /** So long it can be undone; 0: not at all. */
  readonly undoMs: number;
}

/** The job is over. False: the term is, or somebody else has ended it. */
export async function endJob(sql: Sql, term: ConsoleTerm, jobId: string, end: JobEnd): Promise<boolean> {
  const rows = await withDeadline(
    sql<Row[]>`
      with ${termPart(sql, term)}
      update jobs set state = ${end.state}, ended_at = now(), changed_at = now(),
        result = coalesce(result, '{}'::jsonb) || ${JSON.stringify(end.result)}::text::jsonb,
        started_at = coalesce(started_at, now()),
        undo_until = case when ${end.undoMs}::float8 > 0
          then coalesce(started_at, now()) + ${end.undoMs}::float8 * interval '1 ms' end
      where exists (select from term) and id = ${jobId} and ended_at is null
      returning 1`,
    statementMs,
  );
  return rows.length > 0;
}

/** Said by anybody who may; whoever does the job sees it. False: it is over, or there is none. */
export async function askToCancel(sql: Sql, jobId: string): Promise<boolean> {
  const rows = await withDeadline(
    sql<
      Row[]
    >`update jobs set cancel_asked = true, changed_at = now() where id = ${jobId} and ended_at is null returning 1`,
    statementMs,
  );
  return rows.length > 0;
}

export async function isCancelAsked(sql: Sql, jobId: string): Promise<boolean> {
  const rows = await withDeadline(
    sql<({ asked: boolean } & Row)[]>`select cancel_asked as asked from jobs where id = ${jobId}`,
    statementMs,
  );
  return rows[0]?.asked ?? true;
}

/** Which job gives another back. */
export async function noteUndo(sql: Sql, jobId: string, undoneBy: string): Promise<void> {
  await withDeadline(
    sql`update jobs set result = coalesce(result, '{}'::jsonb) || ${JSON.stringify({ undoneBy })}::text::jsonb,
      changed_at = now() where id = ${jobId}`,
    statementMs,
  );
}

/** What ended so long ago goes, so many at a time. */
export async function deleteOldJobs(sql: Sql, term: ConsoleTerm, keptMs: number): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)}
      delete from jobs where exists (select from term) and id in (
        select id from jobs where ended_at < now() - ${keptMs}::float8 * interval '1 ms' limit 500)`,
    statementMs,
  );
}
