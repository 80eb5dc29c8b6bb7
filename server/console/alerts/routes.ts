/** `/api/v1/alerts`: what there is, and what operators and admins do with it. Each act is in the operators' log. */
import { randomBytes, randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isConnectionError } from "../../../db/client.ts";
import {
  deleteMute,
  deleteRule,
  selectAlertHistory,
  upsertMute,
  upsertRule,
} from "../../../db/queries/alerts.ts";
import { deleteWebhook, noteTry, upsertWebhook } from "../../../db/queries/webhooks.ts";
import { type ActionLog, askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { parse } from "../api/requests.ts";
import { authorize } from "../auth/authorize.ts";
import type { Clock } from "../clock.ts";
import {
  type Actor,
  type Alert,
  type AlertHistory,
  type AlertsView,
  alertLimits,
  apiPaths,
  sees,
  seesEverything,
  type WebhookBody,
  type WebhookMade,
  type WebhookTried,
} from "../contract/index.ts";
import type { Alerts } from "./alerts.ts";
import { historyQuery, idParam, muteRequest, ruleRequest, webhookRequest } from "./requests.ts";
import { alertOfRow, webhookOf } from "./rows.ts";
import { sendWebhook } from "./send.ts";

export interface AlertRoutesOptions {
  /** null: started without Postgres. */
  readonly alerts: Alerts | null;
  readonly log: ActionLog;
  readonly clock: Clock;
  readonly cluster: string;
}

const historyRows = 50;

const read = { config: { policy: { action: "read" } } } as const;
const manage = { config: { policy: { action: "manage-alerts" } } } as const;

export function alertRoutes(app: FastifyInstance, options: AlertRoutesOptions): void {
  readRoutes(app, options);
  ruleRoutes(app, options);
  webhookRoutes(app, options);
}

function presentOf({ alerts }: AlertRoutesOptions): Alerts {
  if (alerts) return alerts;
  throw new Failure("database-away", "There are no alerts: this console was started without Postgres.");
}

const seen = (actor: Actor) => (alert: Pick<Alert, "topic" | "channel">) =>
  sees(actor, alert.topic ?? undefined, alert.channel ?? undefined);

const order = { crit: 0, warn: 1 } as const;

function readRoutes(app: FastifyInstance, options: AlertRoutesOptions): void {
  app.get(apiPaths.alerts, read, async (request): Promise<AlertsView> => {
    const alerts = presentOf(options);
    const { actor } = request.visitor!;
    await alerts.reread().catch(away);
    const shown = alerts.alerts
      .filter(seen(actor))
      .sort(
        (one, other) =>
          Number(one.firedAtMs === null) - Number(other.firedAtMs === null) ||
          order[one.severity] - order[other.severity] ||
          one.sinceMs - other.sinceMs,
      );
    const manages = authorize(actor, "manage-alerts").ok;
    return {
      atMs: options.clock.wallMs(),
      rules: alerts.rules,
      // An object's name is nobody's who does not see it.
      mutes: alerts.mutes.filter(({ object }) => object === null || manages || seesObject(actor, object)),
      alerts: shown,
      more: alerts.more,
      webhooks: manages ? alerts.webhooks.map(webhookOf) : [],
    };
  });
  app.get(apiPaths.alertHistory, read, async (request): Promise<AlertHistory> => {
    const { database } = presentOf(options);
    const { before } = parse(historyQuery, request.query);
    const [ms, id] = before?.split(".") ?? [];
    const place = id === undefined ? null : { firedAt: new Date(Number(ms)), id };
    const rows = await database((sql) => selectAlertHistory(sql, place, historyRows)).catch(away);
    const last = rows.length === historyRows ? rows.at(-1)! : null;
    return {
      alerts: rows.map(alertOfRow).filter(seen(request.visitor!.actor)),
      before: last && `${last.firedAt.getTime()}.${last.id}`,
    };
  });
}

function seesObject(actor: Actor, object: string): boolean {
  const [topic, channel] = object.split("/");
  return object.includes(":") || sees(actor, topic, channel);
}

function ruleRoutes(app: FastifyInstance, options: AlertRoutesOptions): void {
  const { log } = options;
  const save = async (request: FastifyRequest, id: string, isNew: boolean) => {
    const alerts = presentOf(options);
    const rule = { ...parse(ruleRequest, request.body), id };
    await alerts.reread().catch(away);
    const before = alerts.rules.find((one) => one.id === id) ?? null;
    if (!isNew && before === null) throw new Failure("not-found", "There is no such rule now.");
    const saved = await alerts.database((sql) => upsertRule(sql, rule, alertLimits.rules)).catch(away);
    if (!saved) throw new Failure("too-many", `There may be ${alertLimits.rules} rules.`);
    await alerts.reread().catch(away);
    log.write({
      ...askedBy(request),
      ...{ action: "set-alert-rule", object: { rule: rule.name }, before, after: rule, result: "ok" },
    });
    return rule;
  };
  app.post(apiPaths.alertRules, manage, (request) => save(request, randomUUID(), true));
  app.post(`${apiPaths.alertRules}/:id`, manage, (request) =>
    save(request, parse(idParam, request.params).id, false),
  );
  app.post(`${apiPaths.alertRules}/:id/delete`, manage, async (request, reply) => {
    const alerts = presentOf(options);
    const { id } = parse(idParam, request.params);
    const before = alerts.rules.find((one) => one.id === id) ?? null;
    const gone = await alerts.database((sql) => deleteRule(sql, id)).catch(away);
    await alerts.reread().catch(away);
    const object = { rule: before?.name ?? id };
    log.write({
      ...askedBy(request),
      action: "delete-alert-rule",
      object,
      before,
      result: gone ? "ok" : "no-op",
    });
    reply.code(204);
  });
  app.post(apiPaths.alertMutes, { config: { policy: ofMute } }, async (request, reply) => {
    const alerts = presentOf(options);
    const { rule, object, forMs, reason } = parse(muteRequest, request.body);
    const { actor } = request.visitor!;
    // A whole rule is quiet for everybody.
    if (object === null && !seesEverything(actor))
      throw new Failure("forbidden", "A whole rule is muted by who sees all that it looks at.");
    const untilMs = options.clock.wallMs() + (forMs ?? 0);
    const name = alerts.rules.find(({ id }) => id === rule)?.name;
    const mute = { rule, object: object ?? "", until: new Date(untilMs), actor: actor.name };
    const done =
      forMs === null
        ? await alerts.database((sql) => deleteMute(sql, rule, object ?? "")).then(() => true, away)
        : await alerts.database((sql) => upsertMute(sql, { ...mute, reason: reason ?? null })).catch(away);
    if (!done) throw new Failure("not-found", "There is no such rule now.");
    await alerts.reread().catch(away);
    log.write({
      ...askedBy(request),
      action: forMs === null ? "unmute-alert" : "mute-alert",
      object: { ...placeOf(request), rule: name ?? rule },
      after: forMs === null ? null : { untilMs },
      reason,
      result: "ok",
    });
    reply.code(204);
  });
}

const ofMute = {
  action: "mute-alert",
  object: placeOf,
} as const;

/** Objects are a topic, a topic with a channel, or a node's `host:port`, which no topic is called. */
function placeOf({ body }: FastifyRequest): { topic?: string; channel?: string; node?: string } {
  const { object } = parse(muteRequest, body);
  if (object === null) return {};
  if (object.includes(":")) return { node: object };
  const [topic = "", channel] = object.split("/");
  return channel === undefined ? { topic } : { topic, channel };
}

function webhookRoutes(app: FastifyInstance, options: AlertRoutesOptions): void {
  const { log, clock, cluster } = options;
  const save = async (request: FastifyRequest, id: string, secret: string) => {
    const alerts = presentOf(options);
    const asked = parse(webhookRequest, request.body);
    const before = alerts.webhooks.find((one) => one.id === id);
    const row = { ...asked, id, secret };
    const saved = await alerts.database((sql) => upsertWebhook(sql, row, alertLimits.webhooks)).catch(away);
    if (!saved) throw new Failure("too-many", `There may be ${alertLimits.webhooks} webhooks.`);
    await alerts.reread().catch(away);
    log.write({
      ...askedBy(request),
      action: "set-webhook",
      object: { webhook: asked.name },
      before: before ? told(before) : null,
      after: told(asked),
      result: "ok",
    });
  };
  app.post(apiPaths.alertWebhooks, manage, async (request): Promise<WebhookMade> => {
    const id = randomUUID();
    const secret = `whsec_${randomBytes(32).toString("base64url")}`;
    await save(request, id, secret);
    const { name, url, enabled } = parse(webhookRequest, request.body);
    return { webhook: { id, name, url, enabled, last: null, waiting: 0 }, secret };
  });
  app.post(`${apiPaths.alertWebhooks}/:id`, manage, async (request, reply) => {
    const known = await knownWebhook(presentOf(options), request);
    await save(request, known.id, known.secret);
    reply.code(204);
  });
  app.post(`${apiPaths.alertWebhooks}/:id/delete`, manage, async (request, reply) => {
    const alerts = presentOf(options);
    const known = await knownWebhook(alerts, request);
    await alerts.database((sql) => deleteWebhook(sql, known.id)).catch(away);
    await alerts.reread().catch(away);
    const object = { webhook: known.name };
    log.write({ ...askedBy(request), action: "delete-webhook", object, before: told(known), result: "ok" });
    reply.code(204);
  });
  app.post(`${apiPaths.alertWebhooks}/:id/try`, manage, async (request): Promise<WebhookTried> => {
    const alerts = presentOf(options);
    const { id, name, url, secret } = await knownWebhook(alerts, request);
    const atMs = clock.wallMs();
    const body: WebhookBody = {
      version: 1,
      id: randomUUID(),
      cluster,
      sentAtMs: atMs,
      test: true,
      alerts: [],
    };
    const text = JSON.stringify(body);
    const tried = await sendWebhook({ url, secret, id: body.id, body: text, atMs, allowed: alerts.allowed });
    await alerts.database((sql) => noteTry(sql, id, tried)).catch(away);
    const result = tried.ok ? "ok" : "failed";
    log.write({
      ...askedBy(request),
      action: "try-webhook",
      object: { webhook: name },
      after: tried,
      result,
    });
    return tried;
  });
}

async function knownWebhook(alerts: Alerts, request: FastifyRequest) {
  const { id } = parse(idParam, request.params);
  await alerts.reread().catch(away);
  const known = alerts.webhooks.find((one) => one.id === id);
  if (known) return known;
  throw new Failure("not-found", "There is no such webhook now.");
}

/** Without what may be a secret in its address. */
function told({ name, url, enabled }: { name: string; url: string; enabled: boolean }) {
  return { name, host: new URL(url).host, enabled };
}

function away(error: unknown): never {
  // A statement that Postgres refuses is our mistake, not its absence.
  if (typeof (error as { code?: unknown }).code === "string" && !isConnectionError(error)) throw error;
  throw new Failure("database-away", "Postgres does not answer now: alerts have to wait until it does.");
}
