/**
 * Whether Postgres can be had, and its pools. Starts by itself, tries for ever, and
 * after each time it was away brings the schema and the node's rows up to date before
 * anything else is sent (`contact`). The driver is loaded here, when it is first wanted.
 */
import { parseDatabaseUrl } from "../../db/address.ts";
import type { HostChoice } from "../../db/client.ts";
import {
  DeadlineError,
  describeError,
  isConnectionError,
  type Query,
  type Row,
  type Sql,
  withDeadline,
} from "../../db/statement.ts";
import type { StoreLog } from "./ports.ts";

type Client = typeof import("../../db/client.ts");

/** Connections a pool may hold. Apart, so that nothing large stands before a lease's renewal. */
const pools = { write: 3, read: 2, background: 2, lease: 1 } as const;
export type PoolName = keyof typeof pools;
/** The server ends a write that takes longer: nothing is written much later than when it was given up for lost. */
export const writeMsMax = 15_000;
/** What a node may hold of the server's connections. */
export const connectionsOfNode = Object.values(pools).reduce((sum, size) => sum + size, 0);

const probeMs = 2_000;
const probeDeadlineMs = 3_000;
const retryMs = 250;
/** What no retry will mend soon: a schema that is too new. */
const retryLongMs = 5_000;
/** A node that has just been started says `starting` so long before it says `down`. */
const startingMs = 10_000;

/** What answers takes no writes: after a failover, say. Another connection may lead elsewhere. */
class StandbyError extends Error {
  readonly code = "25006";
}

/** Postgres is away, and was not asked. */
export class AwayError extends Error {
  readonly code = "WEIR_AWAY";
}

export interface LinkOptions {
  readonly url: string;
  readonly cluster: string;
  readonly log: StoreLog;
  /** Statements to run before the link is up, each time. May be repeated. */
  readonly contact: (sql: Sql) => Promise<void>;
}

export class PostgresLink {
  state: "starting" | "up" | "down" = "starting";
  sinceMs = Date.now();
  reason: string | null = null;
  /** Called in the turn it happens. */
  onUp: (() => void) | null = null;
  readonly #options: LinkOptions;
  readonly #pools = new Map<PoolName, Sql>();
  readonly #startedAt = performance.now();
  #client: Client | null = null;
  #hosts: HostChoice | null = null;
  #closed = false;
  #wake: (() => void) | null = null;
  #suspected = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /**
   * The rows of one statement. Rejects with `AwayError` at once when Postgres is away; with what went wrong
   * otherwise, and then it is unknown whether the statement took effect.
   */
  async run<T extends readonly Row[]>(
    pool: PoolName,
    deadlineMs: number,
    query: (sql: Sql) => Query<T>,
  ): Promise<T> {
    return this.use(pool, (sql) => withDeadline<T>(query(sql), deadlineMs));
  }

  /** The same for functions that set deadlines themselves. */
  async use<T>(pool: PoolName, act: (sql: Sql) => Promise<T>): Promise<T> {
    if (this.state !== "up") throw new AwayError("Postgres is away");
    try {
      return await act(this.#pool(pool));
    } catch (error) {
      this.#suspect(pool, error);
      throw error;
    }
  }

  /** In words for people. */
  describe(error: unknown): string {
    return describeError(error);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#running;
    await Promise.all([...this.#pools.values()].map((sql) => sql.end({ timeout: 1 }).catch(() => {})));
    this.#pools.clear();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      let pauseMs = probeMs;
      try {
        if (this.state === "up") await this.#probe();
        else await this.#connect();
      } catch (error) {
        this.#down(error);
        pauseMs = (error as { code?: unknown }).code === "WEIR_SCHEMA_NEWER" ? retryLongMs : retryMs;
      }
      if (!this.#suspected) await this.#pause(pauseMs);
      this.#suspected = false;
    }
  }

  async #connect(): Promise<void> {
    const { migrate } = await import("../../db/migrate.ts");
    this.#client ??= await import("../../db/client.ts");
    const sql = this.#pool("background");
    await this.#probe();
    await migrate(sql, this.#options.cluster);
    await this.#options.contact(sql);
    if (this.#closed) return;
    this.#become("up", null);
    this.#options.log.info({}, "Postgres is there");
    this.onUp?.();
  }

  async #probe(): Promise<void> {
    try {
      await this.#ask();
    } catch (error) {
      this.#replaceWhenHung("background", error);
      // A connection that was lost says nothing of the server: the next one does.
      if (!isConnectionError(error) || error instanceof DeadlineError) throw error;
      await this.#ask();
    }
  }

  async #ask(): Promise<void> {
    const [row] = await withDeadline(
      this.#pool("background")<{ isStandby: boolean }[]>`select pg_is_in_recovery() as "isStandby"`,
      probeDeadlineMs,
    );
    if (!row!.isStandby) return;
    for (const pool of this.#pools.keys()) this.#replace(pool);
    this.#hosts?.skip();
    throw new StandbyError("a standby answers");
  }

  #suspect(pool: PoolName, error: unknown): void {
    const isReadOnly = (error as { code?: unknown }).code === "25006";
    if (!isConnectionError(error) && !isReadOnly) return;
    this.#replaceWhenHung(pool, error);
    this.#suspected = true;
    this.#wake?.();
  }

  /** A statement whose deadline has passed still holds its connection: all of them are made anew. */
  #replaceWhenHung(pool: PoolName, error: unknown): void {
    if (error instanceof DeadlineError) this.#replace(pool);
  }

  #replace(pool: PoolName): void {
    const old = this.#pools.get(pool);
    this.#pools.delete(pool);
    old?.end({ timeout: 0 }).catch(() => {});
  }

  #down(error: unknown): void {
    const reason = this.describe(error);
    const starting = this.state === "starting" && performance.now() - this.#startedAt < startingMs;
    // One that starts together with us is not away yet.
    const isNews = !starting && (this.state !== "down" || this.reason !== reason);
    if (isNews) this.#options.log.warn({}, `Postgres is away: ${reason}`);
    const wasUp = this.state === "up";
    this.#become(starting ? "starting" : "down", reason);
    // Nobody may have told the other connections: whoever sent something on one of them would wait for nothing.
    if (wasUp) for (const pool of this.#pools.keys()) this.#replace(pool);
  }

  #become(state: "starting" | "up" | "down", reason: string | null): void {
    if (this.state !== state) this.sinceMs = Date.now();
    this.state = state;
    this.reason = reason;
  }

  #pool(name: PoolName): Sql {
    let sql = this.#pools.get(name);
    if (!sql) {
      const address = parseDatabaseUrl(this.#options.url);
      this.#hosts ??= new this.#client!.HostChoice(address.hosts);
      sql = this.#client!.openPool(address, {
        hosts: this.#hosts,
        schema: this.#options.cluster,
        name: `node ${name}`,
        max: pools[name],
        ...(name === "write" && { statementTimeoutMs: writeMsMax }),
        onClose: () => this.#wake?.(),
      });
      this.#pools.set(name, sql);
    }
    return sql;
  }

  #pause(pauseMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs);
    this.#wake = () => {
      // A lost connection is looked into at once, but not in a tight loop while Postgres is away.
      if (this.state === "up" || this.#closed) resolve();
    };
    return promise.finally(() => {
      clearTimeout(timer);
      this.#wake = null;
    });
  }
}
