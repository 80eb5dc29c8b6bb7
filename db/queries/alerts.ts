/** Alerts: rules and mutes as operators set them, what was found, and what is yet to be told. */
import { type Sql, withDeadline } from "../statement.ts";
import { type ConsoleTerm, termPart } from "./console-leases.ts";

const statementMs = 5_000;
const eventsAtOnceMax = 1_000;

export interface RuleRow {
  readonly id: string;
  readonly name: string;
  readonly condition: string;
  readonly threshold: number | null;
  readonly forMs: number;
  readonly severity: string;
  readonly topics: string;
  readonly channels: string;
  readonly enabled: boolean;
}

export async function selectRules(sql: Sql): Promise<RuleRow[]> {
  const rows = await withDeadline(
    sql<
      RuleRow[]
    >`select id, name, condition, threshold, for_ms as "forMs", severity, topics, channels, enabled
      from alert_rules order by made_at, name, id limit 1000`,
    statementMs,
  );
  return [...rows];
}

/** Makes or changes a rule. False: there are `most` already. */
export async function upsertRule(sql: Sql, rule: RuleRow, most: number): Promise<boolean> {
  const rows = await withDeadline(
    sql`insert into alert_rules (id, name, condition, threshold, for_ms, severity, topics, channels, enabled)
      select ${rule.id}::uuid, ${rule.name}, ${rule.condition}, ${rule.threshold}::float8, ${rule.forMs}::bigint,
        ${rule.severity}, ${rule.topics}, ${rule.channels}, ${rule.enabled}::boolean
      where (select count(*) from alert_rules where id <> ${rule.id}) < ${most}
      on conflict (id) do update set name = excluded.name, condition = excluded.condition,
        threshold = excluded.threshold, for_ms = excluded.for_ms, severity = excluded.severity,
        topics = excluded.topics, channels = excluded.channels, enabled = excluded.enabled
      returning id`,
    statementMs,
  );
  return rows.length === 1;
}

/** Rules to begin with, once for each cluster. */
export async function insertFirstRules(
  sql: Sql,
  term: ConsoleTerm,
  rules: readonly RuleRow[],
): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)},
      first as (
        insert into console_settings (name, value) select 'alerts', '{"begun": true}'::jsonb from term
        on conflict do nothing returning true)
      insert into alert_rules (id, name, condition, threshold, for_ms, severity, topics, channels, enabled)
      select r.id, r.name, r.condition, threshold, "forMs", severity, topics, channels, enabled
      from first, jsonb_to_recordset(${JSON.stringify(rules)}::text::jsonb) as r(id uuid, name text, condition text,
        threshold float8, "forMs" bigint, severity text, topics text, channels text, enabled boolean)`,
    statementMs,
  );
}

export async function deleteRule(sql: Sql, id: string): Promise<boolean> {
  const rows = await withDeadline(sql`delete from alert_rules where id = ${id} returning id`, statementMs);
  return rows.length === 1;
}

export interface MuteRow {
  readonly rule: string;
  /** Empty: whatever the rule finds. */
  readonly object: string;
  readonly until: Date;
  readonly actor: string;
  readonly reason: string | null;
}

export async function selectMutes(sql: Sql): Promise<MuteRow[]> {
  const rows = await withDeadline(
    sql<MuteRow[]>`select rule_id as rule, object, until, actor, reason from alert_mutes
      where until > now() order by until limit 1000`,
    statementMs,
  );
  return [...rows];
}

/** False: there is no such rule. */
export async function upsertMute(sql: Sql, mute: MuteRow): Promise<boolean> {
  const rows = await withDeadline(
    sql`insert into alert_mutes (rule_id, object, until, actor, reason)
      select id, ${mute.object}, ${mute.until}::timestamptz, ${mute.actor}, ${mute.reason} from alert_rules
      where id = ${mute.rule}
      on conflict (rule_id, object) do update set until = excluded.until, actor = excluded.actor,
        reason = excluded.reason
      returning rule_id`,
    statementMs,
  );
  return rows.length === 1;
}

export async function deleteMute(sql: Sql, rule: string, object: string): Promise<void> {
  await withDeadline(
    sql`delete from alert_mutes where (rule_id = ${rule} and object = ${object}) or until < now()`,
    statementMs,
  );
}

/** What a rule found. `resolvedAt` null: it is so now. */
export interface AlertEventRow {
  readonly id: string;
  readonly rule: string;
  readonly name: string;
  readonly condition: string;
  readonly severity: string;
  readonly threshold: number | null;
  readonly value: number | null;
  readonly topic: string | null;
  readonly channel: string | null;
  readonly node: string | null;
  readonly since: Date;
  readonly firedAt: Date;
  readonly resolvedAt: Date | null;
  readonly muted: boolean;
}

/** Writes what began and what is over. Again with the same: nothing changes. */
export async function upsertAlertEvents(
  sql: Sql,
  term: ConsoleTerm,
  events: readonly AlertEventRow[],
): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)}
      insert into alert_events (id, rule_id, name, condition, severity, threshold, value, topic, channel, node, since,
        fired_at, resolved_at, muted)
      select id, rule, name, condition, severity, threshold, value, topic, channel, node, since, "firedAt",
        "resolvedAt", muted
      from term, jsonb_to_recordset(${JSON.stringify(events)}::text::jsonb) as r(id uuid, rule uuid, name text,
        condition text, severity text, threshold float8, value float8, topic text, channel text, node text,
        since timestamptz, "firedAt" timestamptz, "resolvedAt" timestamptz, muted boolean)
      on conflict (id) do update set resolved_at = coalesce(alert_events.resolved_at, excluded.resolved_at),
        value = excluded.value`,
    statementMs,
  );
}

const eventColumns = (sql: Sql) =>
  sql`id, rule_id as rule, name, condition, severity, threshold, value, topic, channel, node, since,
    fired_at as "firedAt", resolved_at as "resolvedAt", muted`;

/** What is so now, as whoever held the lease before has left it. */
export async function selectOpenAlerts(sql: Sql): Promise<AlertEventRow[]> {
  const rows = await withDeadline(
    sql<AlertEventRow[]>`select ${eventColumns(sql)} from alert_events where resolved_at is null
      order by fired_at desc limit ${eventsAtOnceMax}`,
    statementMs,
  );
  return [...rows];
}

/** Newest first, before a place. */
export async function selectAlertHistory(
  sql: Sql,
  before: { readonly firedAt: Date; readonly id: string } | null,
  limit: number,
): Promise<AlertEventRow[]> {
  const rows = await withDeadline(
    before === null
      ? sql<AlertEventRow[]>`select ${eventColumns(sql)} from alert_events
          order by fired_at desc, id desc limit ${limit}`
      : sql<AlertEventRow[]>`select ${eventColumns(sql)} from alert_events
          where (fired_at, id) < (${before.firedAt}, ${before.id}::uuid)
          order by fired_at desc, id desc limit ${limit}`,
    statementMs,
  );
  return [...rows];
}

/** Those that began or ended in a time, of everything or of one place; newest first. */
export async function selectAlertMarks(
  sql: Sql,
  place: { readonly topic?: string; readonly channel?: string; readonly node?: string },
  range: { readonly from: Date; readonly to: Date; readonly limit: number },
): Promise<AlertEventRow[]> {
  const { topic = null, channel = null, node = null } = place;
  const rows = await withDeadline(
    sql<AlertEventRow[]>`select ${eventColumns(sql)} from alert_events
      where fired_at < ${range.to} and fired_at >= ${range.from}
        and (${topic}::text is null or topic = ${topic})
        and (${channel}::text is null or channel = ${channel})
        and (${node}::text is null or node = ${node})
      order by fired_at desc limit ${range.limit}`,
    statementMs,
  );
  return [...rows];
}

export async function forgetAlertEvents(sql: Sql, term: ConsoleTerm, before: Date): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)}
      delete from alert_events where exists (select from term) and id in (
        select id from alert_events where resolved_at < ${before} limit 10000)`,
    statementMs,
  );
}
