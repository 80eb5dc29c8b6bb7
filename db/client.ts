/**
 * Connections to Postgres. postgres.js is safe for us only within bounds found by
 * killing backends under it: one durable act is one statement (never `begin` or
 * `reserve`), no type fetching, a short constant back-off, and a deadline of our own
 * on every statement, because a promise of the driver may hang when a backend dies.
 */
import { connect as connectTcp } from "node:net";
import postgres from "postgres";
import { checkSchemaName, type DatabaseAddress, DatabaseUrlError } from "./address.ts";

export { checkSchemaName, type DatabaseAddress, DatabaseUrlError, parseDatabaseUrl } from "./address.ts";

export type Sql = postgres.Sql<{ bigint: number }>;
export type Row = postgres.Row;

/** Our own deadline passed: whether the statement took effect is unknown. */
export class DeadlineError extends Error {
  readonly code = "WEIR_DEADLINE";
}

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

/**
 * The query's rows, or `DeadlineError` when they are not there in time. The statement may go on: the server's
 * own timeout ends it. It is not cancelled, because the driver leaves a failed cancel as an unhandled rejection.
 */
export async function withDeadline<T extends readonly Row[]>(
  query: postgres.PendingQuery<T & Row[]>,
  deadlineMs: number,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new DeadlineError(`no answer within ${deadlineMs} ms`));
  }, deadlineMs);
  try {
    return await Promise.race([query as unknown as Promise<T>, late]);
  } finally {
    clearTimeout(timer);
  }
}

const codes: Record<string, string> = {
  ECONNREFUSED: "nothing listens at its address",
  ENOENT: "its socket is not there",
  ENOTFOUND: "its host name is not known",
  EHOSTUNREACH: "its host cannot be reached",
  CONNECT_TIMEOUT: "it does not answer",
  CONNECTION_CLOSED: "the connection was lost",
  CONNECTION_ENDED: "the connection was closed",
  CONNECTION_DESTROYED: "the connection was closed",
  ECONNRESET: "the connection was lost",
  EPIPE: "the connection was lost",
  WEIR_DEADLINE: "it did not answer in time",
  "28000": "it refuses this user",
  "28P01": "it refuses the user name or password",
  "3D000": "the database does not exist",
  "42501": "this user lacks a permission",
  "53100": "its disk is full",
  "53300": "it has no connection free",
  "57014": "a statement took too long",
  "57P01": "it is shutting down",
  "57P02": "it has crashed and restarts",
  "57P03": "it is starting up",
  "25006": "it is read-only",
};

/** Why Postgres is not to be had, in words for people. Holds no secret, no statement and no parameter. */
export function describeError(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (error instanceof DatabaseUrlError) return error.message;
  if (typeof code === "string" && codes[code]) return codes[code];
  const text = typeof message === "string" ? message.replace(/\s+/g, " ").slice(0, 200) : "unknown";
  return typeof code === "string" ? `${text} (${code})` : text;
}

/** True when the connection, not the statement, is at fault: whether the statement took effect is unknown. */
export function isConnectionError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    typeof code === "string" && (/^(E[A-Z]{3,}|CONNECT|WEIR_DEADLINE|57P|08)/.test(code) || code === "53300")
  );
}
