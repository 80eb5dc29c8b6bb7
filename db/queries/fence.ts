/** What makes a write hold only while its writer is the owner it believes to be. */
import type { Query, Sql } from "../statement.ts";

export interface Owner {
  readonly nodeId: string;
  readonly epoch: number;
}

/**
 * `owner`, a part of a `with`: one row without columns while the epoch is the node's, else none. It stands inside the
 * writing statement and is locked by it, so that an epoch is not moved on between the question and the write.
 */
export function ownerPart(sql: Sql, { nodeId, epoch }: Owner): Query {
  return sql`owner as materialized (select from nodes where id = ${nodeId} and epoch = ${epoch} for share)`;
}
