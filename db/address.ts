/** Where a cluster's database is. Apart from the client, so that checking it does not load the driver. */

/** One place to try. `host` may be the directory of a unix socket. */
export interface DatabaseHost {
  readonly host: string;
  readonly port: number;
}

/** Where a database is. */
export interface DatabaseAddress {
  /** At least one. With several, the one that is no standby is talked to. */
  readonly hosts: readonly DatabaseHost[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly ssl: false | "require" | "prefer" | "verify-full";
  /** A pooler in transaction mode stands before it: a connection keeps nothing from one statement to the next. */
  readonly isPooled: boolean;
}

/** The URL is not one of Postgres. Never quotes it: it may hold a password. */
export class DatabaseUrlError extends Error {}

const sslModes = ["disable", "prefer", "require", "verify-full"] as const;

/** A node and its standbys are a handful. */
const hostsMax = 16;

/**
 * `postgres://user:password@host:port/database?sslmode=…`, or `…@localhost/database?host=/socket/directory`. As in libpq
 * there may be several hosts, `host1:port1,host2:port2`, also as `?host=…,…&port=…,…`. `pgbouncer=true`: `isPooled`.
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const [, scheme = "", login = "", authority = "", rest = ""] =
    /^(postgres(?:ql)?:\/\/)([^@/?#]*@)?([^/?#]*)(.*)$/s.exec(text) ?? [];
  const plain = `${scheme}${login}host${rest}`;
  if (scheme === "" || !URL.canParse(plain)) {
    throw new DatabaseUrlError("the database URL must look like postgres://user:password@host:5432/database");
  }
  const url = new URL(plain);
  const mode = url.searchParams.get("sslmode") ?? "disable";
  const ssl = sslModes.find((known) => known === mode);
  if (!ssl) throw new DatabaseUrlError(`sslmode must be one of ${sslModes.join(", ")}`);
  return {
    hosts: hostsOf(authority, url.searchParams.get("host"), url.searchParams.get("port")),
    user: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    database: decodeURIComponent(url.pathname.slice(1)) || undefined,
    ssl: ssl === "disable" ? false : ssl,
    isPooled: url.searchParams.get("pgbouncer") === "true",
  };
}

/** Parameters stand above what is before the path. One port may be that of all hosts. */
function hostsOf(
  authority: string,
  hostParameter: string | null,
  portParameter: string | null,
): DatabaseHost[] {
  const pairs = authority
    .split(",")
    .map((part) => /^(\[.*\]|[^:]*)(?::(.*))?$/.exec(part) ?? ["", part, "none"]);
  const names = hostParameter?.split(",") ?? pairs.map(([, name]) => name!.replace(/^\[(.*)\]$/, "$1"));
  const ports = portParameter?.split(",") ?? pairs.map(([, , port]) => port ?? "");
  if (names.length > hostsMax) throw new DatabaseUrlError(`more than ${hostsMax} hosts`);
  if (ports.length !== 1 && ports.length !== names.length)
    throw new DatabaseUrlError("there must be one port, or one for each host");
  return names.map((name, index) => {
    const port = Number(ports[ports.length === 1 ? 0 : index] || 5432);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new DatabaseUrlError("the port is not a number");
    return { host: decodeURIComponent(name) || "localhost", port };
  });
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
