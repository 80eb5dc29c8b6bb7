/**
 * Connections to Postgres. postgres.js is safe for us only within bounds found by
 * killing backends under it: one durable act is one statement (never `begin` or
 * `reserve`), no type fetching, a short constant back-off, and a deadline of our own
 * on every statement, because a promise of the driver may hang when a backend dies.
 */
import { Socket } from "node:net";
import postgres from "postgres";
import { checkSchemaName, type DatabaseAddress } from "./address.ts";
import { HostChoice } from "./host-choice.ts";
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
export { HostChoice };

export interface PoolOptions {
  /** The cluster's name: the only schema that is searched. */
  readonly schema: string;
  /** What the pool is for, as `pg_stat_activity` shows it. */
  readonly name: string;
  /** Connections. */
  readonly max: number;
  /** The server gives up on a statement after this; 0: never. Default 30 s. */
  readonly statementTimeoutMs?: number;
  /** Which host is talked to, shared by pools that go together. Without it the pool chooses for itself. */
  readonly hosts?: HostChoice;
  /** A connection was lost or closed. */
  readonly onClose?: () => void;
}

/**
 * A small pool. Connects when first used; parameters and results: bigint as number,
 * bytea as Buffer, timestamptz as Date.
 */
export function openPool(address: DatabaseAddress, options: PoolOptions): Sql {
  const hosts = options.hosts ?? new HostChoice(address.hosts);
  let isOver = false;
  const open = () =>
    hosts.open().then((socket) => {
      if (!isOver) return greeted(socket);
      socket.destroy();
      return closedBy(new Error("the pool has ended"));
    }, closedBy);
  const sql = postgres({
    host: address.hosts[0]!.host,
    port: address.hosts[0]!.port,
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
    // Where a pooler hands each statement to any connection, none has a name to be found by on the next.
    prepare: !address.isPooled,
    connection: {
      application_name: `weir ${options.name}`,
      // A pooler knows none of these: they are the role's there.
      ...(!address.isPooled && {
        search_path: `"${checkSchemaName(options.schema)}"`,
        statement_timeout: options.statementTimeoutMs ?? 30_000,
        // Ours are written to be planned once: a list of blocks is one shape whatever its length.
        jit: "off" as unknown as boolean,
      }),
    },
    // Not from the environment: where TLS comes first the driver greets by other means than `write`.
    ...{ socket: open, sslnegotiation: null },
  });
  // The driver knows nothing of a connection that is just being opened when its pool ends: it would stay for good.
  const end = sql.end.bind(sql);
  sql.end = async (how) => {
    await end(how);
    isOver = true;
  };
  return sql;
}

/** The driver greets a server in the turn after it was given the connection. */
const greetsWithinMs = 50;

/**
 * A driver whose connection ended in the very turn in which it was given a statement believes ever after that it is
 * about to write, and says nothing before it has a kilobyte to say: on each connection that it is given it greets in
 * vain. What is not greeted ends at once, so that it gets there in a moment; what it then says ends that connection.
 */
function greeted(socket: Socket): Socket {
  const silent = setTimeout(() => setImmediate(() => socket.destroy()), greetsWithinMs);
  const write = socket.write.bind(socket) as (...said: unknown[]) => boolean;
  socket.write = (...said: unknown[]) => {
    clearTimeout(silent);
    socket.write = write;
    return write(...said);
  };
  socket.once("close", () => clearTimeout(silent));
  return socket;
}

/**
 * The driver tries again when a connection has closed: one that was never opened has to close as well. Not before the
 * driver has written to it: what it has yet to write it keeps, and says to the next connection in front of its greeting.
 */
function closedBy(error: Error): Socket {
  const socket = new Socket();
  socket.write = () => {
    socket.destroy(error);
    return false;
  };
  return socket;
}
