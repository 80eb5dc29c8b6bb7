/** Whom alerts are told, and what is yet to be told. */
import { type Sql, withDeadline } from "../statement.ts";
import { type ConsoleTerm, termPart } from "./console-leases.ts";

const statementMs = 5_000;

export interface WebhookRow {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly enabled: boolean;
  readonly triedAt: Date | null;
  readonly triedOk: boolean | null;
  readonly triedStatus: number | null;
  readonly triedError: string | null;
  readonly waiting: number;
}

export async function selectWebhooks(sql: Sql): Promise<WebhookRow[]> {
  const rows = await withDeadline(
    sql<WebhookRow[]>`select id, name, url, secret, enabled, tried_at as "triedAt", tried_ok as "triedOk",
        tried_status as "triedStatus", tried_error as "triedError",
        (select count(*)::int from alert_deliveries where webhook_id = alert_webhooks.id) as waiting
      from alert_webhooks order by made_at, id limit 100`,
    statementMs,
  );
  return [...rows];
}

/** Makes one, or changes all of it but its secret. False: there are `most` already. */
export async function upsertWebhook(
  sql: Sql,
  webhook: Pick<WebhookRow, "id" | "name" | "url" | "secret" | "enabled">,
  most: number,
): Promise<boolean> {
  const { id, name, url, secret, enabled } = webhook;
  const rows = await withDeadline(
    sql`insert into alert_webhooks (id, name, url, secret, enabled)
      select ${id}::uuid, ${name}, ${url}, ${secret}, ${enabled}::boolean
      where (select count(*) from alert_webhooks where id <> ${id}) < ${most}
      on conflict (id) do update set name = excluded.name, url = excluded.url, enabled = excluded.enabled
      returning id`,
    statementMs,
  );
  return rows.length === 1;
}

export async function deleteWebhook(sql: Sql, id: string): Promise<boolean> {
  const rows = await withDeadline(sql`delete from alert_webhooks where id = ${id} returning id`, statementMs);
  return rows.length === 1;
}

export interface DeliveryRow {
  readonly id: string;
  readonly webhook: string;
  readonly body: object;
}

/** Writes down what is to be sent, unless the webhook has `most` that wait. Again: nothing. */
export async function insertDeliveries(
  sql: Sql,
  term: ConsoleTerm,
  deliveries: readonly DeliveryRow[],
  most: number,
): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)}
      insert into alert_deliveries (id, webhook_id, body)
      select r.id, w.id, r.body
      from term, jsonb_to_recordset(${JSON.stringify(deliveries)}::text::jsonb) as r(id uuid, webhook uuid, body jsonb)
        join alert_webhooks w on w.id = r.webhook
      where (select count(*) from alert_deliveries d where d.webhook_id = w.id) < ${most}
      on conflict (id) do nothing`,
    statementMs,
  );
}

export interface DueDelivery {
  readonly id: string;
  readonly webhook: string;
  readonly body: string;
  readonly attempts: number;
  readonly madeAt: Date;
}

/** Of webhooks that are switched off nothing is due: it waits. */
export async function selectDueDeliveries(sql: Sql, limit: number): Promise<DueDelivery[]> {
  const rows = await withDeadline(
    sql<DueDelivery[]>`select d.id, webhook_id as webhook, body::text as body, attempts, d.made_at as "madeAt"
      from alert_deliveries d join alert_webhooks w on w.id = d.webhook_id and w.enabled
      where next_at <= now() order by next_at limit ${limit}`,
    statementMs,
  );
  return [...rows];
}

/** How an attempt went. `againMs` null: it was taken, or is given up, and is gone. */
export async function noteAttempt(
  sql: Sql,
  term: ConsoleTerm,
  delivery: Pick<DueDelivery, "id" | "webhook">,
  tried: { readonly ok: boolean; readonly status: number; readonly error: string | null },
  againMs: number | null,
): Promise<void> {
  await withDeadline(
    sql`with ${termPart(sql, term)},
      noted as (
        update alert_webhooks set tried_at = now(), tried_ok = ${tried.ok}, tried_status = ${tried.status},
          tried_error = ${tried.error}
        where id = ${delivery.webhook} and exists (select from term)),
      later as (
        update alert_deliveries set attempts = attempts + 1, next_at = now() + ${againMs ?? 0} * interval '1 ms'
        where id = ${delivery.id} and ${againMs !== null} and exists (select from term))
      delete from alert_deliveries where id = ${delivery.id} and ${againMs === null} and exists (select from term)`,
    statementMs,
  );
}

/** Shows how a try by hand went. */
export async function noteTry(
  sql: Sql,
  id: string,
  tried: { readonly ok: boolean; readonly status: number; readonly error: string | null },
): Promise<void> {
  await withDeadline(
    sql`update alert_webhooks set tried_at = now(), tried_ok = ${tried.ok}, tried_status = ${tried.status},
      tried_error = ${tried.error} where id = ${id}`,
    statementMs,
  );
}
