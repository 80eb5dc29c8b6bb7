/**
 * Sees that another node is dead, and takes over what it had. Seen is not read: the same renewal has to be found for a whole time
 * to live, while Postgres answered all that time.
 */
import type { TopicCheckpoint } from "../../../broker/checkpoint.ts";
import type { SimNode } from "./node.ts";
import type { ModelPostgres } from "./postgres.ts";

interface Sight {
  readonly epoch: number;
  readonly lease: number;
  readonly owed: readonly TopicCheckpoint[];
  readonly sinceMs: number;
}

export class SimWatch {
  readonly #node: SimNode;
  readonly #ttlMs: number;
  readonly #seen = new Map<string, Sight>();
  #answeredMs = 0;

  constructor(node: SimNode, ttlMs: number) {
    this.#node = node;
    this.#ttlMs = ttlMs;
  }

  begin(): void {
    this.#node.ask(readNodes, (outcome) => {
      const { nowMs } = this.#node;
      // For a while nobody could have renewed, or been seen to.
      if (!outcome.known || nowMs - this.#answeredMs > this.#ttlMs / 2) this.#seen.clear();
      if (outcome.known) {
        this.#answeredMs = nowMs;
        for (const [name, row] of outcome.value) this.#look(name, row);
      }
      this.#node.after(this.#ttlMs / 5, () => this.begin());
    });
  }

  #look(name: string, row: NodeRow): void {
    if (name === this.#node.name || !row.hasLogs) return;
    const sight = this.#seen.get(name);
    const { nowMs } = this.#node;
    if (sight?.epoch !== row.epoch || sight.lease !== row.lease) {
      this.#seen.set(name, { epoch: row.epoch, lease: row.lease, owed: row.owed, sinceMs: nowMs });
      return;
    }
    if (nowMs - sight.sinceMs < this.#ttlMs) return;
    this.#seen.delete(name);
    this.#adopt(name, sight);
  }

  #adopt(name: string, sight: Sight): void {
    const fence = this.#node.fence();
    if (fence === null) return;
    const owed = this.#node.parts.readsBeforeAdopting ? sight.owed : null;
    this.#node.ask(
      (postgres) => postgres.adopt(fence, name, sight, owed),
      () => this.#node.loadTaken(),
    );
  }
}

interface NodeRow {
  readonly epoch: number;
  readonly lease: number;
  readonly hasLogs: boolean;
  readonly owed: readonly TopicCheckpoint[];
}

function readNodes(postgres: ModelPostgres): Map<string, NodeRow> {
  const owners = new Set([...postgres.logs.values()].map(({ owner }) => owner));
  return new Map(
    [...postgres.epochs].map(([name, epoch]) => {
      const owed = postgres.progress.get(name)?.topics ?? [];
      return [name, { epoch, lease: postgres.leases.get(name) ?? 0, hasLogs: owners.has(name), owed }];
    }),
  );
}
