/** A node's lease: born with an epoch, renewed in time or not valid, and lost for good when somebody else has raised the epoch. */
import type { SimNode } from "./node.ts";
import type { Fence } from "./postgres.ts";

const retryMs = 30;
/** Of the time to live: a lease is over for its holder before it is for others. */
const marginShare = 0.1;

export class SimLease {
  readonly #node: SimNode;
  readonly #ttlMs: number;
  #epoch: number | null = null;
  /** Between birth and knowing whose logs are whose nothing may be done under the new epoch. */
  #isReady = false;
  #untilMs = 0;

  constructor(node: SimNode, ttlMs: number) {
    this.#node = node;
    this.#ttlMs = ttlMs;
  }

  get isValid(): boolean {
    return this.#epoch !== null && this.#isReady && this.#node.nowMs < this.#untilMs;
  }

  /** Under which to write now; null: not at all. */
  get fence(): Fence | null {
    return this.isValid && this.#epoch !== null ? { node: this.#node.name, epoch: this.#epoch } : null;
  }

  /** Begins, and begins again when the epoch was lost. `Node.born` is called once there is one. */
  begin(): void {
    const { name } = this.#node;
    this.#node.ask(
      (postgres) => postgres.epochs.get(name) ?? 0,
      (outcome) => {
        if (outcome.known) this.#bear(outcome.value);
        else this.#node.after(retryMs, () => this.begin());
      },
    );
  }

  ready(): void {
    this.#isReady = true;
    this.#node.leaseChanged();
  }

  /** Somebody else has raised the epoch. What it wrote since is nothing, and it is born anew. */
  fenced(epoch: number): void {
    if (epoch !== this.#epoch) return;
    this.#epoch = null;
    this.#isReady = false;
    this.begin();
  }

  #bear(epochBefore: number): void {
    const sentMs = this.#node.nowMs;
    this.#node.ask(
      (postgres) => postgres.bear(this.#node.name, epochBefore),
      (outcome) => {
        if (!outcome.known || !outcome.value) {
          this.#node.after(retryMs, () => this.begin());
          return;
        }
        this.#epoch = epochBefore + 1;
        this.#extend(sentMs);
        this.#node.after(this.#ttlMs / 3, () => this.#renew(epochBefore + 1));
        this.#node.born();
      },
    );
  }

  #renew(epoch: number): void {
    if (epoch !== this.#epoch) return;
    const fence = { node: this.#node.name, epoch };
    const sentMs = this.#node.nowMs;
    this.#node.ask(
      (postgres) => postgres.renew(fence),
      (outcome) => {
        if (outcome.known && !outcome.value) {
          this.fenced(epoch);
          return;
        }
        if (outcome.known && epoch === this.#epoch) this.#extend(sentMs);
        this.#node.after(outcome.known ? this.#ttlMs / 3 : retryMs, () => this.#renew(epoch));
      },
    );
  }

  /** From when it was asked for: the answer says nothing about how long it took to come. */
  #extend(sentMs: number): void {
    this.#untilMs = sentMs + this.#ttlMs * (1 - marginShare);
    this.#node.leaseChanged();
  }
}
