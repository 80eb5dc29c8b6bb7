/**
 * As whom a node writes: its epoch, and whether it may commit for somebody who waits. With a lease these are the
 * lease's to say; without one the epoch is what Postgres had when it first answered.
 */

import type { NodeLease } from "../../db/node-lease.ts";
import type { Owner } from "../../db/queries/fence.ts";
import type { ServerState } from "../../db/queries/server.ts";
import type { LiveDurability } from "../protocol/live.ts";
import type { StoreLog } from "./ports.ts";
import type { StoreOwner } from "./postgres-store.ts";

export interface NodeOwnerOptions {
  readonly nodeId: string;
  readonly log: StoreLog;
  /** What is durable is taken also where Postgres may lose it. */
  readonly acceptLoss: boolean;
}

export class NodeOwner implements StoreOwner {
  lease: NodeLease | null = null;
  readonly #options: NodeOwnerOptions;
  #foundEpoch: number | null = null;
  #fencedEpoch: number | null = null;
  #server: ServerState | null = null;

  constructor(options: NodeOwnerOptions) {
    this.#options = options;
  }

  get owner(): Owner | null {
    const epoch = this.lease === null ? this.#foundEpoch : this.lease.epoch;
    if (epoch === null || epoch === this.#fencedEpoch) return null;
    return { nodeId: this.#options.nodeId, epoch };
  }

  get mayCommit(): boolean {
    if (this.refusal !== null) return false;
    return this.lease === null || this.lease.mayCommit(performance.now());
  }

  /** Why nothing durable is taken however long one waits; null: it is. */
  get refusal(): string | null {
    const unsafe = this.#server?.unsafeSettings ?? [];
    if (unsafe.length === 0 || this.#options.acceptLoss) return null;
    return `Postgres may lose what it has confirmed: ${unsafe.join(", ")}`;
  }

  /** null: Postgres has not said yet. */
  get durability(): LiveDurability | null {
    if (this.#server === null) return null;
    const { unsafeSettings, synchronousStandbys, synchronousConnected } = this.#server;
    const isSafe = unsafeSettings.length === 0;
    return {
      state: isSafe ? "kept" : this.refusal === null ? "at-risk" : "refused",
      unsafeSettings,
      synchronousStandbys,
      synchronousConnected,
    };
  }

  fenced({ epoch }: Owner): void {
    if (epoch !== this.#fencedEpoch) {
      this.#options.log.error({ epoch }, "another node has taken over what this one had in Postgres");
    }
    this.#fencedEpoch = epoch;
    this.lease?.fenced(epoch);
  }

  /** What Postgres has said, at each contact. The epoch counts the first time: a later one is not this process's. */
  noteServer(server: ServerState, epoch: number): void {
    this.#foundEpoch ??= epoch;
    this.#server = server;
  }
}
