/** Begins and renews a node's lease, watches the others', and takes what a dead node had. The lease and the watch are the real ones. */
import type { LeaseRow } from "../../../../db/queries/leases.ts";
import { Lease, type Moment } from "../../../cluster/lease.ts";
import { type Ripe, Watch } from "../../../cluster/watch.ts";
import { loadDurable } from "./loading.ts";
import type { SimNode } from "./node.ts";
import type { Life } from "./postgres.ts";

const retryMs = 30;
const beatsPerTtl = 12;

interface Held {
  readonly epoch: number;
  readonly term: number;
}

export class SimLeaseKeeper {
  readonly lease: Lease;
  readonly #node: SimNode;
  readonly #ttlMs: number;
  readonly #watch: Watch;
  #held: Held | null = null;
  #heldAtMs = 0;
  #isBusy = false;
  #looks = 0;

  constructor(node: SimNode, ttlMs: number) {
    this.#node = node;
    this.#ttlMs = ttlMs;
    const clocks = { nowMs: () => node.nowMs, wallMs: () => node.wallMs };
    this.lease = new Lease(ttlMs, clocks);
    this.#watch = new Watch(node.name, ttlMs);
  }

  /** As whom to write now; null: not at all. */
  get owner(): Life | null {
    const { epoch } = this.lease;
    return epoch !== null && this.lease.mayCommit(this.#node.nowMs) ? { node: this.#node.name, epoch } : null;
  }

  start(): void {
    this.lease.onLost = () => {
      this.#held = null;
      this.#node.letGo();
      this.#begin();
    };
    this.#begin();
    this.#beat();
  }

  #beat(): void {
    this.lease.beat();
    this.#node.after(this.#ttlMs / beatsPerTtl, () => this.#beat());
  }

  #begin(): void {
    this.#watch.restart();
    const asked = this.lease.moment;
    this.#node.ask(
      (postgres) => postgres.begin(this.#node.name),
      (outcome) => {
        if (!outcome.known) {
          this.#node.after(retryMs, () => this.#begin());
          return;
        }
        this.#hold(outcome.value, asked);
        this.#renew(outcome.value);
      },
      { deadlineMs: this.#ttlMs / 3 },
    );
  }

  #hold(held: Held, asked: Moment): void {
    this.#held = held;
    this.#heldAtMs = this.#node.nowMs;
    this.lease.renewed(held.epoch, asked);
  }

  #renew(held: Held): void {
    if (this.#held !== held) return;
    const asked = this.lease.moment;
    if (asked.nowMs - this.#heldAtMs > (this.#ttlMs * 2) / 3) this.#watch.restart();
    this.#node.ask(
      (postgres) => postgres.renew(this.#node.name, held.term),
      (outcome) => {
        if (this.#held !== held) return;
        if (outcome.known && outcome.value === null) {
          this.lease.lose();
          return;
        }
        if (outcome.known && outcome.value !== null) {
          this.#hold(held, asked);
          this.#renewed(held, outcome.value);
        } else this.#watch.restart();
        this.#node.after(outcome.known ? this.#ttlMs / 3 : retryMs, () => this.#renew(held));
      },
      { deadlineMs: this.#ttlMs / 3 },
    );
  }

  #renewed(held: Held, rows: readonly LeaseRow[]): void {
    this.#held = held;
    this.#watch.observe(rows, this.#node.nowMs);
    this.#node.leaseRenewed();
    this.#look();
  }

  /** Takes what is ripe, now and when the next will be. */
  #look(): void {
    const look = ++this.#looks;
    if (!this.#isBusy && this.#held !== null) {
      this.#isBusy = true;
      // An adoption that was given up may have been done after all, and late.
      loadDurable(this.#node, () => this.#adopt(this.#watch.ripe(this.#node.nowMs)));
    }
    const atMs = this.#watch.ripeAtMs();
    if (atMs === null) return;
    this.#node.after(Math.max(1, atMs - this.#node.nowMs + 1), () => {
      if (look === this.#looks) this.#look();
    });
  }

  #adopt([ripe, ...others]: readonly Ripe[]): void {
    const { owner } = this;
    if (ripe === undefined || owner === null) {
      this.#isBusy = false;
      return;
    }
    this.#watch.forget(ripe.row.nodeId);
    this.#take(owner, ripe.row, () => loadDurable(this.#node, () => this.#adopt(others)));
  }

  /** Again and again until nothing is left: a log whose first block was being written is found by the next statement. */
  #take(owner: Life, row: LeaseRow, then: () => void): void {
    this.#node.ask(
      (postgres) => postgres.adopt(owner, row),
      (outcome) => {
        const taken = outcome.known ? outcome.value : null;
        if (taken === null || taken.logs === 0) then();
        else this.#take(owner, { ...row, term: taken.term }, then);
      },
    );
  }
}
