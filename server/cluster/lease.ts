/**
 * A node's right to write and to hand out what is durable, as far as its own clocks tell. Postgres has the last word
 * in each statement; this is what keeps a node from acting where it could not know any more (LE1).
 */
import type { NodeLease } from "../../db/node-lease.ts";

/** The monotonic clock stands still while a machine is suspended, the wall clock does not. */
const clockJumpMsMax = 1_000;
/** Of the TTL: the lease ends that much earlier for its holder than for those who watch it. */
const marginShare = 0.1;

export interface Clocks {
  /** As `performance.now()`. */
  nowMs(): number;
  wallMs(): number;
}

export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
}

export class Lease implements NodeLease {
  epoch: number | null = null;
  readonly ttlMs: number;
  /** Told when it is gone for good: another epoch is to be asked for. */
  onLost: (() => void) | null = null;
  readonly #clocks: Clocks;
  /** When the renewal that holds was sent: it began no earlier for anybody who watches. */
  #sentMs = Number.NEGATIVE_INFINITY;
  #wallOffsetMs = 0;
  #beatMs: number;
  /** Something happened since the last renewal in which time may have passed unseen. */
  #suspect = false;

  constructor(ttlMs: number, clocks: Clocks) {
    this.ttlMs = ttlMs;
    this.#clocks = clocks;
    this.#beatMs = clocks.nowMs();
  }

  /** Since the last renewal was sent; null: there is none that holds. */
  ageMs(): number | null {
    return this.epoch === null ? null : this.#clocks.nowMs() - this.#sentMs;
  }

  mayCommit(nowMs: number): boolean {
    if (this.epoch === null || nowMs - this.#sentMs >= this.ttlMs * (1 - marginShare)) return false;
    if (this.#hasStalled(nowMs) || this.#hasJumped(nowMs)) this.#suspect = true;
    return !this.#suspect;
  }

  fenced(epoch: number): void {
    if (epoch === this.epoch) this.lose();
  }

  /** The moment at which Postgres is asked: what passes until the answer is read counts. */
  get moment(): Moment {
    return { nowMs: this.#clocks.nowMs(), wallMs: this.#clocks.wallMs() };
  }

  /** Postgres has said that it holds. @param asked taken before the statement was sent */
  renewed(epoch: number, asked: Moment): void {
    this.epoch = epoch;
    this.#sentMs = asked.nowMs;
    this.#wallOffsetMs = asked.wallMs - asked.nowMs;
    this.#beatMs = Math.max(this.#beatMs, asked.nowMs);
    this.#suspect = false;
  }

  lose(): void {
    if (this.epoch === null) return;
    this.epoch = null;
    this.onLost?.();
  }

  /** Call several times in a third of the TTL: a loop that was held up for longer does not know what it missed. */
  beat(): void {
    const nowMs = this.#clocks.nowMs();
    if (this.#hasStalled(nowMs)) this.#suspect = true;
    this.#beatMs = nowMs;
  }

  /** True when only a renewal can make it good again. */
  get isSuspect(): boolean {
    return this.#suspect || this.#hasJumped(this.#clocks.nowMs());
  }

  #hasStalled(nowMs: number): boolean {
    return nowMs - this.#beatMs > this.ttlMs / 3;
  }

  #hasJumped(nowMs: number): boolean {
    return Math.abs(this.#clocks.wallMs() - nowMs - this.#wallOffsetMs) > clockJumpMsMax;
  }
}
