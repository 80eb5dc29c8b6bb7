/** Who is signed in, and one-time links; both kept by the SHA-256 of their secret. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 2_000;

export interface SessionRow {
  readonly user: string;
  readonly role: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastSeenAt: Date;
}

export interface NewSession extends SessionRow {
  readonly userAgent: string;
  readonly address: string;
}

/** Makes the session, and its user if it is the first time. Again with the same hash: nothing happens. */
export async function insertSession(sql: Sql, hash: Buffer, session: NewSession): Promise<void> {
  await withDeadline(
    sql`with owner as (
        insert into users (name, role) values (${session.user}, ${session.role})
        on conflict (name) do update set role = users.role returning id)
      insert into sessions (id_hash, user_id, created_at, expires_at, last_seen_at, user_agent, address)
      select ${hash}, id, ${session.createdAt}, ${session.expiresAt}, ${session.lastSeenAt},
        ${session.userAgent}, ${session.address} from owner
      on conflict (id_hash) do nothing`,
    statementMs,
  );
}

export async function findSession(sql: Sql, hash: Buffer): Promise<SessionRow | null> {
  const rows = await withDeadline(
    sql<SessionRow[]>`select users.name as user, users.role, sessions.created_at as "createdAt",
        sessions.expires_at as "expiresAt", sessions.last_seen_at as "lastSeenAt"
      from sessions join users on users.id = sessions.user_id where id_hash = ${hash}`,
    statementMs,
  );
  return rows[0] ?? null;
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
}
