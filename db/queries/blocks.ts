/** Blocks of logs: written many at a time, read by range, deleted a few at a time. */
import { type Query, type Row, type Sql, withDeadline } from "../statement.ts";

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
}

/**
 * One statement, one shape whatever the number of blocks: the frames travel as one value and are
 * cut apart by the server. Blocks and logs that are there already stay as they are, so that it can be sent again.
 */
export function insertBlocks(sql: Sql, nodeId: string, rows: readonly NewBlockRow[]): Query {
  const topics = new Map<number, string>();
  const offsets: number[] = [];
  let offset = 1;
  for (const row of rows) {
    topics.set(row.logId, row.topic);
    offsets.push(offset);
    offset += row.bytes.byteLength;
  }
  const list = (value: (row: NewBlockRow) => number | boolean) => `{${rows.map(value).join(",")}}`;
  return sql`
    with known as (
      insert into logs (log_id, topic, node_id)
      select l, t, ${nodeId}::uuid
      from unnest(${`{${[...topics.keys()].join(",")}}`}::bigint[], ${textArray([...topics.values()])}::text[]) as n(l, t)
      on conflict do nothing
    )
    insert into blocks (log_id, loose, first_seq, end_seq, count, byte_count, frames)
    select l, o, f, e, c, n, substring(${Buffer.concat(rows.map((row) => row.bytes))}::bytea from p for n)
    from unnest(
      ${list((row) => row.logId)}::bigint[], ${list((row) => row.loose)}::boolean[],
      ${list((row) => row.firstSeq)}::bigint[], ${list((row) => row.endSeq)}::bigint[],
      ${list((row) => row.count)}::int[], ${list((row) => row.bytes.byteLength)}::int[],
      ${`{${offsets.join(",")}}`}::int[]
    ) as b(l, o, f, e, c, n, p)
    on conflict do nothing`;
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

/**
 * Deletes at most `rows` blocks that lie wholly below a sequence of their log. The result's `count` says how
 * many: fewer than `rows` means that none is left.
 */
export function deleteBlocks(sql: Sql, below: ReadonlyMap<number, number>, rows: number): Query {
  return sql`
    delete from blocks where (log_id, loose, first_seq) in (
      select b.log_id, b.loose, b.first_seq
      from unnest(${`{${[...below.keys()].join(",")}}`}::bigint[], ${`{${[...below.values()].join(",")}}`}::bigint[])
        as f(log_id, below)
      cross join lateral (
        select * from blocks where blocks.log_id = f.log_id and first_seq < f.below and end_seq <= f.below
        limit ${rows}
      ) b
      limit ${rows})`;
}

/** Ends logs of which no block is left. */
export function deleteLogs(sql: Sql, nodeId: string, logIds: readonly number[]): Query {
  return sql`
    delete from logs where node_id = ${nodeId} and log_id = any(${`{${logIds.join(",")}}`}::bigint[])
      and not exists (select from blocks where blocks.log_id = logs.log_id)`;
}

/** What is stored of a log: where its runs and its loose blocks begin and end; equal: there is none. */
export interface StoredLogRow {
  readonly logId: number;
  readonly topic: string;
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
        select l.log_id as "logId", l.topic, coalesce(r.first, 0) as "runsFrom", coalesce(r.last, 0) as "runsTo",
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
