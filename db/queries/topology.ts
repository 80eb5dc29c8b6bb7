/** What a cluster's topics and channels should be. A version is one act; whoever acts has seen the one before. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 5_000;

/** What operators have said of a topic or a channel. Versions of acts are 0 where there was none. */
export interface DeclaredState {
  readonly version: number;
  readonly declared: boolean;
  readonly incarnation: number;
  readonly paused: boolean;
  readonly pausedVersion: number;
  readonly emptiedVersion: number;
  readonly deletedVersion: number;
  /** Of a topic: whether it is to be durable; null: nothing was said. */
  readonly durable: boolean | null;
  readonly durableVersion: number;
}

export interface DeclaredRow extends DeclaredState {
  readonly topic: string;
  /** null: the topic itself. */
  readonly channel: string | null;
}

/** Another id: the versions that were noted before mean nothing. */
export async function selectTopologyId(sql: Sql): Promise<string> {
  const rows = await withDeadline(sql<{ id: string }[]>`select id from topology`, statementMs);
  return rows[0]!.id;
}

/** Topics and channels that were acted on after that version, in order, at most `limit` of them. */
export async function selectChanges(sql: Sql, after: number, limit: number): Promise<DeclaredRow[]> {
  const rows = await withDeadline(
    sql<DeclaredRow[]>`
      select name as topic, null as channel, version, declared, incarnation, paused,
        paused_version as "pausedVersion", emptied_version as "emptiedVersion", deleted_version as "deletedVersion",
        durable, durable_version as "durableVersion"
      from topics where version > ${after}
      union all
      select topic, name, version, declared, incarnation, paused, paused_version, emptied_version, deleted_version,
        null, 0
      from channels where version > ${after}
      order by version, channel nulls first limit ${limit}`,
    statementMs,
  );
  return [...rows];
}

/**
 * Writes a topic as it is from `state.version` on, the one after the version that was seen; one that is deleted
 * takes its channels with it. False: somebody else has acted meanwhile, and nothing was written.
 */
export async function changeTopic(sql: Sql, topic: string, state: DeclaredState): Promise<boolean> {
  const { version, declared, incarnation, paused, pausedVersion, emptiedVersion, deletedVersion } = state;
  const { durable, durableVersion } = state;
  const rows = await withDeadline(
    sql`with moved as (update topology set version = ${version} where version = ${version - 1} returning version),
      gone as (delete from channels using moved where topic = ${topic} and moved.version = ${deletedVersion})
      insert into topics
        (name, version, declared, incarnation, paused, paused_version, emptied_version, deleted_version, durable, durable_version)
      select ${topic}, ${version}::bigint, ${declared}::boolean, ${incarnation}::bigint, ${paused}::boolean,
        ${pausedVersion}::bigint, ${emptiedVersion}::bigint, ${deletedVersion}::bigint,
        ${durable}::boolean, ${durableVersion}::bigint from moved
      on conflict (name) do update set version = excluded.version, declared = excluded.declared,
        incarnation = excluded.incarnation, paused = excluded.paused, paused_version = excluded.paused_version,
        emptied_version = excluded.emptied_version, deleted_version = excluded.deleted_version,
        durable = excluded.durable, durable_version = excluded.durable_version, changed_at = now()
      returning version`,
    statementMs,
  );
  return rows.length > 0;
}

/** The same of a channel. `declaresTopic`: its topic is declared with it. */
export async function changeChannel(
  sql: Sql,
  topic: string,
  channel: string,
  state: DeclaredState,
  declaresTopic: boolean,
): Promise<boolean> {
  const { version, declared, incarnation, paused, pausedVersion, emptiedVersion, deletedVersion } = state;
  const rows = await withDeadline(
    sql`with moved as (update topology set version = ${version} where version = ${version - 1} returning version),
      parent as (
        insert into topics (name, version, declared, incarnation, paused, paused_version, emptied_version, deleted_version)
        select ${topic}, version, true, version, false, 0, 0, 0 from moved where ${declaresTopic}::boolean
        on conflict (name) do update set version = excluded.version, declared = true,
          incarnation = excluded.incarnation, paused = false, changed_at = now())
      insert into channels
        (topic, name, version, declared, incarnation, paused, paused_version, emptied_version, deleted_version)
      select ${topic}, ${channel}, ${version}::bigint, ${declared}::boolean, ${incarnation}::bigint, ${paused}::boolean,
        ${pausedVersion}::bigint, ${emptiedVersion}::bigint, ${deletedVersion}::bigint from moved
      on conflict (topic, name) do update set version = excluded.version, declared = excluded.declared,
        incarnation = excluded.incarnation, paused = excluded.paused, paused_version = excluded.paused_version,
        emptied_version = excluded.emptied_version, deleted_version = excluded.deleted_version, changed_at = now()
      returning version`,
    statementMs,
  );
  return rows.length > 0;
}
