/** Leases of consoles: one row a name, taken, renewed and given back in one statement each, by the server's clock. */
import { type Query, type Sql, withDeadline } from "../statement.ts";

/** What a holder's statements carry. */
export interface ConsoleTerm {
  readonly name: string;
  readonly epoch: number;
}

/**
 * Takes a lease that is free or has run out, or renews one that is held. Its epoch, which moves on only when the
 * lease changes hands; null: another console holds it.
 */
export async function takeConsoleLease(
  sql: Sql,
  name: string,
  holder: string,
  ttlMs: number,
  deadlineMs: number,
): Promise<number | null> {
  const rows = await withDeadline(
    sql<{ epoch: number }[]>`
      insert into console_leases (name, holder, epoch, until)
      values (${name}, ${holder}, 1, now() + ${ttlMs} * interval '1 ms')
      on conflict (name) do update set holder = excluded.holder, until = excluded.until,
        epoch = console_leases.epoch + (console_leases.holder <> excluded.holder)::int
      where console_leases.holder = excluded.holder or console_leases.until < now()
      returning epoch`,
    deadlineMs,
  );
  return rows[0]?.epoch ?? null;
}

/** Whoever asks next may have it. Nothing happens when it is another's by now. */
export async function releaseConsoleLease(
  sql: Sql,
  { name, epoch }: ConsoleTerm,
  holder: string,
  deadlineMs: number,
): Promise<void> {
  await withDeadline(
    sql`update console_leases set until = now() - interval '1 ms'
      where name = ${name} and epoch = ${epoch} and holder = ${holder}`,
    deadlineMs,
  );
}

/**
 * `term`, a part of a `with`: one row without columns while the epoch is the lease's, else none. It stands inside the
 * writing statement and is locked by it. A renewal waits for such a statement, so it has to be short.
 */
export function termPart(sql: Sql, { name, epoch }: ConsoleTerm): Query {
  return sql`term as materialized (select from console_leases where name = ${name} and epoch = ${epoch} for share)`;
}
