/** Blocks of logs: written many at a time, read by range, deleted a few at a time. */
import { type Query, type Row, type Sql, withDeadline } from "../statement.ts";
import { type Owner, ownerPart } from "./fence.ts";

export interface BlockRow {
  readonly logId: number;
  readonly loose: boolean;
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

export interface NewBlockRow extends BlockRow {
  readonly topic: string;
  /** Of its log, should this be the log's first block. */
  readonly durable: boolean;
}

/**
 * What became of one of the blocks, or of all. `owner`: the epoch held; without it nothing was written. `written`:
 * the block is there, from now or from before. `foreign`: its log is not, or no longer, this node's to write to.
 * A block of which nothing is said may be there the next time: another statement with it had not ended yet.
 */
export interface BlockOutcome {
  readonly kind: "owner" | "written" | "foreign";
  readonly logId: number | null;
  readonly loose: boolean | null;
  readonly firstSeq: number | null;
}

/**
 * One statement, one shape whatever the number of blocks: the frames travel as one value and are
 * cut apart by the server. Blocks and logs that are there already stay as they are, so that it can be sent again.
 */
export function insertBlocks(
  sql: Sql,
  owner: Owner,
  rows: readonly NewBlockRow[],
): Query<(BlockOutcome & Row)[]> {
  const logs = new Map<number, NewBlockRow>();
  const offsets: number[] = [];
  let offset = 1;
  for (const row of rows) {
    logs.set(row.logId, row);
    offsets.push(offset);
    offset += row.bytes.byteLength;
  }
  const logRows = [...logs.values()];
  const bytes = rows.length === 1 ? rows[0]!.bytes : Buffer.concat(rows.map((row) => row.bytes));
  const list = (value: (row: NewBlockRow) => number | boolean) => `{${rows.map(value).join(",")}}`;
  return sql<(BlockOutcome & Row)[]>`
    with ${ownerPart(sql, owner)},
    log as materialized (
      select l, t, d from unnest(
        ${`{${[...logs.keys()].join(",")}}`}::bigint[], ${textArray(logRows.map((row) => row.topic))}::text[],
        ${`{${logRows.map((row) => row.durable).join(",")}}`}::boolean[]
      ) as n(l, t, d)
    ),
    opened as (
      insert into logs (log_id, topic, node_id, durable, epoch)
      select l, t, ${owner.nodeId}::uuid, d, ${owner.epoch}::bigint from owner, log
      on conflict do nothing returning log_id
    ),
    known as materialized (
      select l, found.node_id = ${owner.nodeId}::uuid and found.sealed_at is null as ours
      from log, lateral (select node_id, sealed_at from logs where log_id = l offset 0) found
    ),
    given as materialized (
      select * from unnest(
        ${list((row) => row.logId)}::bigint[], ${list((row) => row.loose)}::boolean[],
        ${list((row) => row.firstSeq)}::bigint[], ${list((row) => row.endSeq)}::bigint[],
        ${list((row) => row.count)}::int[], ${list((row) => row.bytes.byteLength)}::int[],
        ${`{${offsets.join(",")}}`}::int[]
      ) as b(l, o, f, e, c, n, p)
      where l in (select log_id from opened union all select l from known where ours)
    ),
    written as (
      insert into blocks (log_id, loose, first_seq, end_seq, count, byte_count, frames)
      select l, o, f, e, c, n, substring(${bytes}::bytea from p for n) from owner, given
      on conflict do nothing returning log_id, loose, first_seq
    )
    select 'owner' as kind, null::bigint as "logId", null::boolean as loose, null::bigint as "firstSeq" from owner
    union all
    select 'written', log_id, loose, first_seq from written
    union all
    select 'written', l, o, f
    from given, lateral (
      select from blocks where log_id = l and loose = o and first_seq = f and end_seq = e offset 0
    ) found
    union all
    select 'foreign', l, null, null from known where not ours`;
}

/** Topic names have no character that an array's text form would escape; others are refused. */
function textArray(names: readonly string[]): string {
  return `{${names.map((name) => JSON.stringify(name)).join(",")}}`;
}

/** More rows than this are never looked at for one answer. */
const rowsMax = 256;

/**
 * Blocks that hold sequences in [fromSeq, toSeq), by first sequence, until `bytesMax` is reached;
 * at least one where there is one. Runs do not overlap, so the one that holds `fromSeq` is the last to
 * begin at or before it, and no index entry before that is looked at.
 */
export function selectBlocks(
  sql: Sql,
  range: { logId: number; fromSeq: number; toSeq: number; bytesMax: number; loose: boolean },
): Query<(BlockRow & Row)[]> {
  const { logId, fromSeq, toSeq, bytesMax, loose } = range;
  return sql<(BlockRow & Row)[]>`
    select log_id as "logId", loose, first_seq as "firstSeq", end_seq as "endSeq", count, frames as bytes
    from (
      select *, sum(byte_count) over (order by first_seq, loose rows unbounded preceding) - byte_count as before
      from (
        (select * from blocks
          where log_id = ${logId} and not loose and first_seq < ${toSeq} and end_seq > ${fromSeq}
            and first_seq >= coalesce((select max(first_seq) from blocks
              where log_id = ${logId} and not loose and first_seq <= ${fromSeq}), 0)
          order by first_seq limit ${rowsMax})
        union all
        (select * from blocks
          where ${loose} and log_id = ${logId} and loose and first_seq < ${toSeq} and end_seq > ${fromSeq}
          order by first_seq limit ${rowsMax})
      ) candidate
    ) summed
    where before < ${bytesMax}
    order by first_seq, loose
    limit ${rowsMax}`;
}

/** What of a log may go: no run lies wholly below `fromSeq` any more, and none that lies wholly below `belowSeq` is needed. */
export interface DrainedLog {
  readonly logId: number;
  readonly fromSeq: number;
  readonly belowSeq: number;
}

export interface DeletedBlock {
  readonly logId: number;
  readonly loose: boolean;
  readonly endSeq: number;
}

/**
 * Deletes at most `rows` blocks of logs that are the owner's; fewer than `rows` means that none is left but what is
 * marked as removed by a job. What was deleted below `fromSeq` is not looked at again: while somebody holds a snapshot
 * it stays in the index.
 */
export function deleteBlocks(
  sql: Sql,
  owner: Owner,
  logs: readonly DrainedLog[],
  rows: number,
): Query<(DeletedBlock & Row)[]> {
  const list = (value: (log: DrainedLog) => number) => `{${logs.map(value).join(",")}}`;
  return sql<(DeletedBlock & Row)[]>`
    with ${ownerPart(sql, owner)}
    delete from blocks where (log_id, loose, first_seq) in (
      select b.log_id, b.loose, b.first_seq
      from owner, unnest(${list((log) => log.logId)}::bigint[], ${list((log) => log.fromSeq)}::bigint[],
          ${list((log) => log.belowSeq)}::bigint[]) as f(log_id, from_seq, below)
      join logs l on l.log_id = f.log_id and l.node_id = ${owner.nodeId}
      cross join lateral (
        (select * from blocks where blocks.log_id = f.log_id and not loose
            and first_seq >= f.from_seq and first_seq < f.below and end_seq <= f.below and ${notRemoved(sql)}
          order by first_seq limit ${rows})
        union all
        (select * from blocks where blocks.log_id = f.log_id and loose and first_seq < f.below and end_seq <= f.below
            and ${notRemoved(sql)}
          limit ${rows})
      ) b
      limit ${rows})
    returning log_id as "logId", loose, end_seq as "endSeq"`;
}

/** Nothing of the block may be wanted back. */
function notRemoved(sql: Sql): Query {
  return sql`not exists (select from removed_by_job r
    where r.log_id = blocks.log_id and r.from_seq < blocks.end_seq and r.to_seq > blocks.first_seq)`;
}

/** Ends logs of the owner's of which no block is left. One row for each that stays, because of a job's removal. */
export function deleteLogs(
  sql: Sql,
  owner: Owner,
  logIds: readonly number[],
): Query<({ logId: number } & Row)[]> {
  const ids = `{${logIds.join(",")}}`;
  return sql<({ logId: number } & Row)[]>`
    with ${ownerPart(sql, owner)},
    gone as (
      delete from logs where exists (select from owner) and node_id = ${owner.nodeId} and log_id = any(${ids}::bigint[])
        and not exists (select from blocks where blocks.log_id = logs.log_id)
        and not exists (select from scheduled where scheduled.log_id = logs.log_id)
        and not exists (select from removed_by_job where removed_by_job.log_id = logs.log_id))
    select distinct log_id as "logId" from removed_by_job where log_id = any(${ids}::bigint[])`;
}

/** What is stored of a log: where its runs and its loose blocks begin and end; equal: there is none. */
export interface StoredLogRow {
  readonly logId: number;
  readonly topic: string;
  readonly durable: boolean;
  readonly runsFrom: number;
  readonly runsTo: number;
  readonly looseFrom: number;
  readonly looseTo: number;
}

const logsPage = 2_000;
const logsDeadlineMs = 20_000;

/** The logs of a node, by id. */
export async function selectStoredLogs(sql: Sql, nodeId: string): Promise<StoredLogRow[]> {
  const all: StoredLogRow[] = [];
  for (;;) {
    const page = await withDeadline(
      sql<(StoredLogRow & Row)[]>`
        select l.log_id as "logId", l.topic, l.durable, coalesce(r.first, 0) as "runsFrom", coalesce(r.last, 0) as "runsTo",
          coalesce(o.first, 0) as "looseFrom", coalesce(o.last, 0) as "looseTo"
        from logs l
        left join lateral (
          select (select first_seq from blocks b where b.log_id = l.log_id and not loose
              order by first_seq limit 1) as first,
            (select end_seq from blocks b where b.log_id = l.log_id and not loose
              order by first_seq desc limit 1) as last
        ) r on true
        left join lateral (
          select min(first_seq) as first, max(end_seq) as last from blocks b where b.log_id = l.log_id and loose
        ) o on true
        where l.node_id = ${nodeId} and l.log_id > ${all.at(-1)?.logId ?? -1}
        order by l.log_id limit ${logsPage}`,
      logsDeadlineMs,
    );
    all.push(...page);
    if (page.length < logsPage) return all;
  }
}
