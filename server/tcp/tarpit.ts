/**
 * Holds back the end of connections that end in a fault, once their address has had many of them: who
 * waits for the end before trying again then tries seldom. Answered they are at once, and what a mistaken
 * client does in a day never comes near it; a port scanner or a health check of another protocol, which
 * would cost an accept and an answer a thousand times a second, costs next to nothing.
 */

import { DelayLine } from "./delay-line.ts";

/** Faults that an address may have in a row, and how many a second it gets back. */
const faultsMax = 40;
const faultsPerSecond = 5;
/** How long an end is held back. */
const heldMs = 1_000;
/** Ends held back at once; more are not. */
const endsMax = 512;
/** Addresses that are remembered: the one that was quiet for longest is forgotten first. */
const addressesMax = 4_096;

interface Faults {
  left: number;
  atMs: number;
}

export class Tarpit {
  readonly #faults = new Map<string, Faults>();
  readonly #ends = new DelayLine(heldMs);

  /**
   * A connection from `host` ends in a fault.
   * @param end called once, by a later `tick`
   * @returns null: `end` will not be called, it may end now; else what forgets `end`
   */
  hold(host: string, nowMs: number, end: () => void): (() => void) | null {
    if (this.#isForgiven(host, nowMs) || this.#ends.size >= endsMax) return null;
    return this.#ends.add(nowMs, end);
  }

  tick(nowMs: number): void {
    this.#ends.tick(nowMs);
  }

  #isForgiven(host: string, nowMs: number): boolean {
    const known = this.#faults.get(host);
    const regained = known === undefined ? faultsMax : ((nowMs - known.atMs) / 1_000) * faultsPerSecond;
    const left = Math.min(faultsMax, (known?.left ?? 0) + regained);
    // Laid in anew at the end, so that the first is the one that was quiet for longest.
    this.#faults.delete(host);
    this.#faults.set(host, { left: Math.max(0, left - 1), atMs: nowMs });
    if (this.#faults.size > addressesMax) this.#faults.delete(this.#faults.keys().next().value!);
    return left >= 1;
  }
}
