/** A node's right to write what is durable, as its store asks for it and its cluster upholds it. */

export interface NodeLease {
  /** The fence: every durable write carries it. null: not born yet, or lost to whoever adopted the node's logs. */
  readonly epoch: number | null;
  /**
   * Whether the lease was renewed in time and the clocks have not jumped since.
   * @param nowMs of `performance.now()`
   */
  mayCommit(nowMs: number): boolean;
  /** Postgres refused a write of this epoch: it has another by now, and this one will never hold again. */
  fenced(epoch: number): void;
}
