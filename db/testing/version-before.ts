/**
 * What nodes of the version before say to Postgres about blocks and topics, word for word: schema 0003, before there were durable
 * topics. Checkpoints, the audit, sessions and ranges of log ids have not changed since.
 */
import type { Query, Row, Sql } from "../statement.ts";

/** How many migrations that version knows. */
export const migrationsBefore = 4;

interface BlockRow {
  readonly logId: number;
  readonly loose: boolean;
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

interface NewBlockRow extends BlockRow {
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

/** Declares a topic by the first act there is. */
export function declareTopic(sql: Sql, topic: string): Query {
  return sql`with moved as (update topology set version = ${1} where version = ${0} returning version),
      gone as (delete from channels using moved where topic = ${topic} and moved.version = ${0})
      insert into topics (name, version, declared, incarnation, paused, paused_version, emptied_version, deleted_version)
      select ${topic}, ${1}::bigint, ${true}::boolean, ${1}::bigint, ${false}::boolean,
        ${0}::bigint, ${0}::bigint, ${0}::bigint from moved
      on conflict (name) do update set version = excluded.version, declared = excluded.declared,
        incarnation = excluded.incarnation, paused = excluded.paused, paused_version = excluded.paused_version,
        emptied_version = excluded.emptied_version, deleted_version = excluded.deleted_version, changed_at = now()
      returning version`;
}

export function selectDeclared(sql: Sql): Query {
  return sql`select name as topic, null as channel, version, declared, incarnation, paused,
      paused_version as "pausedVersion", emptied_version as "emptiedVersion", deleted_version as "deletedVersion"
    from topics where version > ${0}`;
}
