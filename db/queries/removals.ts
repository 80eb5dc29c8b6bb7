/** What jobs have removed and may give back: marks on ranges of logs, which keep their blocks from being deleted. */
import { type Row, type Sql, withDeadline } from "../statement.ts";
import { type Owner, ownerPart } from "./fence.ts";

const statementMs = 10_000;
const rowsMax = 10_000;

export interface RemovedRow {
  readonly id: string;
  readonly logId: number;
  readonly topic: string;
  readonly channel: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly messages: number;
  readonly lists: {
    readonly ranges: readonly [number, number][];
    readonly singles: readonly [number, number, number][];
  };
}

/** One statement, which can be sent again. False: nothing was written, because the epoch is over. */
export async function insertRemovals(
  sql: Sql,
  owner: Owner,
  jobId: string,
  rows: readonly RemovedRow[],
  keepMs: number,
): Promise<boolean> {
  const held = await withDeadline(
    sql<Row[]>`
      with ${ownerPart(sql, owner)},
      written as (
        insert into removed_by_job (id, job_id, log_id, topic, channel, from_seq, to_seq, messages, lists, expires_at)
        select r.id, ${jobId}::uuid, r."logId", r.topic, r.channel, r."fromSeq", r."toSeq", r.messages, r.lists,
          now() + ${keepMs}::float8 * interval '1 ms'
        from owner, jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
          as r(id uuid, "logId" bigint, topic text, channel text, "fromSeq" bigint, "toSeq" bigint, messages bigint, lists jsonb)
        join logs l on l.log_id = r."logId" and l.node_id = ${owner.nodeId}
        on conflict do nothing)
      select 1 as held from owner`,
    statementMs,
  );
  return held.length > 0;
}

/** What a job has removed of logs that are a node's now, whoever had them then. */
export async function selectRemovals(
  sql: Sql,
  nodeId: string,
  jobId: string,
): Promise<(RemovedRow & { readonly durable: boolean })[]> {
  const rows = await withDeadline(
    sql<(RemovedRow & { durable: boolean } & Row)[]>`
      select r.id, r.log_id as "logId", r.topic, r.channel, r.from_seq as "fromSeq", r.to_seq as "toSeq", r.messages,
        r.lists, l.durable
      from removed_by_job r join logs l on l.log_id = r.log_id
      where r.job_id = ${jobId} and l.node_id = ${nodeId} and r.expires_at > now()
      order by r.log_id, r.channel limit ${rowsMax}`,
    statementMs,
  );
  return [...rows];
}

/** They are owed again, by progress that is written down. */
export async function deleteRemovals(
  sql: Sql,
  owner: Owner,
  keys: readonly Pick<RemovedRow, "id" | "logId" | "channel">[],
): Promise<void> {
  await withDeadline(
    sql`with ${ownerPart(sql, owner)}
      delete from removed_by_job r
      using jsonb_to_recordset(${JSON.stringify(keys.map(({ id, logId, channel }) => ({ id, logId, channel })))}::text::jsonb)
        as k(id uuid, "logId" bigint, channel text)
      where exists (select from owner) and r.id = k.id and r.log_id = k."logId" and r.channel = k.channel`,
    statementMs,
  );
}

/** Takes away the marks that have had their time, of a node's logs. Gives those logs. */
export async function expireRemovals(sql: Sql, owner: Owner): Promise<number[]> {
  const rows = await withDeadline(
    sql<({ logId: number } & Row)[]>`
      with ${ownerPart(sql, owner)}
      delete from removed_by_job r
      where exists (select from owner) and expires_at <= now()
        and not exists (select from logs l where l.log_id = r.log_id and l.node_id <> ${owner.nodeId})
      returning log_id as "logId"`,
    statementMs,
  );
  return [...new Set(rows.map(({ logId }) => logId))];
}

/** By log of a node: where what was removed of it ends. */
export async function selectRemovedEnds(sql: Sql, nodeId: string): Promise<Map<number, number>> {
  const rows = await withDeadline(
    sql<({ logId: number; toSeq: number } & Row)[]>`
      select r.log_id as "logId", max(r.to_seq) as "toSeq"
      from removed_by_job r join logs l on l.log_id = r.log_id where l.node_id = ${nodeId} group by r.log_id`,
    statementMs,
  );
  return new Map(rows.map(({ logId, toSeq }) => [logId, toSeq]));
}
