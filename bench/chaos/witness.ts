/**
 * What Postgres itself saw, by triggers: whose epoch was moved on and by whom, whose each log was, and for each
 * statement that writes or deletes blocks or progress whether it took effect on a log that was the writer's. Does not
 * ask the nodes, and does not trust their fence. Rows are numbered in an order that agrees with the fence's: a
 * statement numbers its row while it holds the fence row's lock.
 *
 * Nodes are told apart by their role in Postgres and by their broadcast address, which are their names.
 */
import type postgres from "postgres";
import type { Recorder } from "./recorder.ts";

interface Seen {
  readonly atMs: number;
  readonly who: string;
  readonly what: "epoch" | "own" | "ended" | "wrote" | "deleted";
  readonly node: string | null;
  readonly epoch: number | null;
  readonly log: number | null;
  readonly rows: number | null;
  /** Of the rows, those of logs that were not the writer's. */
  readonly foreign: number | null;
}

export async function makeRoles(sql: postgres.Sql, names: readonly string[]): Promise<void> {
  for (const name of names) await sql`create role ${sql(name)} superuser login`;
}

/** After the migrations, before the load. Returns whether the tables are there already. */
export async function installWitness(sql: postgres.Sql): Promise<boolean> {
  const [found] = await sql<{ ready: boolean }[]>`
    select to_regclass('weir.blocks') is not null and to_regclass('weir.leases') is not null as ready`;
  if (!found!.ready) return false;
  await sql`
    create schema chaos;
    create table chaos.seen (
      id bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(),
      who text not null default session_user,
      what text not null, node text, epoch bigint, log bigint, rows int, foreign_rows int);

    create function chaos.saw_epoch() returns trigger language plpgsql as $$
    begin
      insert into chaos.seen (what, node, epoch) values ('epoch', new.broadcast_address, new.epoch);
      return null;
    end $$;
    create trigger chaos_inserted after insert on weir.nodes for each row execute function chaos.saw_epoch();
    create trigger chaos_updated after update of epoch on weir.nodes for each row
      when (old.epoch <> new.epoch) execute function chaos.saw_epoch();

    create function chaos.saw_log() returns trigger language plpgsql as $$
    begin
      insert into chaos.seen (what, node, log)
      select 'own', n.broadcast_address, new.log_id from weir.nodes n where n.id = new.node_id;
      return null;
    end $$;
    create trigger chaos_opened after insert on weir.logs for each row execute function chaos.saw_log();
    create trigger chaos_taken after update of node_id on weir.logs for each row
      when (old.node_id <> new.node_id) execute function chaos.saw_log();

    create function chaos.saw_end() returns trigger language plpgsql as $$
    begin
      insert into chaos.seen (what, log) values ('ended', old.log_id);
      return null;
    end $$;
    create trigger chaos_ended after delete on weir.logs for each row execute function chaos.saw_end();

    create function chaos.saw_blocks() returns trigger language plpgsql as $$
    begin
      insert into chaos.seen (what, node, epoch, rows, foreign_rows)
      select tg_argv[0], session_user, (select epoch from weir.nodes where broadcast_address = session_user),
        count(*), count(*) filter (where n.broadcast_address <> session_user)
      from touched t left join weir.logs l using (log_id) left join weir.nodes n on n.id = l.node_id;
      return null;
    end $$;
    create trigger chaos_wrote after insert on weir.blocks referencing new table as touched
      for each statement execute function chaos.saw_blocks('wrote');
    create trigger chaos_deleted after delete on weir.blocks referencing old table as touched
      for each statement execute function chaos.saw_blocks('deleted');

    insert into chaos.seen (what, node, epoch, who)
    select 'epoch', broadcast_address, epoch, broadcast_address from weir.nodes;
    insert into chaos.seen (what, node, log, who)
    select 'own', n.broadcast_address, l.log_id, n.broadcast_address
    from weir.logs l join weir.nodes n on n.id = l.node_id;
  `.simple();
  return true;
}

/** Who has moved another's epoch on, one name for each time, in order. */
export async function readHeirs(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ who: string }[]>`
    select who from chaos.seen where what = 'epoch' and who <> node order by id`;
  return rows.map(({ who }) => who);
}

/** Who has logs in Postgres now. */
export async function readOwners(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select broadcast_address as name from weir.nodes n
    where exists (select from weir.logs l where l.node_id = n.id and l.durable)`;
  return rows.map(({ name }) => name);
}

/** Adds all that was seen to the history, in its order. */
export async function readWitness(sql: postgres.Sql, recorder: Recorder): Promise<void> {
  const rows = await sql<Seen[]>`
    select extract(epoch from at)::float8 * 1000 as "atMs", who, what, node, epoch::float8 as epoch,
      log::float8 as log, rows, foreign_rows as foreign
    from chaos.seen order by id`;
  /** Whose epoch was moved on by another, and who has not begun again. */
  const lost = new Set<string>();
  for (const row of rows) {
    const seen = { t: recorder.ofWallMs(row.atMs), proc: "postgres" } as const;
    if (row.what === "ended") {
      recorder.add({ ...seen, op: "ended", kind: "ok", log: row.log! });
      continue;
    }
    const node = row.node!;
    if (row.what === "own") recorder.add({ ...seen, op: "own", kind: "ok", node, log: row.log! });
    else if (row.what === "epoch") {
      const epoch = row.epoch!;
      if (row.who === node) {
        lost.delete(node);
        recorder.add({ ...seen, op: "epoch", kind: "ok", node, epoch });
      } else {
        lost.add(node);
        recorder.add({ ...seen, op: "adopt", kind: "ok", node: row.who, of: node, epoch });
      }
    } else if (row.rows === 0) {
      // Nothing was written: it was fenced out, or it was there already and had been sent again.
      if (row.what === "wrote")
        recorder.add({
          ...seen,
          op: "commit",
          kind: lost.has(node) ? "fail" : "info",
          node,
          epoch: row.epoch ?? 0,
        });
    } else {
      // No node has epoch 0: what took effect on another's log was no owner's write.
      const isOwners = row.foreign === 0 && !lost.has(node);
      recorder.add({ ...seen, op: "commit", kind: "ok", node, epoch: isOwners ? (row.epoch ?? 0) : 0 });
    }
  }
}
