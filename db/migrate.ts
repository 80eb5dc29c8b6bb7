/**
 * Brings a cluster's schema up to date. Every node and console does it at start, twenty
 * at once if need be. Each migration is one simple query: the server makes it one
 * transaction, so a lost connection leaves it done or undone, and the driver's
 * transactions are not needed. The lock is a table's: it ends with its statement.
 */
import { readFileSync } from "node:fs";
import { checkSchemaName } from "./address.ts";
import { type Sql, withDeadline } from "./statement.ts";

/** The schema was made by a newer version: this one must not touch it. */
export class SchemaTooNewError extends Error {
  readonly code = "WEIR_SCHEMA_NEWER";
}

/** Statements would not find the cluster's schema, or another one. */
export class SearchPathError extends Error {
  readonly code = "WEIR_SEARCH_PATH";
}

/**
 * How many migrations a build must know to work beside this one, on the schema that this one makes. Nodes of the version
 * before are upgraded one after the other: what takes away something that they need raises this, a version later.
 */
const worksWith = 4;

interface Migration {
  readonly idx: number;
  readonly tag: string;
}

const directory = new URL("./migrations/", import.meta.url);
const statementMs = 60_000;
/** Somebody else did the same at the same moment: unique_violation, duplicate_schema, duplicate_table, deadlock, ours. */
const races = new Set(["23505", "42P06", "42P07", "40P01", "40001", "WEIR1"]);
/** lock_not_available: a long reading, such as a dump, holds a table. Whoever writes must not wait behind us for it. */
const locked = "55P03";
const lockTimeout = "2s";
const lockPauseMs = 500;
const attemptsMax = 100;

/** All there are, in order. Their journal is drizzle-kit's. */
export function readJournal(): readonly Migration[] {
  const journal = JSON.parse(readFileSync(new URL("meta/_journal.json", directory), "utf8")) as {
    entries: Migration[];
  };
  return journal.entries;
}

/**
 * `sql` must have `schema` as its search path. Returns how many migrations were applied.
 * Throws `SchemaTooNewError`, or what the driver throws; safe to call again after either.
 */
export async function migrate(sql: Sql, schema: string, known = readJournal()): Promise<number> {
  const name = checkSchemaName(schema);
  let applied = 0;
  for (let attempt = 0; attempt < attemptsMax; ) {
    const done = await readApplied(sql, name, known.length);
    if (done >= known.length) return applied;
    try {
      await withDeadline(sql.unsafe(statementOf(name, known[done]!, done)).simple(), statementMs);
      applied++;
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      if (code === locked) await new Promise((resolve) => setTimeout(resolve, lockPauseMs));
      else if (!races.has(code)) throw error;
      attempt++;
    }
  }
  throw new Error(`the schema "${name}" could not be migrated: others kept getting in between`);
}

/** How many migrations the schema has: at most `known`, or so few more that we may work with them. */
async function readApplied(sql: Sql, name: string, known: number): Promise<number> {
  const [found] = await withDeadline(
    sql<
      { found: boolean; searchPath: string }[]
    >`select to_regclass(${`${name}.migrations`}) is not null as found,
      current_setting('search_path') as "searchPath"`,
    statementMs,
  );
  const [first = ""] = found!.searchPath.split(",");
  if (first.trim().replaceAll('"', "") !== name) {
    throw new SearchPathError(
      `the search path is not "${name}": behind a pooler it has to be the role's (alter role … set search_path = ${name})`,
    );
  }
  if (!found!.found) return 0;
  // As JSON, because a version before made the table without the column.
  const [row] = await withDeadline(
    sql<{ done: number; needed: number }[]>`select coalesce(max(idx) + 1, 0)::int as done,
      coalesce(max(coalesce((to_jsonb(m)->>'works_with')::int, idx + 1)) filter (where idx >= ${known}), 0)::int as needed
      from migrations m`,
    statementMs,
  );
  const { done, needed } = row!;
  if (needed <= known) return done;
  throw new SchemaTooNewError(
    `the schema "${name}" is at version ${done}, this Weir knows ${known}: install a newer one`,
  );
}

function statementOf(name: string, migration: Migration, done: number): string {
  // Generated references name the schema "public"; ours is found by the search path.
  const body = readFileSync(new URL(`${migration.tag}.sql`, directory), "utf8").replaceAll('"public".', "");
  return `
    set local lock_timeout = '${lockTimeout}';
    create schema if not exists "${name}";
    create table if not exists migrations (
      idx integer primary key, tag text not null, applied_at timestamptz not null default now());
    alter table migrations add column if not exists works_with integer;
    lock table migrations in access exclusive mode;
    do $guard$ begin
      if (select coalesce(max(idx) + 1, 0) from migrations) <> ${done} then
        raise exception 'another process migrated meanwhile' using errcode = 'WEIR1';
      end if;
    end $guard$;
    ${body};
    insert into migrations (idx, tag, works_with) values (${migration.idx}, '${migration.tag}', ${worksWith});`;
}
