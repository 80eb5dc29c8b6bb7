/** Tokens of pages that consume or publish. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 2_000;
/** What is over is kept a while, so that a token that comes too late is known to have been one. */
const keptHours = 24;

export interface BrowserTokenRow {
  readonly id: string;
  readonly minterKind: string;
  readonly minter: string;
  readonly user: string;
  readonly allows: object;
  readonly expiresAt: Date;
}

export async function insertBrowserToken(sql: Sql, hash: Buffer, token: BrowserTokenRow): Promise<void> {
  await withDeadline(
    sql`insert into browser_tokens (hash, id, minter_kind, minter, user_name, allows, expires_at)
      values (${hash}, ${token.id}, ${token.minterKind}, ${token.minter}, ${token.user},
        ${sql.json(token.allows as never)}, ${token.expiresAt})`,
    statementMs,
  );
}

/** Once: of two that ask at the same time one gets it. */
export async function redeemBrowserToken(sql: Sql, hash: Buffer): Promise<BrowserTokenRow | null> {
  const rows = await withDeadline(
    sql<BrowserTokenRow[]>`update browser_tokens set used_at = now()
      where hash = ${hash} and used_at is null and revoked_at is null and expires_at > now()
      returning ${columns(sql)}`,
    statementMs,
  );
  return rows[0] ?? null;
}

const columns = (sql: Sql) =>
  sql`id, minter_kind as "minterKind", minter, user_name as user, allows, expires_at as "expiresAt"`;

/** null: there is none, or it is kept no longer. */
export async function selectBrowserToken(sql: Sql, id: string): Promise<BrowserTokenRow | null> {
  const rows = await withDeadline(
    sql<BrowserTokenRow[]>`select ${columns(sql)} from browser_tokens where id::text = ${id}`,
    statementMs,
  );
  return rows[0] ?? null;
}

export async function revokeBrowserToken(sql: Sql, id: string): Promise<boolean> {
  const rows = await withDeadline(
    sql`update browser_tokens set revoked_at = now()
      where id::text = ${id} and revoked_at is null and expires_at > now() returning 1`,
    statementMs,
  );
  return rows.length > 0;
}

/** Of these, what was revoked, or was made for a session, an API token or a user that is no more. */
export async function selectEndedBrowserTokens(sql: Sql, ids: readonly string[]): Promise<string[]> {
  const rows = await withDeadline(
    sql<{ id: string }[]>`select id from browser_tokens where id = any(${ids as string[]}::uuid[]) and (
        revoked_at is not null
        or not case minter_kind
          when 'session' then exists (select from sessions where id_hash = decode(minter, 'hex') and expires_at > now())
          else exists (select from api_tokens where api_tokens.id::text = minter and api_tokens.revoked_at is null
            and (api_tokens.expires_at is null or api_tokens.expires_at > now())) end
        or exists (select from users where name = user_name and disabled_at is not null))`,
    statementMs,
  );
  return rows.map(({ id }) => id);
}

export async function deleteOldBrowserTokens(sql: Sql): Promise<void> {
  await withDeadline(
    sql`delete from browser_tokens where hash in (
      select hash from browser_tokens where expires_at < now() - make_interval(hours => ${keptHours}) limit 10000)`,
    statementMs,
  );
}
