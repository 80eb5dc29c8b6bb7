/** Messages that are due later: one row for each channel they are owed to. */
import type { Query, Row, Sql } from "../statement.ts";
import { type Owner, ownerPart } from "./fence.ts";

export interface ScheduledRow {
  readonly topic: string;
  readonly logId: number;
  readonly seq: number;
  /** Empty: the topic's own. */
  readonly channel: string;
  /** Milliseconds since 1970. */
  readonly dueMs: number;
  readonly attempts: number;
  readonly frame: Buffer;
}

export interface NewScheduled extends Omit<ScheduledRow, "channel"> {
  readonly channels: readonly string[];
}

/** As with blocks: `owner` says that the epoch held, `foreign` names a log that is another node's. */
export interface ScheduledOutcome {
  readonly kind: "owner" | "foreign";
  readonly logId: number | null;
}

/** One statement for many messages; what is there already stays, so that it can be sent again. */
export function insertScheduled(
  sql: Sql,
  owner: Owner,
  messages: readonly NewScheduled[],
): Query<(ScheduledOutcome & Row)[]> {
  const logs = new Map(messages.map(({ logId, topic }) => [logId, topic]));
  const rows: { message: NewScheduled; channel: string; at: number }[] = [];
  let at = 1;
  for (const message of messages) {
    for (const channel of message.channels) rows.push({ message, channel, at });
    at += message.frame.length;
  }
  const list = (value: (row: (typeof rows)[number]) => number) => `{${rows.map(value).join(",")}}`;
  return sql<(ScheduledOutcome & Row)[]>`
    with ${ownerPart(sql, owner)},
    log as materialized (
      select l, t from unnest(${`{${[...logs.keys()].join(",")}}`}::bigint[], ${textArray([...logs.values()])}::text[]) as n(l, t)
    ),
    opened as (
      insert into logs (log_id, topic, node_id, durable, epoch)
      select l, t, ${owner.nodeId}::uuid, true, ${owner.epoch}::bigint from owner, log
      on conflict do nothing returning log_id
    ),
    known as materialized (
      select l, found.node_id = ${owner.nodeId}::uuid as ours
      from log, lateral (select node_id from logs where log_id = l offset 0) found
    ),
    written as (
      insert into scheduled (log_id, seq, channel, topic, due_at, attempts, why, frame)
      select l, s, c, t, to_timestamp(d / 1000), a, case a when 0 then 'publish' else 'requeue' end, substring(${Buffer.concat(messages.map(({ frame }) => frame))}::bytea from p for n)
      from owner, unnest(
        ${list(({ message }) => message.logId)}::bigint[], ${list(({ message }) => message.seq)}::bigint[],
        ${textArray(rows.map(({ channel }) => channel))}::text[], ${list(({ message }) => message.dueMs)}::float8[],
        ${list(({ message }) => message.attempts)}::int[], ${list((row) => row.at)}::int[],
        ${list(({ message }) => message.frame.length)}::int[]
      ) as b(l, s, c, d, a, p, n) join log using (l)
      where l in (select log_id from opened union all select l from known where ours)
      on conflict do nothing
    )
    select 'owner' as kind, null::bigint as "logId" from owner
    union all
    select 'foreign', l from known where not ours`;
}

/** What was the topic's own is these channels' now. One row when the epoch held. */
export function spreadScheduled(
  sql: Sql,
  owner: Owner,
  message: { logId: number; seq: number; channels: readonly string[] },
): Query {
  const { logId, seq, channels } = message;
  return sql`
    with ${ownerPart(sql, owner)},
    taken as (
      delete from scheduled where exists (select from owner) and log_id = ${logId} and seq = ${seq} and channel = ''
        and exists (select from logs where logs.log_id = ${logId} and node_id = ${owner.nodeId})
      returning *
    ),
    written as (
      insert into scheduled (log_id, seq, channel, topic, due_at, attempts, why, written_at, frame)
      select log_id, seq, c, topic, due_at, attempts, why, written_at, frame
      from taken, unnest(${textArray(channels)}::text[]) c
      on conflict do nothing
    )
    select 1 as held from owner`;
}

/** One row when the epoch held. */
export function deleteScheduled(
  sql: Sql,
  owner: Owner,
  keys: readonly { readonly logId: number; readonly seq: number; readonly channel: string }[],
): Query {
  return sql`
    with ${ownerPart(sql, owner)},
    gone as (
      delete from scheduled using unnest(
        ${`{${keys.map(({ logId }) => logId).join(",")}}`}::bigint[], ${`{${keys.map(({ seq }) => seq).join(",")}}`}::bigint[],
        ${textArray(keys.map(({ channel }) => channel))}::text[]
      ) as k(l, s, c), logs
      where exists (select from owner) and scheduled.log_id = k.l and seq = k.s and channel = k.c
        and logs.log_id = k.l and logs.node_id = ${owner.nodeId}
    )
    select 1 as held from owner`;
}

/** Of all logs of a topic that are the owner's; of one channel, or of all. One row when the epoch held. */
export function deleteScheduledOf(sql: Sql, owner: Owner, topic: string, channel: string | null): Query {
  return sql`
    with ${ownerPart(sql, owner)},
    gone as (
      delete from scheduled
      where exists (select from owner) and (${channel}::text is null or channel = ${channel})
        and log_id in (select log_id from logs where node_id = ${owner.nodeId} and topic = ${topic} and durable)
    )
    select 1 as held from owner`;
}

/** Of these logs, as far as they are the owner's. One row when the epoch held. */
export function deleteScheduledOfLogs(sql: Sql, owner: Owner, logIds: readonly number[]): Query {
  return sql`
    with ${ownerPart(sql, owner)},
    gone as (
      delete from scheduled
      where exists (select from owner) and log_id in (
        select log_id from logs
        where node_id = ${owner.nodeId} and durable and log_id = any(${`{${logIds.join(",")}}`}::bigint[])
      )
    )
    select 1 as held from owner`;
}

/** Rows of one answer. */
export const scheduledPage = 256;

export type ScheduledKey = Pick<ScheduledRow, "logId" | "seq" | "channel">;

/** Due in (fromMs, toMs], of the durable logs of a node or of some of them: those that follow `after`. */
export function selectScheduled(
  sql: Sql,
  nodeId: string,
  range: { readonly fromMs: number; readonly toMs: number; readonly logIds: readonly number[] | null },
  after: ScheduledKey | null,
): Query<(ScheduledRow & Row)[]> {
  const logIds = range.logIds === null ? null : `{${range.logIds.join(",")}}`;
  const { logId, seq, channel } = after ?? { logId: -1, seq: -1, channel: "" };
  return sql<(ScheduledRow & Row)[]>`
    select s.topic, s.log_id as "logId", seq, channel, round(extract(epoch from due_at) * 1000)::bigint as "dueMs",
      attempts, frame
    from logs l join scheduled s on s.log_id = l.log_id
    where l.node_id = ${nodeId} and l.durable and (${logIds}::bigint[] is null or l.log_id = any(${logIds}::bigint[]))
      and due_at > to_timestamp(${range.fromMs}::float8 / 1000) and due_at <= to_timestamp(${range.toMs}::float8 / 1000)
      and (s.log_id, seq, channel) > (${logId}, ${seq}, ${channel})
    order by s.log_id, seq, channel limit ${scheduledPage}`;
}

/** How many are due after that, by topic and channel. */
export function countScheduled(
  sql: Sql,
  nodeId: string,
  afterMs: number,
  logIds: readonly number[],
): Query<({ topic: string; channel: string; count: number } & Row)[]> {
  return sql<({ topic: string; channel: string; count: number } & Row)[]>`
    select s.topic, s.channel, count(*)::int as count from logs l join scheduled s on s.log_id = l.log_id
    where l.node_id = ${nodeId} and l.durable and l.log_id = any(${`{${logIds.join(",")}}`}::bigint[])
      and due_at > to_timestamp(${afterMs}::float8 / 1000)
    group by s.topic, s.channel`;
}

/** Names have no character that an array's text form would escape; the empty one has to be quoted. */
function textArray(names: readonly string[]): string {
  return `{${names.map((name) => JSON.stringify(name)).join(",")}}`;
}
