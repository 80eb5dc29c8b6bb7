/** What the server is and promises: asked each time it can be had again, for it may be another one by then. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 5_000;

export interface ServerState {
  /** Settings with which it may lose what it has confirmed: `fsync = off`. Empty: it keeps its word. */
  readonly unsafeSettings: readonly string[];
  /** Who else has to have a commit before it counts: `synchronous_standby_names`. Empty: nobody. */
  readonly synchronousStandbys: string;
  /** How many such are connected; null: this user may not see. */
  readonly synchronousConnected: number | null;
  /** Connections that ordinary users may open, and how many of them are not open. */
  readonly connectionsMax: number;
  readonly connectionsFree: number;
}

interface SettingRow {
  readonly name: string;
  readonly setting: string;
}

export async function selectServerState(sql: Sql): Promise<ServerState> {
  const rows = await withDeadline(
    sql<SettingRow[]>`select name, setting from pg_settings where name in ('fsync', 'full_page_writes',
      'synchronous_commit', 'synchronous_standby_names', 'max_connections', 'superuser_reserved_connections',
      'reserved_connections') order by name`,
    statementMs,
  );
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
  // Whoever may not see the others' state sees rows without one.
  const [row] = await withDeadline(
    sql<{ senders: number; visible: number; synchronous: number; open: number }[]>`
      select (select count(*)::int from pg_stat_activity where datid is not null) as open,
        count(*)::int as senders, count(sync_state)::int as visible,
        count(*) filter (where sync_state in ('sync', 'quorum'))::int as synchronous
      from pg_stat_replication`,
    statementMs,
  );
  const number = (name: string) => Number(settings.get(name) ?? 0);
  const connectionsMax =
    number("max_connections") - number("superuser_reserved_connections") - number("reserved_connections");
  return {
    unsafeSettings: unsafeSettings(settings),
    synchronousStandbys: settings.get("synchronous_standby_names") ?? "",
    synchronousConnected: row!.visible < row!.senders ? null : row!.synchronous,
    connectionsMax,
    connectionsFree: Math.max(0, connectionsMax - row!.open),
  };
}

function unsafeSettings(settings: ReadonlyMap<string, string>): string[] {
  const unsafe = ["fsync", "full_page_writes", "synchronous_commit"].filter(
    (name) => settings.get(name) === "off",
  );
  // Confirmed here, and not where the standby is that would go on.
  const commit = settings.get("synchronous_commit");
  const hasStandby = (settings.get("synchronous_standby_names") ?? "") !== "";
  if (hasStandby && (commit === "local" || commit === "remote_write")) unsafe.push("synchronous_commit");
  return unsafe.map((name) => `${name} = ${settings.get(name)}`);
}
