/**
 * Asks Postgres for a node's lease and renews it every third of its time, on a connection of its own: whatever else
 * the node sends, this does not wait behind it.
 */
import { beginLease, type Held, type Renewal, renewLease } from "../../db/queries/leases.ts";
import type { NodeRow } from "../../db/queries/nodes.ts";
import type { SharedPostgres } from "../../db/shared-postgres.ts";
import type { Sql } from "../../db/statement.ts";
import type { Clocks, Lease } from "./lease.ts";

const retryMs = 250;
const statementMsMax = 3_000;
/** The loop shows that it runs so often in a TTL: a stall is found out by a multiple of it. */
const beatsPerTtl = 12;

export interface LeaseKeeperOptions {
  readonly postgres: SharedPostgres;
  readonly node: NodeRow;
  readonly lease: Lease;
  readonly clocks: Clocks;
  /** The epoch is over for good: what the node had of durable logs is another's. Called in the turn it is found out. */
  lost(): void;
  renewed(renewal: Renewal): void;
  /** For a while the node could not write, or did not know whether it could. */
  interrupted(): void;
  log(level: "info" | "warn" | "error", text: string): void;
}

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  #held: Held | null = null;
  #heldAtMs = Number.NEGATIVE_INFINITY;
  #failure: string | null = null;
  /** Until then nothing is renewed. */
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #closed = false;
  #wake: (() => void) | null = null;
  #beats: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** Tries for ever, whether Postgres is there or not. */
  start(): void {
    const { lease, lost } = this.#options;
    lease.onLost = () => {
      this.#held = null;
      this.#restUntilMs = Number.NEGATIVE_INFINITY;
      lost();
      this.#wake?.();
    };
    this.#beats = setInterval(() => this.#beat(), lease.ttlMs / beatsPerTtl);
    this.#running = this.#run();
  }

  /** What the node may act by; null: it has no lease that holds. */
  get held(): Held | null {
    return this.#held;
  }

  /** Renews nothing for so long, or until the lease is known to be lost: as a node that does not reach Postgres. */
  rest(forMs: number): void {
    this.#restUntilMs = this.#options.clocks.nowMs() + forMs;
  }

  get isResting(): boolean {
    return this.#options.clocks.nowMs() < this.#restUntilMs;
  }

  /** The lease stays as it is, and runs out. Nobody is told any more that it is lost. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#options.lease.onLost = null;
    clearInterval(this.#beats ?? undefined);
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { lease, clocks } = this.#options;
    while (!this.#closed) {
      const begunMs = clocks.nowMs();
      if (begunMs < this.#restUntilMs) {
        await this.#pause(this.#restUntilMs - begunMs);
        continue;
      }
      let pauseMs = retryMs;
      try {
        await (this.#held === null ? this.#begin() : this.#renew(this.#held));
        this.#failure = null;
        pauseMs = this.#held === null ? 0 : lease.ttlMs / 3 - (clocks.nowMs() - begunMs);
      } catch (error) {
        this.#failed(error);
      }
      if (!this.#closed) await this.#pause(Math.max(pauseMs, 1));
    }
  }

  async #begin(): Promise<void> {
    const { node, lease, clocks, log, interrupted } = this.#options;
    interrupted();
    const asked = lease.moment;
    const held = await this.#use((sql) => beginLease(sql, node, lease.ttlMs, this.#deadlineMs));
    this.#held = held;
    this.#heldAtMs = clocks.nowMs();
    lease.renewed(held.epoch, asked);
    log("info", `CLUSTER: this node has epoch ${held.epoch}`);
    await this.#renew(held);
  }

  async #renew(held: Held): Promise<void> {
    const { lease, clocks, log, renewed, interrupted } = this.#options;
    const asked = lease.moment;
    // Between two renewals that far apart it is not known whether the node could have written.
    if (asked.nowMs - this.#heldAtMs > (lease.ttlMs * 2) / 3) interrupted();
    const renewal = await this.#use((sql) => renewLease(sql, held, this.#deadlineMs));
    // Lost in the meantime, to a statement that was fenced.
    if (this.#held !== held) return;
    if (renewal === null) {
      log(
        "warn",
        `CLUSTER: epoch ${held.epoch} is over: the node was taken for dead, or another has its identity`,
      );
      lease.lose();
      return;
    }
    this.#heldAtMs = clocks.nowMs();
    lease.renewed(held.epoch, asked);
    renewed(renewal);
  }

  #failed(error: unknown): void {
    const { lease, clocks, log, interrupted, postgres } = this.#options;
    interrupted();
    const failure = postgres.describe(error);
    // That Postgres is away the store says; here it is news once it has consequences.
    if (lease.mayCommit(clocks.nowMs()) || failure === this.#failure) return;
    if (lease.epoch !== null)
      log("warn", `CLUSTER: durable topics wait, the lease cannot be renewed: ${failure}`);
    this.#failure = failure;
  }

  #beat(): void {
    const { lease } = this.#options;
    lease.beat();
    if (lease.epoch !== null && lease.isSuspect) this.#wake?.();
  }

  #use<T>(act: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#options.postgres.use(act, "lease");
  }

  get #deadlineMs(): number {
    return Math.min(this.#options.lease.ttlMs / 3, statementMsMax);
  }

  #pause(pauseMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs);
    this.#wake = resolve;
    return promise.finally(() => {
      clearTimeout(timer);
      this.#wake = null;
    });
  }
}
