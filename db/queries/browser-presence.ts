/** Pages that are connected, across consoles. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 2_000;
/** A console says every 5 s what it has; one that has not said so for this long is gone, and its pages with it. */
const silentSeconds = 15;
const keptSeconds = 60;
const consolesMax = 64;
const ordersMax = 1_000;

export interface PresenceRow {
  readonly console: string;
  readonly connections: readonly object[];
}

export interface OrderRow {
  readonly connection: string;
  readonly deed: string;
  readonly rdy: number | null;
}

/** In one statement: says who is here, and clears what consoles that are gone have left. */
export async function renewPresence(sql: Sql, { console, connections }: PresenceRow): Promise<void> {
  await withDeadline(
    sql`with silent as (
        delete from browser_presence
        where console <> ${console} and seen_at < now() - make_interval(secs => ${keptSeconds})
      ), untaken as (
        delete from browser_orders where made_at < now() - make_interval(secs => ${keptSeconds})
      )
      insert into browser_presence (console, seen_at, connections)
      values (${console}, now(), ${sql.json(connections as never)})
      on conflict (console) do update set seen_at = excluded.seen_at, connections = excluded.connections`,
    statementMs,
  );
}

/** Of all consoles but this one. */
export async function selectPresence(sql: Sql, console: string): Promise<PresenceRow[]> {
  return await withDeadline(
    sql<PresenceRow[]>`select console, connections from browser_presence
      where console <> ${console} and seen_at > now() - make_interval(secs => ${silentSeconds})
      order by console limit ${consolesMax}`,
    statementMs,
  );
}

export async function deletePresence(sql: Sql, console: string): Promise<void> {
  await withDeadline(sql`delete from browser_presence where console = ${console}`, statementMs);
}

export async function insertBrowserOrder(
  sql: Sql,
  console: string,
  { connection, deed, rdy }: OrderRow,
): Promise<void> {
  await withDeadline(
    sql`insert into browser_orders (console, connection, deed, rdy)
      values (${console}, ${connection}, ${deed}, ${rdy})`,
    statementMs,
  );
}

/** Those for this console, oldest first: each is taken once. */
export async function takeBrowserOrders(sql: Sql, console: string): Promise<OrderRow[]> {
  return await withDeadline(
    sql<OrderRow[]>`with taken as (
        delete from browser_orders where id in (
          select id from browser_orders where console = ${console} order by id limit ${ordersMax})
        returning id, connection, deed, rdy)
      select connection, deed, rdy from taken order by id`,
    statementMs,
  );
}
