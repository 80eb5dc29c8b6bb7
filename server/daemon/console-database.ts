/**
 * The console's Postgres: brought up to date once it answers, watched after that, and offered as what
 * the console needs of it. Postgres being away is a state; every call fails at once while it lasts.
 */
import {
  describeError,
  HostChoice,
  openPool,
  parseDatabaseUrl,
  type Sql,
  withDeadline,
} from "../../db/client.ts";
import { migrate, SchemaTooNewError } from "../../db/migrate.ts";
import {
  type ActionRow,
  auditSince,
  insertAction,
  selectActions,
  selectActionsSince,
  selectLastActions,
  verifyActions,
} from "../../db/queries/actions.ts";
import { traceMessage } from "../../db/queries/audit.ts";
import { estimateEvents } from "../../db/queries/audit-estimate.ts";
import { searchAudit } from "../../db/queries/audit-search.ts";
import { deleteOldBrowserTokens } from "../../db/queries/browser-tokens.ts";
import { releaseConsoleLease, takeConsoleLease } from "../../db/queries/console-leases.ts";
import { selectServerHealth } from "../../db/queries/server-health.ts";
import { deleteExpired } from "../../db/queries/sessions.ts";
import type { ActionStore, TraceSource } from "../console/api/ports.ts";
import type { PeopleStore } from "../console/auth/people.ts";
import type { SessionStore } from "../console/auth/session-store.ts";
import { pause } from "../console/back-off.ts";
import type { PresenceStore } from "../console/bridge/presence.ts";
import type { TokenStore } from "../console/bridge/tokens.ts";
import {
  type DatabaseStatus,
  type OperatorAction,
  searchMsMax,
  type TraceEventKind,
} from "../console/contract/index.ts";
import type { Database } from "../console/history/database.ts";
import type { LeaseStore } from "../console/lease/console-lease.ts";
import type { HealthSource } from "../console/reads/reads.ts";
import { browserPresenceStore } from "./browser-presence-store.ts";
import { browserTokenStore } from "./browser-token-store.ts";
import { peopleStore, sessionStore } from "./people-store.ts";

/** Pages say within three seconds that it is away: a probe and a tick of theirs. */
const probeMs = 1_000;
const probeDeadlineMs = 2_000;
/** Started together with the console it may take so long, the first time longest. */
const startingMs = 15_000;
const cleanEveryMs = 3_600_000;
/** Pages, traces, probes: a console's statements are few and short. */
const connectionsMax = 3;
const searchConnectionsMax = 2;
const backgroundConnectionsMax = 2;

class Away extends Error {}

export class ConsoleDatabase {
  readonly #hosts: HostChoice;
  readonly #sql: Sql;
  /** What goes on behind the pages: samples, alerts, jobs. */
  readonly #backgroundSql: Sql;
  /** Of its own: no page's statement keeps a lease from being renewed. */
  readonly #leaseSql: Sql;
  /** For searches, which may take seconds each: nobody else waits behind them. */
  readonly #searchSql: Sql;
  readonly #schema: string;
  readonly #warn: (message: string) => void;
  readonly #stopped = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  #done: Promise<void> = Promise.resolve();
  status: DatabaseStatus = { state: "starting", sinceMs: Date.now(), reason: null };

  /** Throws when the URL or the name of the schema is not one. */
  constructor(url: string, schema: string, warn: (message: string) => void) {
    this.#schema = schema;
    this.#warn = warn;
    const address = parseDatabaseUrl(url);
    this.#hosts = new HostChoice(address.hosts);
    this.#sql = openPool(address, { schema, name: "console", max: connectionsMax, hosts: this.#hosts });
    this.#searchSql = openPool(address, {
      ...{ schema, name: "console search", max: searchConnectionsMax, hosts: this.#hosts },
      statementTimeoutMs: searchMsMax,
    });
    this.#backgroundSql = openPool(address, {
      schema,
      name: "console background",
      max: backgroundConnectionsMax,
      hosts: this.#hosts,
    });
    this.#leaseSql = openPool(address, { schema, name: "console lease", max: 1, hosts: this.#hosts });
  }

  start(): void {
    this.#done = this.#watch();
  }

  /** Resolves once Postgres answers and is up to date, or is known to be away; after `waitMs` in any case. */
  async answered(waitMs: number): Promise<void> {
    const timer = setTimeout(this.#first.resolve, waitMs);
    await this.#first.promise;
    clearTimeout(timer);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#first.resolve();
    await Promise.all(
      [this.#sql, this.#backgroundSql, this.#leaseSql, this.#searchSql].map((sql) =>
        sql.end({ timeout: 1 }).catch(() => {}),
      ),
    );
    await this.#done;
  }

  get stores(): {
    sessions: SessionStore;
    people: PeopleStore;
    browserTokens: TokenStore;
    browserPresence: PresenceStore;
    actions: ActionStore;
    traces: TraceSource;
    leases: LeaseStore;
    health: HealthSource;
    background: Database;
  } {
    const up = () => this.#up();
    return {
      sessions: sessionStore(up),
      people: peopleStore(up),
      browserTokens: browserTokenStore(up),
      browserPresence: browserPresenceStore(() => this.#up(this.#backgroundSql)),
      actions: this.#actions(),
      traces: this.#traces(),
      leases: this.#leases(),
      health: { health: async () => selectServerHealth(this.#up()) },
      background: async (act) => act(this.#up(this.#backgroundSql)),
    };
  }

  async #watch(): Promise<void> {
    const signal = this.#stopped.signal;
    let migrated = false;
    let cleanedAtMs = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      try {
        await this.#probe();
        if (!migrated) await migrate(this.#sql, this.#schema);
        migrated = true;
        this.#is("up", null);
        if (performance.now() - cleanedAtMs > cleanEveryMs) {
          cleanedAtMs = performance.now();
          await deleteExpired(this.#sql, new Date());
          await deleteOldBrowserTokens(this.#sql);
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof SchemaTooNewError) migrated = false;
        this.#is("down", describeError(error));
      }
      await pause(this.status.state === "up" ? probeMs : probeMs / 2, signal);
    }
  }

  async #probe(): Promise<void> {
    const [row] = await withDeadline(
      this.#sql<{ isStandby: boolean }[]>`select pg_is_in_recovery() as "isStandby"`,
      probeDeadlineMs,
    );
    if (!row!.isStandby) return;
    this.#hosts.skip();
    throw Object.assign(new Error("a standby answers"), { code: "25006" });
  }

  #is(state: "up" | "down", reason: string | null): void {
    const before = this.status;
    if (state === "down" && before.state === "starting" && Date.now() - before.sinceMs < startingMs) {
      this.status = { ...before, reason };
      return;
    }
    if (before.state === state && before.reason === reason) return;
    const sinceMs = before.state === state ? before.sinceMs : Date.now();
    this.status = { state, sinceMs, reason };
    this.#first.resolve();
    if (before.state !== state && !(state === "up" && before.state === "starting"))
      this.#warn(state === "up" ? "Postgres answers" : `Postgres is away: ${reason}`);
  }

  /** The connection, or at once an error while there is none: nobody waits for a deadline that is known to pass. */
  #up(sql = this.#sql): Sql {
    if (this.status.state !== "up") throw new Away("Postgres is away");
    return sql;
  }

  #leases(): LeaseStore {
    return {
      take: async (name, holder, ttlMs, deadlineMs) =>
        takeConsoleLease(this.#up(this.#leaseSql), name, holder, ttlMs, deadlineMs),
      release: async (name, epoch, holder, deadlineMs) =>
        releaseConsoleLease(this.#up(this.#leaseSql), { name, epoch }, holder, deadlineMs),
    };
  }

  #actions(): ActionStore {
    return {
      append: async ({ atMs, ...action }) => insertAction(this.#up(), { at: new Date(atMs), ...action }),
      list: async ({ fromMs, toMs, ...filter }, before, limit) => {
        const {
          actor = null,
          action = null,
          topic = null,
          channel = null,
          node = null,
          result = null,
        } = filter;
        const [from, to] = [fromMs, toMs].map((ms) => (ms === undefined ? null : new Date(ms)));
        const wanted = { actor, action, topic, channel, node, result, from: from!, to: to!, before, limit };
        return (await selectActions(this.#up(), wanted)).map(actionOf);
      },
      since: async (seq, limit) => (await selectActionsSince(this.#up(), seq, limit)).map(actionOf),
      last: async (lookBack) => (await selectLastActions(this.#up(), lookBack)).map(actionOf),
      verify: async (after, limit) => {
        const { to, lines, broken } = await verifyActions(this.#up(), after, limit);
        return { cursor: broken === null && lines === limit ? to : null, lines, broken };
      },
    };
  }

  #traces(): TraceSource {
    return {
      trace: async (id) => {
        const events = await traceMessage(this.#up(), id);
        return events.map((event) => ({
          atMs: event.atMs,
          kind: event.event as TraceEventKind,
          topic: event.topic,
          channel: event.channel === "" ? null : event.channel,
          node: event.nodeId,
          epoch: event.epoch,
          client: event.client && { id: event.client.clientId, address: event.client.address },
          attempts: event.attempts === 0 ? null : event.attempts,
          delayMs: event.delayMs === 0 ? null : event.delayMs,
        }));
      },
      sinceMs: async () => (await auditSince(this.#up()))?.getTime() ?? null,
      search: async (filter, options) => searchAudit(this.#up(this.#searchSql), filter, options),
      estimate: async (fromMs, toMs) => estimateEvents(this.#up(this.#searchSql), fromMs, toMs),
    };
  }
}

function actionOf({ at, ...row }: ActionRow): OperatorAction {
  return { ...row, atMs: at.getTime() } as OperatorAction;
}
