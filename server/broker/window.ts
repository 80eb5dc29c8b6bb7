/**
 * A channel's way through one log: the range it has yet to hand out, and who
 * holds what it has handed out for the first time.
 *
 *   low          next                 end
 *    | held, or  |  waiting            |
 *    | finished  |                     |
 *
 * Per message it is one number, the subscription that holds it or 0. A message
 * that comes back any other way than by FIN leaves the window and becomes an
 * exception (C2), so `low` moves on.
 */
import { Deque } from "./deque.ts";
import type { Log } from "./log.ts";
import type { Slab } from "./slab.ts";

/** Messages between `low` and `next`, at most: what a channel with many slow consumers may have in flight in runs. */
export const windowMax = 65_536;
/** Slabs read back that a window keeps behind its cursor for redelivery; later ones are read again. */
const slabsBehindMax = 4;
/** Beyond every sequence: the window goes on as its log grows. */
export const openEnd = 2 ** 32;
const nobody = 0;
/** A short loop beats `fill` for short runs. */
const fillFrom = 24;

export class Window {
  readonly log: Log;
  /** Order of use among the windows of a channel. */
  readonly order: number;
  low: number;
  next: number;
  /** Where the range ends; `openEnd` while it follows its log. */
  to: number;
  /** Read back from the store, in order; the first may be behind `next`. */
  readonly loaded = new Deque<Slab>();
  /** A read is under way. */
  loading = false;
  /** The store has nothing of [gapFrom, gapTo). */
  gapFrom = 0;
  gapTo = 0;
  #owners = new Uint32Array(64);

  constructor(log: Log, order: number, from: number, to: number) {
    this.log = log;
    this.order = order;
    this.low = from;
    this.next = from;
    this.to = to;
  }

  /** Where what may be handed out ends. */
  get end(): number {
    return Math.min(this.to, this.log.handedTo);
  }

  get waiting(): number {
    return Math.max(0, this.end - this.next);
  }

  /** Nothing left to hand out, nothing held, and nothing to come. */
  get isSpent(): boolean {
    return (
      this.low === this.next && this.next >= Math.min(this.to, this.log.sealed ? this.log.tail : openEnd)
    );
  }

  ownerOf(seq: number): number {
    return seq >= this.low && seq < this.next ? this.#owners[seq & (this.#owners.length - 1)]! : nobody;
  }

  /** Room for `wanted` more messages: at least 1 unless the oldest is held and the window is full. */
  room(wanted: number): number {
    return Math.min(wanted, windowMax - (this.next - this.low));
  }

  /** Hands [next, endSeq) to a subscription. */
  give(endSeq: number, owner: number): void {
    while (endSeq - this.low > this.#owners.length) this.#grow();
    const owners = this.#owners;
    const mask = owners.length - 1;
    if (endSeq - this.next < fillFrom) {
      for (let seq = this.next; seq < endSeq; seq++) owners[seq & mask] = owner;
    } else {
      const from = this.next & mask;
      const to = endSeq & mask;
      if (to > from) owners.fill(owner, from, to);
      else {
        owners.fill(owner, from);
        owners.fill(owner, 0, to);
      }
    }
    this.next = endSeq;
  }

  /** Takes a message back: it is finished, or goes on as an exception. */
  clear(seq: number): void {
    this.#owners[seq & (this.#owners.length - 1)] = nobody;
  }

  /** Moves `low` over what nobody holds; true when it moved. */
  advance(): boolean {
    const owners = this.#owners;
    const mask = owners.length - 1;
    const from = this.low;
    let low = from;
    while (low < this.next && owners[low & mask] === nobody) low++;
    this.low = low;
    this.#dropBehind();
    return low !== from;
  }

  /** Goes over what is not there. Call with nothing held. */
  jump(to: number): void {
    this.next = to;
    this.low = to;
  }

  /** Forgets everything it has and is to have, up to `end`. */
  skipTo(end: number): void {
    this.#owners = new Uint32Array(64);
    this.next = end;
    this.low = end;
    this.dropLoaded();
  }

  /** Ends here, at `next`; what was to come goes on in a window of its own. */
  split(order: number): Window {
    const rest = new Window(this.log, order, this.next, this.to);
    this.to = this.next;
    this.dropLoaded();
    return rest;
  }

  /** The slab from which `seq` can be read now; undefined when it is only in the store. */
  slabAt(seq: number): Slab | undefined {
    const resident = this.log.slabAt(seq);
    if (resident) return resident;
    // By index: with latencies followed, every FIN comes by here.
    for (let i = 0; i < this.loaded.length; i++) {
      const slab = this.loaded.at(i)!;
      if (slab.holds(this.log.id, seq)) return slab;
    }
    return undefined;
  }

  dropLoaded(): void {
    for (let slab = this.loaded.shift(); slab; slab = this.loaded.shift()) slab.release();
  }

  #dropBehind(): void {
    for (;;) {
      const first = this.loaded.at(0);
      if (!first || first.endSeq > this.next) return;
      const behind = this.loaded.at(slabsBehindMax);
      if (first.endSeq > this.low && !(behind && behind.endSeq <= this.next)) return;
      this.loaded.shift();
      first.release();
    }
  }

  #grow(): void {
    const grown = new Uint32Array(this.#owners.length * 2);
    const mask = this.#owners.length - 1;
    for (let seq = this.low; seq < this.next; seq++)
      grown[seq & (grown.length - 1)] = this.#owners[seq & mask]!;
    this.#owners = grown;
  }
}
