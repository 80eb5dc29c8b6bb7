/**
 * Alerts of a console. Each looks by itself and shows what it finds; the one that holds the lease writes it down and
 * tells of it, also while Postgres is away (AL1-AL6).
 */
import {
  forgetAlertEvents,
  insertFirstRules,
  selectMutes,
  selectOpenAlerts,
  selectRules,
} from "../../../db/queries/alerts.ts";
import { selectWebhooks, type WebhookRow } from "../../../db/queries/webhooks.ts";
import { pause } from "../back-off.ts";
import type { Clock } from "../clock.ts";
import type { Collector } from "../collector/collector.ts";
import type { Found } from "../collector/problem-rules.ts";
import type { Alert, AlertMute, AlertRule } from "../contract/index.ts";
import type { Database } from "../history/database.ts";
import type { ConsoleLeases, Term } from "../lease/console-lease.ts";
import type { Networks } from "../peers.ts";
import { AlertEngine, type Change, muteOf, type Tracked } from "./engine.ts";
import { firstRules } from "./first-rules.ts";
import { Outbox } from "./outbox.ts";
import { alertOf, eventOf, isKnown, muteOfRow, ruleOf, trackedOf } from "./rows.ts";

const lookEveryMs = 2_000;
const rereadMs = 5_000;
const workEveryMs = 1_000;
const forgetEveryMs = 3_600_000;
const dayMs = 86_400_000;

export interface AlertsOptions {
  readonly collector: Collector;
  readonly database: Database;
  readonly leases: ConsoleLeases;
  readonly clock: Clock;
  readonly cluster: string;
  /** Of `--webhook-cidr`. */
  readonly allowed: Networks | null;
  readonly keptDays: () => number;
  readonly warn: (message: string) => void;
}

export class Alerts {
  readonly database: Database;
  readonly allowed: Networks | null;
  rules: readonly AlertRule[] = [];
  mutes: readonly AlertMute[] = [];
  webhooks: readonly WebhookRow[] = [];
  readonly #options: AlertsOptions;
  readonly #engine = new AlertEngine();
  readonly #outbox: Outbox;
  readonly #timer: ReturnType<typeof setInterval>;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.database = options.database;
    this.allowed = options.allowed;
    this.#outbox = new Outbox(options);
    options.collector.onTick(() => this.#tick());
    options.collector.problems.more = () => this.#problems();
    this.#timer = setInterval(() => {
      this.reread().catch(() => {});
      if (this.#tells && options.leases.term("alerts") === null)
        void this.#outbox.sendUnwritten(this.webhooks);
    }, rereadMs);
    this.#timer.unref();
    options.leases.hold("alerts", (term) => this.#lead(term));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** As they are in Postgres now. Rejects when it does not answer; they stay as they were. */
  reread(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  get alerts(): readonly Alert[] {
    const atMs = this.#options.clock.wallMs();
    return this.#engine.all.map((alert) => alertOf(alert, this.#isMuted(alert, atMs)));
  }

  /** How many fire that are not kept. */
  get more(): number {
    return this.#engine.more;
  }

  async #read(): Promise<void> {
    const { database } = this;
    const [rules, mutes, webhooks] = await Promise.all([
      database(selectRules),
      database(selectMutes),
      database(selectWebhooks),
    ]);
    this.rules = rules.filter(isKnown).map(ruleOf);
    this.mutes = mutes.map(muteOfRow);
    this.webhooks = webhooks;
  }

  get #tells(): boolean {
    return this.#options.leases.wasHeld("alerts");
  }

  #tick(): void {
    const { clock, collector } = this.#options;
    if (clock.nowMs() - this.#lookedAtMs < lookEveryMs) return;
    this.#lookedAtMs = clock.nowMs();
    const sources = { topics: collector.topics, nodes: collector.nodeRows };
    const changes = this.#engine.update(this.rules, sources, clock.wallMs());
    if (this.#tells) this.#tell(changes);
  }

  #tell(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    const atMs = this.#options.clock.wallMs();
    const events = changes.map(({ alert }) => eventOf(alert, this.#isMuted(alert, atMs)));
    const told = changes
      .filter(({ alert }) => !this.#isMuted(alert, atMs))
      .map(({ state, alert }) => ({ ...alertOf(alert, false), state }));
    this.#outbox.put(events, told, this.webhooks);
  }

  #isMuted(alert: Tracked, atMs: number): boolean {
    return muteOf(this.mutes, alert, atMs) !== undefined;
  }

  /** For `ConsoleLeases.hold`. */
  async #lead(term: Term): Promise<void> {
    const { clock, keptDays } = this.#options;
    await this.database((sql) => insertFirstRules(sql, term, firstRules()));
    await this.reread();
    await this.#outbox.write(term);
    // What was told by the one before is not told again; what began while nobody told anything is.
    const open = (await this.database(selectOpenAlerts)).filter(isKnown);
    const unknown = this.#engine.adopt(open.map((row) => trackedOf(row, clock.wallMs())));
    this.#tell(unknown.map((alert) => ({ state: "firing", alert })));
    let forgotAtMs = Number.NEGATIVE_INFINITY;
    while (!term.signal.aborted) {
      await this.#outbox.write(term);
      await this.#outbox.send(term, this.webhooks);
      if (clock.nowMs() - forgotAtMs > forgetEveryMs) {
        forgotAtMs = clock.nowMs();
        const before = new Date(clock.wallMs() - keptDays() * dayMs);
        await this.database((sql) => forgetAlertEvents(sql, term, before));
      }
      await pause(workEveryMs, term.signal);
    }
  }

  /** Beside the console's own rules, of which some look at the same. */
  *#problems(): Generator<Found> {
    const atMs = this.#options.clock.wallMs();
    for (const alert of this.#engine.firing) {
      if (this.#isMuted(alert, atMs)) continue;
      const { key, name, object, severity, topic, channel, node, sinceMs, condition } = alert;
      const same = sameProblem[condition];
      yield {
        key: same === undefined ? `alert:${key}` : `${same}:${object}`,
        rule: "alert",
        severity,
        code: "alert",
        params: { name: object, rule: name },
        message: `${object}: ${name}`,
        ...{ topic, channel, node, sinceMs },
      };
    }
  }
}

/** The console's own rule that tells of the same object already. */
const sameProblem: Readonly<Record<string, string>> = {
  "no-consumers": "no-consumers",
  "node-silent": "node-silent",
  "postgres-slow": "postgres-slow",
  "postgres-away": "store-down",
};
