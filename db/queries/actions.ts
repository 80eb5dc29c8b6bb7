/** What operators did. Only ever appended. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 2_000;

export interface NewAction {
  readonly at: Date;
  readonly actor: string;
  readonly address: string;
  readonly action: string;
  readonly topic: string | null;
  readonly channel: string | null;
  readonly object: object | null;
  readonly before: object | null;
  readonly after: object | null;
  readonly reason: string | null;
  readonly result: string;
}

export async function insertAction(sql: Sql, action: NewAction): Promise<void> {
  const json = (value: object | null) => value && JSON.stringify(value);
  await withDeadline(
    sql`insert into operator_actions (at, actor, address, action, topic, channel, object, before, after, reason, result)
      values (${action.at}, ${action.actor}, ${action.address}, ${action.action}, ${action.topic}, ${action.channel},
        ${json(action.object)}::text::jsonb, ${json(action.before)}::text::jsonb, ${json(action.after)}::text::jsonb,
        ${action.reason}, ${action.result})`,
    statementMs,
  );
}

/** The first day of the audit that is kept; null: there is none. */
export async function auditSince(sql: Sql): Promise<Date | null> {
  const rows = await withDeadline(
    sql<{ since: Date | null }[]>`select min(day)::timestamp at time zone 'UTC' as since from audit_batches`,
    statementMs,
  );
  return rows[0]?.since ?? null;
}
