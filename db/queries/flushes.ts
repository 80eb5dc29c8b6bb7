/** Flushes of progress: appended under the fence, read from the newest whole one of a life on. */
import { type Query, type Row, type Sql, withDeadline } from "../statement.ts";
import { type Owner, ownerPart } from "./fence.ts";

const statementMs = 10_000;
const flushesPage = 200;

export interface FlushPart {
  readonly hour: number;
  readonly flush: number;
  readonly part: number;
  readonly parts: number;
  readonly whole: boolean;
  readonly payload: Uint8Array;
  /** Logs whose state is in this flush and those after it; only with the last part. */
  readonly restored: readonly number[];
}

/** One row when the epoch held: the part is there, from now or from before. None: nothing was written. */
export function insertFlushPart(sql: Sql, owner: Owner, part: FlushPart): Query {
  const { nodeId, epoch } = owner;
  return sql`
    with ${ownerPart(sql, owner)},
    told as (
      update logs set progress_node = ${nodeId}, progress_epoch = ${epoch}
      where exists (select from owner) and log_id = any(${`{${part.restored.join(",")}}`}::bigint[])
        and node_id = ${nodeId}
    ),
    written as (
      insert into progress_flushes (hour, node_id, epoch, flush, part, parts, whole, payload)
      select ${part.hour}, ${nodeId}, ${epoch}, ${part.flush}, ${part.part}, ${part.parts}, ${part.whole}, ${part.payload}
      from owner
      on conflict do nothing
    )
    select 1 as held from owner`;
}

/** Makes the partitions of an hour and the next, so that no flush waits at the turn of one. */
export function makeFlushPartitions(sql: Sql, hour: number): Query {
  return sql`select progress_make_partition(${hour}), progress_make_partition(${hour + 1})`;
}

/** Drops what was flushed before an hour and would never be read. */
export function dropFlushPartitions(sql: Sql, beforeHour: number): Query {
  return sql`select progress_drop_partitions(${beforeHour})`;
}

/** A durable log of a node, and in whose flushes its state is. */
export interface LogLife {
  readonly logId: number;
  readonly nodeId: string;
  readonly epoch: number;
  readonly topic: string;
  /** Its topic was deleted for the cluster after it was begun, and nothing was said of that since. */
  readonly isDeleted: boolean;
}

export function selectLogLives(sql: Sql, nodeId: string): Query<(LogLife & Row)[]> {
  return sql<(LogLife & Row)[]>`
    select log_id as "logId", coalesce(progress_node, node_id) as "nodeId",
      coalesce(progress_epoch, epoch, 0) as epoch, topic,
      exists (
        select from topics
        where name = topic and deleted_version = version and not declared and changed_at > opened_at
      ) as "isDeleted"
    from logs where node_id = ${nodeId} and durable order by log_id`;
}

/** The payloads that count of a life, in order. */
export async function* selectFlushes(sql: Sql, life: Owner): AsyncGenerator<Uint8Array> {
  const { nodeId, epoch } = life;
  const [newest] = await withDeadline(
    sql<{ flush: number }[]>`select coalesce(max(flush), 0) as flush from progress_flushes
      where node_id = ${nodeId} and epoch = ${epoch} and whole and part = parts - 1`,
    statementMs,
  );
  let [flush, part] = [newest!.flush, -1];
  const parts: Uint8Array[] = [];
  for (;;) {
    const page = await withDeadline(
      sql<{ flush: number; part: number; parts: number; payload: Uint8Array }[]>`
        select flush, part, parts, payload from progress_flushes
        where node_id = ${nodeId} and epoch = ${epoch} and (flush, part) > (${flush}, ${part})
        order by flush, part limit ${flushesPage}`,
      statementMs,
    );
    for (const row of page) {
      // The last flush of a life may be there in part: it was never one.
      if (row.part === 0) parts.length = 0;
      parts.push(row.payload);
      if (row.part + 1 === row.parts) yield Buffer.concat(parts);
      [flush, part] = [row.flush, row.part];
    }
    if (page.length < flushesPage) return;
  }
}
