/** One statement: its deadline, and what its failure means. Loads no driver, so that a node starts fast. */
import type postgres from "postgres";
import { DatabaseUrlError } from "./address.ts";

export type Sql = postgres.Sql<{ bigint: number }>;
export type Row = postgres.Row;
/** A statement that is sent when it is awaited; a result of rows. */
export type Query<T extends readonly Row[] = Row[]> = postgres.PendingQuery<T & Row[]>;

/** Our own deadline passed: whether the statement took effect is unknown. */
export class DeadlineError extends Error {
  readonly code = "WEIR_DEADLINE";
}

/**
 * The query's rows, or `DeadlineError` when they are not there in time. The statement may go on: the server's
 * own timeout ends it. It is not cancelled, because the driver leaves a failed cancel as an unhandled rejection.
 */
export async function withDeadline<T extends readonly Row[]>(
  query: Query<T>,
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
  WEIR_AWAY: "it is away",
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
