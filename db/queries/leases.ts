/**
 * Leases and adoption. Each act is one statement. A lease's row is locked before the node's: of a renewal and
 * an adoption at the same moment one comes first, and the other finds that.
 */
import { type Sql, withDeadline } from "../statement.ts";
import { type Owner, ownerPart } from "./fence.ts";
import type { NodeRow } from "./nodes.ts";

const adoptDeadlineMs = 10_000;
/** Read with each renewal: people are told that there are so many or more. */
export const logsCountedMax = 1_000;

/** A lease as one reading of the table has it. */
export interface LeaseRow {
  readonly nodeId: string;
  readonly hostname: string;
  readonly broadcastAddress: string;
  readonly epoch: number;
  readonly term: number;
  readonly renewals: number;
  readonly ttlMs: number;
  readonly released: boolean;
  /** The node owns durable logs. */
  readonly holds: boolean;
  /** How many; no more than `logsCountedMax` are counted. */
  readonly logs: number;
}

export interface Renewal {
  /** All leases, as they were just before. */
  readonly rows: readonly LeaseRow[];
  /** Of some adoption by this node it is not written down that it was finished: its statement may have come late. */
  readonly adopts: boolean;
}

/** What a node that holds its lease knows. */
export interface Held extends Owner {
  readonly term: number;
}

/** The node begins: an epoch that nobody had, and a lease. Makes what rows there are not. */
export async function beginLease(sql: Sql, node: NodeRow, ttlMs: number, deadlineMs: number): Promise<Held> {
  const rows = await withDeadline(
    sql<{ epoch: number; term: number }[]>`
      with held as (
        insert into leases (node_id, term, ttl_ms, renewals) values (${node.id}, 1, ${ttlMs}, 0)
        on conflict (node_id) do update set term = leases.term + 1, ttl_ms = excluded.ttl_ms,
          renewals = leases.renewals + 1, renewed_at = now(), released = false
        returning term),
      born as (
        insert into nodes (id, hostname, broadcast_address)
        select ${node.id}::uuid, ${node.hostname}, ${node.broadcastAddress} from held
        on conflict (id) do update set epoch = nodes.epoch + 1,
          hostname = excluded.hostname, broadcast_address = excluded.broadcast_address
        returning epoch)
      select epoch, term from born, held`,
    deadlineMs,
  );
  return { nodeId: node.id, ...rows[0]! };
}

/**
 * Renews, and reads all leases as they were just before. null: the lease is not this owner's any more, because the
 * node was adopted, or another process began with its identity.
 */
export async function renewLease(sql: Sql, held: Held, deadlineMs: number): Promise<Renewal | null> {
  const rows = await withDeadline(
    sql<(LeaseRow & { renewed: boolean; adopts: boolean })[]>`
      with mine as (
        update leases set renewals = renewals + 1, renewed_at = now()
        where node_id = ${held.nodeId} and term = ${held.term} returning node_id)
      select l.node_id as "nodeId", n.hostname, n.broadcast_address as "broadcastAddress", n.epoch, l.term, l.renewals,
        l.ttl_ms as "ttlMs", l.released, exists (select from mine) as renewed,
        exists (select from logs where logs.node_id = l.node_id and durable) as holds,
        (select count(*) from (
          select from logs where logs.node_id = l.node_id and durable limit ${logsCountedMax}) counted)::int as logs,
        exists (select from adoptions where adopter_id = ${held.nodeId} and took_ms is null) as adopts
      from leases l join nodes n on n.id = l.node_id
      order by l.node_id`,
    deadlineMs,
  );
  return rows[0]?.renewed ? { rows, adopts: rows[0].adopts } : null;
}

/** How an adoption went. `term`: the lease's from now on; `epoch`: the node's, which is nobody's. */
export interface Taken {
  readonly term: number;
  readonly epoch: number;
  readonly logs: number;
}

/** The lease as it was read. `renewals` null: it may be renewed meanwhile, as long as nobody began or took it. */
export interface SeenLease extends Pick<LeaseRow, "nodeId" | "term"> {
  readonly renewals: number | null;
}

/**
 * Moves a node on to an epoch that is nobody's, and its durable logs to `by`, unless the lease has moved since
 * it was read. null: it has, or there are none, or `by` is not the owner it believes to be, and nothing was done. A log whose first
 * block was being written at that moment may be left out: it is found by asking again with the term that is returned.
 */
export async function adoptLogs(
  sql: Sql,
  by: Owner,
  seen: SeenLease,
  waitedMs: number,
): Promise<Taken | null> {
  const rows = await withDeadline(
    sql<Taken[]>`
      with ${ownerPart(sql, by)},
      taken as (
        update leases set term = term + 1
        where node_id = ${seen.nodeId} and term = ${seen.term} and renewals = coalesce(${seen.renewals}::bigint, renewals)
          and node_id <> ${by.nodeId} and exists (select from owner)
          and exists (select from logs where logs.node_id = ${seen.nodeId} and durable)
        returning term),
      bumped as (
        update nodes set epoch = epoch + 1 from taken where id = ${seen.nodeId} returning epoch),
      moved as (
        update logs set node_id = ${by.nodeId}, epoch = ${by.epoch}, sealed_at = coalesce(sealed_at, now()),
          progress_node = coalesce(progress_node, node_id), progress_epoch = coalesce(progress_epoch, logs.epoch)
        from bumped where node_id = ${seen.nodeId} and durable
        returning log_id),
      noted as (
        insert into adoptions (node_id, epoch, adopter_id, logs, waited_ms)
        select ${seen.nodeId}::uuid, epoch, ${by.nodeId}::uuid, (select count(*) from moved), ${Math.round(waitedMs)}::int
        from bumped where exists (select from moved))
      select term, epoch, (select count(*) from moved)::int as logs from taken, bumped`,
    adoptDeadlineMs,
  );
  return rows[0] ?? null;
}

/**
 * The node lets go of all its logs, those of class memory too: whoever looks next may take them. False: it is not the
 * owner any more, because another has taken them, perhaps since an earlier try of this that had no answer.
 */
export async function releaseLogs(sql: Sql, held: Held): Promise<boolean> {
  const rows = await withDeadline(
    sql<{ released: boolean }[]>`
      with ${ownerPart(sql, held)},
      freed as (
        update leases set released = true
        where node_id = ${held.nodeId} and term = ${held.term} and exists (select from owner) returning term),
      turned as (
        update logs set durable = true, sealed_at = coalesce(sealed_at, now())
        where node_id = ${held.nodeId} and exists (select from freed))
      select exists (select from freed) as released`,
    adoptDeadlineMs,
  );
  return rows[0]!.released;
}

/** Logs that are a node's; `memory`: of those, the ones that nobody may take. */
export async function countLogs(sql: Sql, nodeId: string): Promise<{ all: number; memory: number }> {
  const rows = await withDeadline(
    sql<{ all: number; memory: number }[]>`
      select count(*)::int as all, (count(*) filter (where not durable))::int as memory
      from logs where node_id = ${nodeId}`,
    adoptDeadlineMs,
  );
  return rows[0]!;
}

/** Of an adoption, what tells it from others. */
export interface AdoptionKey {
  readonly nodeId: string;
  readonly epoch: number;
}

/** What this node has taken, and may not have loaded yet. */
export async function selectUnfinishedAdoptions(sql: Sql, nodeId: string): Promise<AdoptionKey[]> {
  const rows = await withDeadline(
    sql<AdoptionKey[]>`select node_id as "nodeId", epoch from adoptions
      where adopter_id = ${nodeId} and took_ms is null`,
    adoptDeadlineMs,
  );
  return [...rows];
}

/** What was unfinished can be delivered from now on. */
export async function finishAdoptions(sql: Sql, adoptions: readonly AdoptionKey[]): Promise<void> {
  if (adoptions.length === 0) return;
  const nodeIds = `{${adoptions.map(({ nodeId }) => nodeId).join(",")}}`;
  const epochs = `{${adoptions.map(({ epoch }) => epoch).join(",")}}`;
  await withDeadline(
    sql`update adoptions set took_ms = extract(epoch from now() - at) * 1000
      where (node_id, epoch) in (select n, e from unnest(${nodeIds}::uuid[], ${epochs}::bigint[]) as f(n, e))`,
    adoptDeadlineMs,
  );
}
