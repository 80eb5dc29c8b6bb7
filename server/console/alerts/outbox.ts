/**
 * What is to be told. Written down first, so that another console tells it when this one dies; while Postgres is away it
 * is told out of memory, since that is what most wants telling (AL4).
 */
import { randomUUID } from "node:crypto";
import { type AlertEventRow, upsertAlertEvents } from "../../../db/queries/alerts.ts";
import type { ConsoleTerm } from "../../../db/queries/console-leases.ts";
import {
  type DueDelivery,
  insertDeliveries,
  noteAttempt,
  selectDueDeliveries,
  type WebhookRow,
} from "../../../db/queries/webhooks.ts";
import { mapBounded } from "../bounded.ts";
import type { Clock } from "../clock.ts";
import type { Alert, WebhookBody, WebhookTried } from "../contract/index.ts";
import type { Database } from "../history/database.ts";
import type { Networks } from "../peers.ts";
import { sendWebhook } from "./send.ts";

const eventsMax = 5_000;
const deliveriesMax = 200;
/** That wait at one webhook. */
export const waitingMax = 500;
const alertsAtOnceMax = 50;
const sentAtOnceMax = 4;
const dueMax = 40;
const firstAgainMs = 10_000;
const againMsMax = 3_600_000;
const givenUpAfterMs = 86_400_000;

interface Waiting {
  readonly id: string;
  readonly webhook: string;
  readonly body: WebhookBody;
  attempts: number;
  nextMs: number;
}

export interface OutboxOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly cluster: string;
  readonly allowed: Networks | null;
  readonly warn: (message: string) => void;
}

export type Told = Alert & { readonly state: "firing" | "resolved" };

/** Pause before the next attempt; null: it is given up. */
export function againAfterMs(attempts: number, ageMs: number, chance = Math.random()): number | null {
  if (ageMs > givenUpAfterMs) return null;
  return Math.min(againMsMax, firstAgainMs * 2 ** attempts) * (0.75 + chance / 2);
}

export class Outbox {
  readonly #options: OutboxOptions;
  #events = new Map<string, AlertEventRow>();
  #waiting: Waiting[] = [];
  #sending = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** `told` goes to each of the webhooks. */
  put(events: readonly AlertEventRow[], told: readonly Told[], webhooks: readonly WebhookRow[]): void {
    for (const event of events) this.#events.set(event.id, event);
    for (const id of this.#events.keys()) {
      if (this.#events.size <= eventsMax) break;
      this.#events.delete(id);
    }
    const nowMs = this.#options.clock.wallMs();
    for (let from = 0; from < told.length; from += alertsAtOnceMax) {
      for (const webhook of webhooks.filter(({ enabled }) => enabled)) {
        if (this.#waiting.length >= deliveriesMax)
          return this.#options.warn("alerts: too much waits to be told");
        const id = randomUUID();
        const alerts = told.slice(from, from + alertsAtOnceMax);
        const { cluster } = this.#options;
        const body = { version: 1, id, cluster, sentAtMs: nowMs, test: false, alerts } as const;
        this.#waiting.push({ id, webhook: webhook.id, body, attempts: 0, nextMs: nowMs });
      }
    }
  }

  /** Writes down what there is. Rejects when Postgres does not answer; nothing is lost then. */
  async write(term: ConsoleTerm): Promise<void> {
    const { database } = this.#options;
    const events = this.#events;
    if (events.size > 0) {
      await database((sql) => upsertAlertEvents(sql, term, [...events.values()]));
      for (const [id, event] of events) if (this.#events.get(id) === event) this.#events.delete(id);
    }
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    await database((sql) => insertDeliveries(sql, term, waiting, waitingMax));
    const written = new Set(waiting.map(({ id }) => id));
    this.#waiting = this.#waiting.filter(({ id }) => !written.has(id));
  }

  /** Sends what is written down and due. */
  async send(term: ConsoleTerm, webhooks: readonly WebhookRow[]): Promise<void> {
    const { database, clock } = this.#options;
    const due = await database((sql) => selectDueDeliveries(sql, dueMax));
    await mapBounded(due, sentAtOnceMax, async (delivery) => {
      const webhook = webhooks.find(({ id }) => id === delivery.webhook);
      // Made a moment ago: it is known the next time.
      if (webhook === undefined) return;
      const tried = await this.#try(webhook, delivery.id, delivery.body);
      const ageMs = clock.wallMs() - delivery.madeAt.getTime();
      const againMs = tried.ok ? null : againAfterMs(delivery.attempts, ageMs);
      await database((sql) => noteAttempt(sql, term, delivery, tried, againMs));
    });
  }

  /** Sends out of memory what could not be written down. */
  async sendUnwritten(webhooks: readonly WebhookRow[]): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    const nowMs = this.#options.clock.wallMs();
    const due = this.#waiting.filter(({ nextMs }) => nextMs <= nowMs).slice(0, dueMax);
    await mapBounded(due, sentAtOnceMax, async (one) => {
      const webhook = webhooks.find(({ id, enabled }) => id === one.webhook && enabled);
      const tried = webhook ? await this.#try(webhook, one.id, JSON.stringify(one.body)) : null;
      const againMs = tried?.ok ? null : againAfterMs(one.attempts, nowMs - one.body.sentAtMs);
      one.attempts += 1;
      one.nextMs = nowMs + (againMs ?? 0);
      if (againMs === null) this.#waiting = this.#waiting.filter((other) => other !== one);
    });
    this.#sending = false;
  }

  async #try(webhook: WebhookRow, id: DueDelivery["id"], body: string): Promise<WebhookTried> {
    const { clock, allowed } = this.#options;
    const { url, secret } = webhook;
    return sendWebhook({ url, secret, id, body, atMs: clock.wallMs(), allowed });
  }
}
