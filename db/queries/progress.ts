/** Checkpoints of a node: appended, the newest complete one counts. */
import { type Query, type Sql, withDeadline } from "../statement.ts";

/** A row stays below this: one is written each second. */
const partBytesMax = 512 * 1024;
const statementMs = 10_000;

export async function insertCheckpoint(
  sql: Sql,
  nodeId: string,
  checkpoint: number,
  payload: Uint8Array,
): Promise<void> {
  const parts = Math.max(1, Math.ceil(payload.byteLength / partBytesMax));
  for (let part = 0; part < parts; part++) {
    const bytes = payload.subarray(part * partBytesMax, (part + 1) * partBytesMax);
    await withDeadline(
      sql`insert into progress (node_id, checkpoint, part, parts, payload)
        values (${nodeId}, ${checkpoint}, ${part}, ${parts}, ${bytes}) on conflict do nothing`,
      statementMs,
    );
  }
}

/** The newest checkpoint all of whose parts are there; null: there is none. */
export async function selectCheckpoint(
  sql: Sql,
  nodeId: string,
): Promise<{ checkpoint: number; payload: Uint8Array } | null> {
  const [newest] = await withDeadline(
    sql<{ checkpoint: number }[]>`select checkpoint from progress where node_id = ${nodeId}
      group by checkpoint having count(*) = max(parts) order by checkpoint desc limit 1`,
    statementMs,
  );
  if (!newest) return null;
  const payload: Uint8Array[] = [];
  for (let part = 0; ; part++) {
    const [row] = await withDeadline(
      sql<{ parts: number; payload: Uint8Array }[]>`select parts, payload from progress
        where node_id = ${nodeId} and checkpoint = ${newest.checkpoint} and part = ${part}`,
      statementMs,
    );
    if (!row) return null;
    payload.push(row.payload);
    if (part + 1 === row.parts) return { checkpoint: newest.checkpoint, payload: Buffer.concat(payload) };
  }
}

/** Removes what newer checkpoints have made worthless. */
export function deleteCheckpoints(sql: Sql, nodeId: string, before: number): Query {
  return sql`delete from progress where node_id = ${nodeId} and checkpoint < ${before}`;
}
