/** How the server does: for whoever keeps it. Every figure is one that an ordinary user may see, or null. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 3_000;

export interface StandbyHealth {
  readonly name: string;
  readonly state: string;
  /** `sync`, `quorum`, `potential`, `async`. */
  readonly sync: string;
  readonly lagBytes: number | null;
  readonly lagMs: number | null;
}

export interface ServerHealth {
  /** `host:port/database`, as the server sees itself; `local` over a unix socket. */
  readonly primary: string;
  readonly version: string;
  readonly synchronousCommit: string;
  readonly synchronousStandbyNames: string;
  /** null: this user may not see them. */
  readonly standbys: readonly StandbyHealth[] | null;
  readonly databaseBytes: number;
  /** Where the WAL stands, in bytes since ever. */
  readonly walBytes: number;
  readonly connectionsOpen: number;
  readonly connectionsMax: number;
  /** Age of the oldest transaction that is open, of those this user may see; null: there is none. */
  readonly oldestTransactionMs: number | null;
  /** Over the schema's tables, as the statistics have them. */
  readonly deadTuples: number;
  readonly liveTuples: number;
}

type Row = Omit<ServerHealth, "standbys"> & { readonly senders: number; readonly visible: number };

export async function selectServerHealth(sql: Sql): Promise<ServerHealth> {
  const [[row], standbys] = await Promise.all([
    withDeadline(
      sql<Row[]>`
        select coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'local')
            || '/' || current_database() as primary,
          current_setting('server_version') as version,
          current_setting('synchronous_commit') as "synchronousCommit",
          current_setting('synchronous_standby_names') as "synchronousStandbyNames",
          pg_database_size(current_database())::float8 as "databaseBytes",
          (case when pg_is_in_recovery() then 0
            else pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') end)::float8 as "walBytes",
          (select count(*)::int from pg_stat_activity where datid is not null) as "connectionsOpen",
          current_setting('max_connections')::int as "connectionsMax",
          (select greatest(0, extract(epoch from clock_timestamp() - min(xact_start)) * 1000)::float8
            from pg_stat_activity where xact_start is not null and pid <> pg_backend_pid()
              and backend_type = 'client backend') as "oldestTransactionMs",
          (select coalesce(sum(n_dead_tup), 0)::float8 from pg_stat_user_tables
            where schemaname = current_schema()) as "deadTuples",
          (select coalesce(sum(n_live_tup), 0)::float8 from pg_stat_user_tables
            where schemaname = current_schema()) as "liveTuples",
          (select count(*)::int from pg_stat_replication) as senders,
          (select count(sync_state)::int from pg_stat_replication) as visible`,
      statementMs,
    ),
    withDeadline(
      sql<StandbyHealth[]>`
        select coalesce(nullif(application_name, ''), host(client_addr), 'standby') as name, state,
          sync_state as sync,
          (case when pg_is_in_recovery() then null
            else greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) end)::float8 as "lagBytes",
          (extract(epoch from replay_lag) * 1000)::float8 as "lagMs"
        from pg_stat_replication where state is not null order by 1 limit 32`,
      statementMs,
    ),
  ]);
  const { senders, visible, ...health } = row!;
  return { ...health, standbys: visible < senders ? null : standbys };
}
