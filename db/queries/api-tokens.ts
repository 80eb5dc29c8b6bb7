/** Tokens of programs, kept by the SHA-256 of their secret. */
import { type Sql, withDeadline } from "../statement.ts";
import type { Grants } from "./people.ts";

const statementMs = 2_000;

export interface TokenScope {
  readonly rights: readonly string[];
  readonly topics: readonly string[];
  readonly channels: readonly string[];
}

export interface TokenRow extends TokenScope {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly hint: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly lastUsedAddress: string | null;
}

/** Of one person, or of all: those that are good, newest first. */
export async function selectTokens(
  sql: Sql,
  user: string | null,
  limit: number,
): Promise<readonly TokenRow[]> {
  return withDeadline(
    sql<
      TokenRow[]
    >`select t.id, u.name as user, t.name, hint, rights, t.topics, t.channels, t.created_at as "createdAt",
        expires_at as "expiresAt", last_used_at as "lastUsedAt", last_used_address as "lastUsedAddress"
      from api_tokens t join users u on u.id = t.user_id
      where revoked_at is null and (expires_at is null or expires_at > now()) and (${user}::text is null or u.name = ${user})
      order by t.created_at desc, t.id limit ${limit}`,
    statementMs,
  );
}

export interface NewToken extends TokenScope {
  readonly user: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly hint: string;
  readonly expiresAt: Date | null;
}

export type TokenInserted = { readonly id: string } | { readonly refused: "nobody" | "too-many" };

/** `nobody`: there is no such person who may sign in; `too-many`: they have `most` that are good already. */
export async function insertToken(sql: Sql, token: NewToken, most: number): Promise<TokenInserted> {
  const json = (list: readonly string[]) => JSON.stringify(list);
  const [row] = await withDeadline(
    sql<{ id: string | null; isKnown: boolean }[]>`with owner as (
        select id, (select count(*) from api_tokens t where t.user_id = users.id and revoked_at is null
            and (expires_at is null or expires_at > now())) as held
        from users where name = ${token.user} and disabled_at is null),
      made as (
        insert into api_tokens (hash, user_id, name, hint, rights, topics, channels, expires_at)
        select ${token.hash}, id, ${token.name}, ${token.hint}, ${json(token.rights)}::text::jsonb,
          ${json(token.topics)}::text::jsonb, ${json(token.channels)}::text::jsonb, ${token.expiresAt}
        from owner where held < ${most} returning id)
      select (select id from made) as id, exists (select from owner) as "isKnown"`,
    statementMs,
  );
  const { id, isKnown } = row!;
  return id !== null ? { id } : { refused: isKnown ? "too-many" : "nobody" };
}

/** `user` null: anybody's. Returns whose it was and its name; null: there is no such token. */
export async function revokeToken(
  sql: Sql,
  id: string,
  user: string | null,
): Promise<{ readonly user: string; readonly name: string } | null> {
  const rows = await withDeadline(
    sql<{ user: string; name: string }[]>`update api_tokens t set revoked_at = now() from users u
      where t.id = ${id} and u.id = t.user_id and revoked_at is null and (${user}::text is null or u.name = ${user})
      returning u.name as user, t.name`,
    statementMs,
  );
  return rows[0] ?? null;
}

export interface FoundToken {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly owner: Grants;
  readonly expiresAt: Date | null;
}

/** null: none, revoked, or its owner is disabled. */
export async function findToken(sql: Sql, hash: Buffer): Promise<FoundToken | null> {
  const rows = await withDeadline(
    sql<FoundToken[]>`select t.id, u.name as user, t.name, t.expires_at as "expiresAt",
        jsonb_build_object('rights', t.rights, 'topics', t.topics, 'channels', t.channels) as scope,
        jsonb_build_object('role', u.role, 'topics', u.topics, 'channels', u.channels, 'readsBodies', u.reads_bodies) as owner
      from api_tokens t join users u on u.id = t.user_id
      where hash = ${hash} and revoked_at is null and u.disabled_at is null`,
    statementMs,
  );
  return rows[0] ?? null;
}

export async function touchToken(sql: Sql, id: string, at: Date, address: string): Promise<void> {
  await withDeadline(
    sql`update api_tokens set last_used_at = greatest(last_used_at, ${at}), last_used_address = ${address} where id = ${id}`,
    statementMs,
  );
}
