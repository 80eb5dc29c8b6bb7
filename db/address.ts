/** Where a cluster's database is. Apart from the client, so that checking it does not load the driver. */

/** Where a database is. `host` may be the directory of a unix socket. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly ssl: false | "require" | "prefer" | "verify-full";
}

/** The URL is not one of Postgres. Never quotes it: it may hold a password. */
export class DatabaseUrlError extends Error {}

const sslModes = ["disable", "prefer", "require", "verify-full"] as const;

/** `postgres://user:password@host:port/database?sslmode=…`, or `…@localhost/database?host=/socket/directory`. */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new DatabaseUrlError("the database URL must look like postgres://user:password@host:5432/database");
  }
  const mode = url.searchParams.get("sslmode") ?? "disable";
  const ssl = sslModes.find((known) => known === mode);
  if (!ssl) throw new DatabaseUrlError(`sslmode must be one of ${sslModes.join(", ")}`);
  const port = Number(url.searchParams.get("port") ?? (url.port || 5432));
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new DatabaseUrlError("the port is not a number");
  return {
    host: url.searchParams.get("host") ?? (url.hostname.replace(/^\[(.*)\]$/, "$1") || "localhost"),
    port,
    user: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    database: decodeURIComponent(url.pathname.slice(1)) || undefined,
    ssl: ssl === "disable" ? false : ssl,
  };
}

/** Names of schemas are ours to build SQL of, so they are checked, not escaped. */
export function checkSchemaName(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name) || name.startsWith("pg_")) {
    throw new DatabaseUrlError(
      `the cluster name "${name}" must be lower-case letters, digits and _, not begin with a digit or pg_, and have at most 63 characters`,
    );
  }
  return name;
}
