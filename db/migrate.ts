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

interface Migration {
  readonly idx: number;
  readonly tag: string;
}

const directory = new URL("./migrations/", import.meta.url);
const statementMs = 60_000;
/** Somebody else did the same at the same moment: unique_violation, duplicate_schema, duplicate_table, deadlock, ours. */
const races = new Set(["23505", "42P06", "42P07", "40P01", "40001", "WEIR1"]);
const attemptsMax = 100;

/** All there are, in order. Their journal is drizzle-kit's. */
function readJournal(): Migration[] {
  const journal = JSON.parse(readFileSync(new URL("meta/_journal.json", directory), "utf8")) as {
    entries: Migration[];
  };
  return journal.entries;
}

/**
 * `sql` must have `schema` as its search path. Returns how many migrations were applied.
 * Throws `SchemaTooNewError`, or what the driver throws; safe to call again after either.
 */
export async function migrate(sql: Sql, schema: string): Promise<number> {
  const name = checkSchemaName(schema);
  const journal = readJournal();
  let applied = 0;
  for (let attempt = 0; attempt < attemptsMax; ) {
    const done = await readApplied(sql, name);
    const known = journal.length;
    if (done > known) {
      throw new SchemaTooNewError(
        `the schema "${name}" is at version ${done}, this Weir knows ${known}: install a newer one`,
      );
    }
    if (done === known) return applied;
    try {
      await withDeadline(sql.unsafe(statementOf(name, journal[done]!, done)).simple(), statementMs);
      applied++;
    } catch (error) {
      if (!races.has(String((error as { code?: unknown }).code))) throw error;
      attempt++;
    }
  }
  throw new Error(`the schema "${name}" could not be migrated: others kept getting in between`);
}

/** How many migrations the schema has; makes the schema and the list when they are not there. */
async function readApplied(sql: Sql, name: string): Promise<number> {
  const [found] = await withDeadline(
    sql<{ found: boolean }[]>`select to_regclass(${`${name}.migrations`}) is not null as found`,
    statementMs,
  );
  if (!found?.found) return 0;
  const [row] = await withDeadline(
    sql<{ done: number }[]>`select coalesce(max(idx) + 1, 0)::int as done from migrations`,
    statementMs,
  );
  return row!.done;
}

function statementOf(name: string, migration: Migration, done: number): string {
  // Generated references name the schema "public"; ours is found by the search path.
  const body = readFileSync(new URL(`${migration.tag}.sql`, directory), "utf8").replaceAll('"public".', "");
  return `
    create schema if not exists "${name}";
    create table if not exists migrations (
      idx integer primary key, tag text not null, applied_at timestamptz not null default now());
    lock table migrations in access exclusive mode;
    do $guard$ begin
      if (select coalesce(max(idx) + 1, 0) from migrations) <> ${done} then
        raise exception 'another process migrated meanwhile' using errcode = 'WEIR1';
      end if;
    end $guard$;
    ${body};
    insert into migrations (idx, tag) values (${migration.idx}, '${migration.tag}');`;
}
