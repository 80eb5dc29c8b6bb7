/** Alerts as Postgres has them, and back. */
import type { AlertEventRow, MuteRow, RuleRow } from "../../../db/queries/alerts.ts";
import type { WebhookRow } from "../../../db/queries/webhooks.ts";
import {
  type Alert,
  type AlertCondition,
  type AlertMute,
  type AlertRule,
  type AlertWebhook,
  alertConditions,
  type Severity,
} from "../contract/index.ts";
import { keyOf, type Tracked } from "./engine.ts";

/** Of a later version there may be conditions that this one does not know: they are left out. */
export function isKnown({ condition }: { readonly condition: string }): boolean {
  return Object.hasOwn(alertConditions, condition);
}

export function ruleOf(row: RuleRow): AlertRule {
  return { ...row, condition: row.condition as AlertCondition, severity: row.severity as Severity };
}

export function muteOfRow({ rule, object, until, actor, reason }: MuteRow): AlertMute {
  return { rule, object: object === "" ? null : object, untilMs: until.getTime(), actor, reason };
}

export function eventOf(alert: Tracked, muted: boolean): AlertEventRow {
  const { rule, name, condition, severity, threshold, value, topic, channel, node } = alert;
  return {
    ...{ id: alert.id!, rule, name, condition, severity, threshold, value, topic, channel, node, muted },
    since: new Date(alert.sinceMs),
    firedAt: new Date(alert.firedAtMs!),
    resolvedAt: alert.resolvedAtMs === null ? null : new Date(alert.resolvedAtMs),
  };
}

export function alertOfRow(row: AlertEventRow): Alert {
  const { since, firedAt, resolvedAt, ...rest } = row;
  return {
    ...rest,
    condition: row.condition as AlertCondition,
    severity: row.severity as Severity,
    sinceMs: since.getTime(),
    firedAtMs: firedAt.getTime(),
    resolvedAtMs: resolvedAt?.getTime() ?? null,
  };
}

export function objectOf({ topic, channel, node }: Pick<Alert, "topic" | "channel" | "node">): string {
  return channel === null ? (topic ?? node ?? "") : `${topic}/${channel}`;
}

/** As if it had been seen this moment: what is over shows in a while. */
export function trackedOf(row: AlertEventRow, atMs: number): Tracked {
  const { muted: _, ...alert } = alertOfRow(row);
  const object = objectOf(alert);
  return { ...alert, object, key: keyOf(alert.rule, object), seenMs: atMs };
}

export function alertOf({ key: _, object: __, seenMs: ___, ...alert }: Tracked, muted: boolean): Alert {
  return { ...alert, muted };
}

export function webhookOf(row: WebhookRow): AlertWebhook {
  const { id, name, url, enabled, waiting } = row;
  const last =
    row.triedAt === null
      ? null
      : {
          atMs: row.triedAt.getTime(),
          ok: row.triedOk ?? false,
          status: row.triedStatus ?? 0,
          error: row.triedError,
        };
  return { id, name, url, enabled, waiting, last };
}
