/** A node's row and its ranges of log ids. */
import { type Sql, withDeadline } from "../statement.ts";

const statementMs = 5_000;
/** Ranges from here on are picked at random by nodes that start while Postgres is away. */
export const provisionalRangeMin = 32_768;

export interface NodeRow {
  readonly id: string;
  readonly hostname: string;
  readonly broadcastAddress: string;
}

/** Makes the node's row, or brings its addresses up to date. */
export async function upsertNode(sql: Sql, node: NodeRow): Promise<void> {
  await withDeadline(
    sql`insert into nodes (id, hostname, broadcast_address)
      values (${node.id}, ${node.hostname}, ${node.broadcastAddress})
      on conflict (id) do update set hostname = excluded.hostname, broadcast_address = excluded.broadcast_address
      where (nodes.hostname, nodes.broadcast_address) <> (excluded.hostname, excluded.broadcast_address)`,
    statementMs,
  );
}

/** The node's epoch. Its row must be there. */
export async function selectEpoch(sql: Sql, nodeId: string): Promise<number> {
  const [row] = await withDeadline(
    sql<{ epoch: number }[]>`select epoch from nodes where id = ${nodeId}`,
    statementMs,
  );
  return row!.epoch;
}

/** Takes the lowest range that was never given out. null: another node took it first, or there is none left. */
export async function reserveRange(sql: Sql, nodeId: string): Promise<number | null> {
  const rows = await withDeadline(
    sql<{ range: number }[]>`insert into log_ranges (range, node_id)
      select coalesce(max(range), 0) + 1, ${nodeId}::uuid from log_ranges where range < ${provisionalRangeMin}
      having coalesce(max(range), 0) + 1 < ${provisionalRangeMin}
      on conflict do nothing returning range`,
    statementMs,
  );
  return rows[0]?.range ?? null;
}

/** Notes ranges that the node already uses. Returns those that are another node's. */
export async function registerRanges(sql: Sql, nodeId: string, ranges: readonly number[]): Promise<number[]> {
  const list = `{${ranges.join(",")}}`;
  await withDeadline(
    sql`insert into log_ranges (range, node_id) select r, ${nodeId}::uuid from unnest(${list}::int[]) r
      on conflict do nothing`,
    statementMs,
  );
  const foreign = await withDeadline(
    sql<{ range: number }[]>`select range from log_ranges
      where range = any(${list}::int[]) and node_id <> ${nodeId}::uuid`,
    statementMs,
  );
  return foreign.map((row) => row.range);
}
