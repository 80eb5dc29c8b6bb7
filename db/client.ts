/**
 * Connections to Postgres. postgres.js is safe for us only within bounds found by
 * killing backends under it: one durable act is one statement (never `begin` or
 * `reserve`), no type fetching, a short constant back-off, and a deadline of our own
 * on every statement, because a promise of the driver may hang when a backend dies.
 */
import { connect as connectTcp } from "node:net";
import postgres from "postgres";
import { checkSchemaName, type DatabaseAddress } from "./address.ts";
import type { Sql } from "./statement.ts";

export { checkSchemaName, type DatabaseAddress, DatabaseUrlError, parseDatabaseUrl } from "./address.ts";
export {
  DeadlineError,
  describeError,
  isConnectionError,
  type Row,
  type Sql,
  withDeadline,
} from "./statement.ts";

export interface PoolOptions {
  /** The cluster's name: the only schema that is searched. */
  readonly schema: string;
  /** What the pool is for, as `pg_stat_activity` shows it. */
  readonly name: string;
  /** Connections. */
  readonly max: number;
  /** The server gives up on a statement after this; 0: never. Default 30 s. */
  readonly statementTimeoutMs?: number;
  /** A connection was lost or closed. */
  readonly onClose?: () => void;
}

/**
 * A small pool. Connects when first used; parameters and results: bigint as number,
 * bytea as Buffer, timestamptz as Date.
 */
export function openPool(address: DatabaseAddress, options: PoolOptions): Sql {
  const socketDir = address.host.startsWith("/");
  return postgres({
    host: address.host,
    port: address.port,
    ...(address.user !== undefined && { user: address.user }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.database !== undefined && { database: address.database }),
    ssl: address.ssl,
    max: options.max,
    fetch_types: false,
    // Constant: the default doubles, and left callers waiting for seconds after a restart.
    backoff: () => 0.1 + Math.random() * 0.2,
    connect_timeout: 3,
    max_lifetime: 1800 + Math.floor(Math.random() * 1800),
    types: { bigint: { to: 20, from: [20], serialize: (x: number) => String(x), parse: Number } },
    onnotice: () => {},
    ...(options.onClose && { onclose: options.onClose }),
    connection: {
      application_name: `weir ${options.name}`,
      search_path: `"${checkSchemaName(options.schema)}"`,
      statement_timeout: options.statementTimeoutMs ?? 30_000,
      // Ours are written to be planned once: a list of blocks is one shape whatever its length.
      jit: "off" as unknown as boolean,
    },
    // The driver leaves Nagle's algorithm on; through TLS it makes its own socket.
    ...(!socketDir && { socket: () => openSocket(address) }),
  });
}

function openSocket(address: DatabaseAddress): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const socket = connectTcp({ host: address.host, port: address.port, noDelay: true, keepAlive: true });
  const timer = setTimeout(() => socket.destroy(new Error("connect timed out")), 3000);
  socket.once("connect", () => {
    clearTimeout(timer);
    socket.removeListener("error", reject);
    resolve(socket);
  });
  socket.once("error", (error) => {
    clearTimeout(timer);
    reject(error);
  });
  return promise;
}
