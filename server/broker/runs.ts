/**
 * Deadlines of first deliveries, one entry per run handed out, in the order in
 * which they fall due: all entries of a queue have the same timeout. What was
 * answered in the meantime costs nothing; whether a message is still held is the window's to say (F2).
 */
import type { Subscription } from "./subscription.ts";
import type { Window } from "./window.ts";

export class RunQueue {
  readonly timeoutMs: number;
  #firstSeq = new Uint32Array(16);
  #endSeq = new Uint32Array(16);
  #deadlineMs = new Float64Array(16);
  #window: (Window | null)[] = new Array(16).fill(null);
  #owner: (Subscription | null)[] = new Array(16).fill(null);
  #head = 0;
  #length = 0;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }

  get length(): number {
    return this.#length;
  }

  push(window: Window, firstSeq: number, endSeq: number, owner: Subscription, deadlineMs: number): void {
    if (this.#length === this.#firstSeq.length) this.#grow();
    const slot = (this.#head + this.#length++) & (this.#firstSeq.length - 1);
    this.#window[slot] = window;
    this.#firstSeq[slot] = firstSeq;
    this.#endSeq[slot] = endSeq;
    this.#owner[slot] = owner;
    this.#deadlineMs[slot] = deadlineMs;
  }

  /**
   * Drops runs that are answered in full and calls `expire` with those that are overdue, or
   * with the beginning of one, for at most `messagesMax` sequences.
   *
   * @returns for how many
   */
  sweep(
    nowMs: number,
    messagesMax: number,
    expire: (window: Window, firstSeq: number, endSeq: number, owner: Subscription) => void,
  ): number {
    let left = messagesMax;
    while (this.#length > 0) {
      const slot = this.#head;
      const window = this.#window[slot]!;
      const endSeq = this.#endSeq[slot]!;
      if (endSeq > window.low) {
        if (left === 0 || this.#deadlineMs[slot]! > nowMs) break;
        const firstSeq = Math.max(this.#firstSeq[slot]!, window.low);
        const toSeq = Math.min(endSeq, firstSeq + left);
        expire(window, firstSeq, toSeq, this.#owner[slot]!);
        left -= toSeq - firstSeq;
        if (toSeq < endSeq) {
          this.#firstSeq[slot] = toSeq;
          break;
        }
      }
      this.#window[slot] = null;
      this.#owner[slot] = null;
      this.#head = (slot + 1) & (this.#firstSeq.length - 1);
      this.#length--;
    }
    return messagesMax - left;
  }

  /** The deadline of the run that holds `seq`; undefined when no run does. */
  deadlineOf(window: Window, seq: number): number | undefined {
    let low = 0;
    let high = this.#length - 1;
    const mask = this.#firstSeq.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const slot = (this.#head + middle) & mask;
      const at = this.#window[slot]!;
      // Windows are used up one after another, so runs are in order of window, then of sequence.
      const after = at === window ? this.#firstSeq[slot]! > seq : at.order > window.order;
      const before = at === window ? this.#endSeq[slot]! <= seq : at.order < window.order;
      if (after) high = middle - 1;
      else if (before) low = middle + 1;
      else return this.#deadlineMs[slot]!;
    }
    return undefined;
  }

  clear(): void {
    this.#window.fill(null);
    this.#owner.fill(null);
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    const size = this.#firstSeq.length;
    const firstSeq = new Uint32Array(size * 2);
    const endSeq = new Uint32Array(size * 2);
    const deadlineMs = new Float64Array(size * 2);
    const window: (Window | null)[] = new Array(size * 2).fill(null);
    const owner: (Subscription | null)[] = new Array(size * 2).fill(null);
    for (let i = 0; i < this.#length; i++) {
      const slot = (this.#head + i) & (size - 1);
      firstSeq[i] = this.#firstSeq[slot]!;
      endSeq[i] = this.#endSeq[slot]!;
      deadlineMs[i] = this.#deadlineMs[slot]!;
      window[i] = this.#window[slot]!;
      owner[i] = this.#owner[slot]!;
    }
    this.#firstSeq = firstSeq;
    this.#endSeq = endSeq;
    this.#deadlineMs = deadlineMs;
    this.#window = window;
    this.#owner = owner;
    this.#head = 0;
  }
}
