/** Who is signed in, and one-time links; both kept by the SHA-256 of their secret. */
import { type Sql, withDeadline } from "../statement.ts";
import type { Grants } from "./people.ts";

const statementMs = 2_000;

export interface SessionRow extends Grants {
  readonly user: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastSeenAt: Date;
  readonly freshAt: Date;
  readonly method: string;
}

export interface NewSession extends SessionRow {
  readonly userAgent: string;
  readonly address: string;
}

export interface ListedSession {
  /** The hash, in hexadecimal. */
  readonly id: string;
  readonly user: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastSeenAt: Date;
  readonly method: string;
  readonly userAgent: string;
  readonly address: string;
}

/**
 * Makes the session. `first`: of the person whom the data path's links sign in, who is made with it. Of anybody else
 * who is not there any more none is made. Again with the same hash: nothing happens.
 */
export async function insertSession(
  sql: Sql,
  hash: Buffer,
  session: NewSession,
  first: boolean,
): Promise<void> {
  await withDeadline(
    sql`with owner as (
        insert into users (name, role) select ${session.user}, ${session.role}
          where ${first} or exists (select from users where name = ${session.user} and disabled_at is null)
        on conflict (name) do update set last_seen_at = greatest(users.last_seen_at, ${session.lastSeenAt}) returning id)
      insert into sessions (id_hash, user_id, created_at, expires_at, last_seen_at, fresh_at, method, user_agent, address)
      select ${hash}, id, ${session.createdAt}, ${session.expiresAt}, ${session.lastSeenAt}, ${session.freshAt},
        ${session.method}, ${session.userAgent}, ${session.address} from owner
      on conflict (id_hash) do nothing`,
    statementMs,
  );
}

export async function findSession(sql: Sql, hash: Buffer): Promise<SessionRow | null> {
  const rows = await withDeadline(
    sql<SessionRow[]>`select ${columns(sql)} from sessions join users on users.id = sessions.user_id
      where id_hash = ${hash} and users.disabled_at is null`,
    statementMs,
  );
  return rows[0] ?? null;
}

/** Those of them that are there, by their hash in hexadecimal. */
export async function findSessions(
  sql: Sql,
  ids: readonly string[],
): Promise<readonly (SessionRow & { readonly id: string })[]> {
  return withDeadline(
    sql<(SessionRow & { id: string })[]>`select encode(id_hash, 'hex') as id, ${columns(sql)}
      from sessions join users on users.id = sessions.user_id
      where id_hash in (select decode(jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb), 'hex'))
        and users.disabled_at is null`,
    statementMs,
  );
}

function columns(sql: Sql) {
  return sql`users.name as user, role, topics, channels, reads_bodies as "readsBodies",
    sessions.created_at as "createdAt", sessions.expires_at as "expiresAt", sessions.last_seen_at as "lastSeenAt",
    coalesce(sessions.fresh_at, sessions.created_at) as "freshAt", method`;
}

/** Of one person, or of all; the last used first. */
export async function listSessions(
  sql: Sql,
  user: string | null,
  limit: number,
): Promise<readonly ListedSession[]> {
  return withDeadline(
    sql<
      ListedSession[]
    >`select encode(id_hash, 'hex') as id, users.name as user, sessions.created_at as "createdAt",
        sessions.expires_at as "expiresAt", sessions.last_seen_at as "lastSeenAt", method,
        coalesce(user_agent, '') as "userAgent", coalesce(address, '') as address
      from sessions join users on users.id = sessions.user_id
      where sessions.expires_at > now() and (${user}::text is null or users.name = ${user})
      order by sessions.last_seen_at desc, id_hash limit ${limit}`,
    statementMs,
  );
}

/** `user` null: anybody's. Returns whose it was; null: there is no such session. */
export async function revokeSession(sql: Sql, id: string, user: string | null): Promise<string | null> {
  const rows = await withDeadline(
    sql<{ user: string }[]>`delete from sessions using users
      where id_hash = decode(${id}, 'hex') and users.id = user_id and (${user}::text is null or users.name = ${user})
      returning users.name as user`,
    statementMs,
  );
  return rows[0]?.user ?? null;
}

/** All of a person's but one. Returns how many. */
export async function revokeOtherSessions(sql: Sql, user: string, keep: string): Promise<number> {
  const rows = await withDeadline(
    sql`delete from sessions using users where users.id = user_id and users.name = ${user}
        and id_hash <> decode(${keep}, 'hex') returning 1 as done`,
    statementMs,
  );
  return rows.length;
}

export async function refreshSession(sql: Sql, hash: Buffer, freshAt: Date): Promise<void> {
  await withDeadline(sql`update sessions set fresh_at = ${freshAt} where id_hash = ${hash}`, statementMs);
}

export async function touchSession(sql: Sql, hash: Buffer, seenAt: Date): Promise<void> {
  await withDeadline(
    sql`update sessions set last_seen_at = greatest(last_seen_at, ${seenAt}) where id_hash = ${hash}`,
    statementMs,
  );
}

export async function deleteSession(sql: Sql, hash: Buffer): Promise<void> {
  await withDeadline(sql`delete from sessions where id_hash = ${hash}`, statementMs);
}

export async function insertSigninToken(sql: Sql, hash: Buffer, expiresAt: Date): Promise<void> {
  await withDeadline(
    sql`insert into signin_tokens (hash, expires_at) values (${hash}, ${expiresAt}) on conflict do nothing`,
    statementMs,
  );
}

/** True for exactly one caller, while the link is neither used nor too old by `now`. */
export async function useSigninToken(sql: Sql, hash: Buffer, now: Date): Promise<boolean> {
  const rows = await withDeadline(
    sql`update signin_tokens set used_at = ${now}
      where hash = ${hash} and used_at is null and expires_at > ${now} returning 1 as used`,
    statementMs,
  );
  return rows.length === 1;
}

/** Forgets sessions that are over, and links a day after. */
export async function deleteExpired(sql: Sql, now: Date): Promise<void> {
  await withDeadline(sql`delete from sessions where expires_at < ${now}`, statementMs);
  const dayBefore = new Date(now.getTime() - 86_400_000);
  await withDeadline(sql`delete from signin_tokens where expires_at < ${dayBefore}`, statementMs);
  await withDeadline(sql`delete from user_links where expires_at < ${dayBefore}`, statementMs);
  await withDeadline(sql`delete from sign_in_failures where last_at < ${dayBefore}`, statementMs);
}
