/** Users, their passwords, links and failed sign-ins. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 2_000;

export interface Grants {
  readonly role: string;
  readonly topics: readonly string[];
  readonly channels: readonly string[];
  readonly readsBodies: boolean;
}

export interface PersonRow extends Grants {
  readonly name: string;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
  readonly lastSeenAt: Date | null;
  readonly hasPassword: boolean;
  readonly sessions: number;
  readonly tokens: number;
}

/** By name. At most `limit`: a console's people are not millions. */
export async function selectPeople(sql: Sql, limit: number): Promise<readonly PersonRow[]> {
  return withDeadline(
    sql<
      PersonRow[]
    >`select name, role, topics, channels, reads_bodies as "readsBodies", created_at as "createdAt",
        disabled_at as "disabledAt", password is not null as "hasPassword",
        greatest(last_seen_at, (select max(last_seen_at) from sessions where user_id = users.id)) as "lastSeenAt",
        (select count(*)::int from sessions where user_id = users.id and expires_at > now()) as sessions,
        (select count(*)::int from api_tokens where user_id = users.id and revoked_at is null
          and (expires_at is null or expires_at > now())) as tokens
      from users order by name limit ${limit}`,
    statementMs,
  );
}

/** False: the name is taken. */
export async function insertPerson(sql: Sql, name: string, grants: Grants): Promise<boolean> {
  const rows = await withDeadline(
    sql`insert into users (name, role, topics, channels, reads_bodies)
      values (${name}, ${grants.role}, ${JSON.stringify(grants.topics)}::text::jsonb,
        ${JSON.stringify(grants.channels)}::text::jsonb, ${grants.readsBodies})
      on conflict (name) do nothing returning 1 as done`,
    statementMs,
  );
  return rows.length === 1;
}

/** null: leave it. Returns what it was before; null: there is nobody of that name. */
export async function updatePerson(
  sql: Sql,
  name: string,
  change: { readonly [K in keyof Grants]: Grants[K] | null } & { readonly disabled: boolean | null },
): Promise<(Grants & { readonly disabled: boolean }) | null> {
  const json = (list: readonly string[] | null) => list && JSON.stringify(list);
  const rows = await withDeadline(
    sql<
      (Grants & { disabled: boolean })[]
    >`with before as (select * from users where name = ${name} for update)
      update users set role = coalesce(${change.role}::text, users.role),
        topics = coalesce(${json(change.topics)}::text::jsonb, users.topics),
        channels = coalesce(${json(change.channels)}::text::jsonb, users.channels),
        reads_bodies = coalesce(${change.readsBodies}::boolean, users.reads_bodies),
        disabled_at = case ${change.disabled}::boolean when true then coalesce(users.disabled_at, now())
          when false then null else users.disabled_at end
      from before where users.id = before.id
      returning before.role, before.topics, before.channels, before.reads_bodies as "readsBodies",
        before.disabled_at is not null as disabled`,
    statementMs,
  );
  return rows[0] ?? null;
}

/** With sessions, links and tokens. */
export async function deletePerson(sql: Sql, name: string): Promise<boolean> {
  const rows = await withDeadline(
    sql`delete from users where name = ${name} returning 1 as done`,
    statementMs,
  );
  return rows.length === 1;
}

export interface Secrets extends Grants {
  /** argon2id in its own notation; null: none. */
  readonly password: string | null;
  readonly passwordChangedAt: Date | null;
}

/** null: nobody of that name, or disabled. */
export async function selectSecrets(sql: Sql, name: string): Promise<Secrets | null> {
  const rows = await withDeadline(
    sql<Secrets[]>`select role, topics, channels, reads_bodies as "readsBodies", password,
        password_changed_at as "passwordChangedAt"
      from users where name = ${name} and disabled_at is null`,
    statementMs,
  );
  return rows[0] ?? null;
}

export async function updatePassword(sql: Sql, name: string, password: string): Promise<void> {
  await withDeadline(
    sql`update users set password = ${password}, password_changed_at = now() where name = ${name}`,
    statementMs,
  );
}

/** False: there is nobody of that name, or they are disabled. */
export async function insertUserLink(
  sql: Sql,
  name: string,
  hash: Buffer,
  expiresAt: Date,
): Promise<boolean> {
  const rows = await withDeadline(
    sql`insert into user_links (hash, user_id, expires_at)
      select ${hash}, id, ${expiresAt} from users where name = ${name} and disabled_at is null returning 1 as done`,
    statementMs,
  );
  return rows.length === 1;
}

/** Whose link it is, for exactly one caller. */
export async function useUserLink(
  sql: Sql,
  hash: Buffer,
  now: Date,
): Promise<(Grants & { readonly user: string }) | null> {
  const rows = await withDeadline(
    sql<(Grants & { user: string })[]>`update user_links set used_at = ${now} from users
      where hash = ${hash} and used_at is null and expires_at > ${now}
        and users.id = user_links.user_id and users.disabled_at is null
      returning users.name as user, role, topics, channels, reads_bodies as "readsBodies"`,
    statementMs,
  );
  return rows[0] ?? null;
}

/** Until when signing in is refused by these keys (name, address); null: it is not. */
export async function selectLockedUntil(
  sql: Sql,
  names: readonly string[],
  address: string,
): Promise<Date | null> {
  const rows = await withDeadline(
    sql<{ until: Date | null }[]>`select max(locked_until) as until from sign_in_failures
      where address = ${address} and name in (select jsonb_array_elements_text(${JSON.stringify(names)}::text::jsonb))
        and locked_until > now()`,
    statementMs,
  );
  return rows[0]?.until ?? null;
}

/** One more. From the `free`th on it is locked for a second, then two, then four, up to a quarter of an hour. Returns how many. */
export async function insertFailure(sql: Sql, name: string, address: string, free: number): Promise<number> {
  const [row] = await withDeadline(
    sql<
      { failures: number }[]
    >`insert into sign_in_failures as f (name, address, failures, last_at, locked_until)
      values (${name}, ${address}, 1, now(), now())
      on conflict (name, address) do update set last_at = now(),
        failures = case when f.last_at < now() - interval '1 day' then 1 else f.failures + 1 end,
        locked_until = case when f.last_at < now() - interval '1 day' or f.failures + 1 < ${free} then now()
          else now() + least(900, power(2, least(f.failures + 1 - ${free}, 10))) * interval '1 second' end
      returning failures`,
    statementMs,
  );
  return row!.failures;
}

export async function deleteFailures(sql: Sql, name: string, address: string): Promise<void> {
  await withDeadline(
    sql`delete from sign_in_failures where name = ${name} and address = ${address}`,
    statementMs,
  );
}
