/** The listings that windows show now, each shared by all windows that ask for the same. */
import { performance } from "node:perf_hooks";
import { Listing, type ListingRequest } from "./listing.ts";
import type { RowSource } from "./row-source.ts";

/** All of them together take at most this part of the time. */
const share = 0.04;
/** Kept so long without anybody who shows it: pages come back, and the API asks once. */
const keptMs = 5_000;
const listingsMax = 500;

interface Entry {
  readonly listing: Listing;
  /** What the last making cost, and when it was. */
  costMs: number;
  madeAtMs: number;
  usedAtMs: number;
}

export class Listings {
  readonly #entries = new Map<string, Entry>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * The listing as it is now, or as it was lately where making it anew would cost too much.
   * @param room what is listed, and for whose eyes
   * @param freshMs how old it may be in any case
   */
  get(room: string, request: ListingRequest, source: RowSource, freshMs: number): Listing {
    const key = JSON.stringify([room, request.sort ?? "", request.q ?? "", request.state ?? []]);
    const nowMs = this.#nowMs();
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const [oldest] = this.#entries.keys();
      if (this.#entries.size >= listingsMax) this.#entries.delete(oldest!);
      entry = {
        listing: new Listing(request),
        costMs: 0,
        madeAtMs: Number.NEGATIVE_INFINITY,
        usedAtMs: nowMs,
      };
      this.#entries.set(key, entry);
    }
    entry.usedAtMs = nowMs;
    const restMs = Math.max(freshMs, (entry.costMs * this.#entries.size) / share);
    if (nowMs - entry.madeAtMs >= restMs) {
      const beganMs = performance.now();
      entry.listing.make(source);
      entry.costMs = performance.now() - beganMs;
      entry.madeAtMs = nowMs;
    }
    return entry.listing;
  }

  /** Forgets those that nobody shows. */
  prune(): void {
    const nowMs = this.#nowMs();
    for (const [key, { usedAtMs }] of this.#entries) if (nowMs - usedAtMs > keptMs) this.#entries.delete(key);
  }
}
