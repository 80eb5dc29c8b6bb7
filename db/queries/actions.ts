/** What operators did. Only ever appended; each line carries the hash of the one before (0010_people.sql). */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 2_000;
const readMs = 5_000;

export interface NewAction {
  readonly at: Date;
  /** `user`, `token` or `system`. */
  readonly actorKind: string;
  readonly actor: string;
  readonly address: string | null;
  readonly session: string | null;
  readonly requestId: string | null;
  readonly action: string;
  readonly topic: string | null;
  readonly channel: string | null;
  readonly node: string | null;
  /** What else it was done to. */
  readonly object: object | null;
  readonly before: object | null;
  readonly after: object | null;
  readonly reason: string | null;
  readonly result: string;
  readonly perNode: readonly object[] | null;
}

export interface ActionRow extends NewAction {
  /** Its place in the chain, from 1. */
  readonly seq: number;
}

export async function insertAction(sql: Sql, action: NewAction): Promise<void> {
  const json = (value: object | null) => value && JSON.stringify(value);
  await withDeadline(
    sql`insert into operator_actions (at, actor_kind, actor, address, session, request_id, action, topic, channel, node,
        object, before, after, reason, result, per_node)
      values (${action.at}, ${action.actorKind}, ${action.actor}, ${action.address}, ${action.session},
        ${action.requestId}, ${action.action}, ${action.topic}, ${action.channel}, ${action.node},
        ${json(action.object)}::text::jsonb, ${json(action.before)}::text::jsonb, ${json(action.after)}::text::jsonb,
        ${action.reason}, ${action.result}, ${json(action.perNode)}::text::jsonb)`,
    statementMs,
  );
}

export interface ActionFilter {
  /** Only lines before this place; null: from the newest. */
  readonly before: number | null;
  readonly limit: number;
  readonly actor: string | null;
  readonly action: string | null;
  readonly topic: string | null;
  readonly channel: string | null;
  readonly node: string | null;
  readonly result: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
}

/** Newest first. */
export async function selectActions(sql: Sql, filter: ActionFilter): Promise<readonly ActionRow[]> {
  const { before, limit, actor, action, topic, channel, node, result, from, to } = filter;
  return withDeadline(
    sql<ActionRow[]>`select ${columns(sql)} from operator_actions
      where (${before}::bigint is null or seq < ${before})
        and (${actor}::text is null or actor = ${actor})
        and (${action}::text is null or action = ${action})
        and (${topic}::text is null or topic = ${topic})
        and (${channel}::text is null or channel = ${channel})
        and (${node}::text is null or node = ${node} or per_node @> jsonb_build_array(jsonb_build_object('node', ${node}::text)))
        and (${result}::text is null or result = ${result})
        and (${from}::timestamptz is null or at >= ${from})
        and (${to}::timestamptz is null or at < ${to})
      order by seq desc limit ${limit}`,
    readMs,
  );
}

/** What was appended since, oldest first. */
export async function selectActionsSince(
  sql: Sql,
  seq: number,
  limit: number,
): Promise<readonly ActionRow[]> {
  return withDeadline(
    sql<
      ActionRow[]
    >`select ${columns(sql)} from operator_actions where seq > ${seq} order by seq limit ${limit}`,
    statementMs,
  );
}

/** Of all names: the last that was done to each, so far back as `lookBack` lines; newest first. */
export async function selectLastActions(sql: Sql, lookBack: number): Promise<readonly ActionRow[]> {
  return withDeadline(
    sql<ActionRow[]>`select distinct on (topic, channel, node) ${columns(sql)} from operator_actions
      where seq > (select seq from operator_chain) - ${lookBack} order by topic, channel, node, seq desc`,
    readMs,
  );
}

export interface ChainPart {
  /** The last line that was looked at; null: there is none after `after`. */
  readonly to: number | null;
  readonly lines: number;
  /** The first line whose hash is wrong, or that does not follow the one before; null: all is as it was written. */
  readonly broken: number | null;
}

/** Looks at up to `limit` lines after `after`. The last of all is compared with what the chain says. */
export async function verifyActions(sql: Sql, after: number, limit: number): Promise<ChainPart> {
  const [row] = await withDeadline(
    sql<{ to: number | null; lines: number; broken: number | null; end: number; endBroken: boolean }[]>`
      with part as (
        select seq, prev_hash, hash, a as line from operator_actions a
        where seq >= ${after} order by seq limit ${limit} + 1),
      checked as (
        select seq, hash,
          hash is distinct from sha256(prev_hash || convert_to(operator_action_text(line), 'UTF8'))
            or prev_hash is distinct from coalesce(lag(hash) over w, case when seq = 1 then sha256('') else prev_hash end)
            or seq <> coalesce(lag(seq) over w + 1, case when ${after} = 0 then 1 else seq end) as wrong
        from part window w as (order by seq))
      select max(seq) as "to", count(*) filter (where seq > ${after})::int as lines,
        min(seq) filter (where wrong) as broken, (select seq from operator_chain) as "end",
        (select seq from operator_chain) <= coalesce(max(seq), ${after})
          and (select hash from operator_chain) is distinct from
            coalesce((select hash from checked order by seq desc limit 1), case when ${after} = 0 then sha256('') end) as "endBroken"
      from checked`,
    readMs,
  );
  const { to, lines, broken, end, endBroken } = row!;
  // Lines taken from the end: the chain knows of more than there are.
  const cut = lines < limit && (to ?? after) < end;
  return {
    to: to !== null && to > after ? to : null,
    lines,
    broken: broken ?? (cut || endBroken ? (to ?? after) + 1 : null),
  };
}

function columns(sql: Sql) {
  return sql`seq, at, actor_kind as "actorKind", actor, address, session, request_id as "requestId", action, topic,
    channel, node, object, before, after, reason, result, per_node as "perNode"`;
}

/** The first day of the audit that is kept; null: there is none. */
export async function auditSince(sql: Sql): Promise<Date | null> {
  const rows = await withDeadline(
    sql<{ since: Date | null }[]>`select min(day)::timestamp at time zone 'UTC' as since from audit_batches`,
    statementMs,
  );
  return rows[0]?.since ?? null;
}
