/**
 * Who waits until messages of a durable log are in the store (DU2). A log is stored in order and all wait equally
 * long, so that whoever came first is told first, whichever way it goes.
 */
import { Deque } from "./deque.ts";

/** @param isStored false: it took too long, and the messages may be delivered all the same */
export type Settle = (isStored: boolean) => void;

interface Waiter {
  readonly endSeq: number;
  readonly dueMs: number;
  readonly settle: Settle;
}

export class CommitQueue {
  readonly #waiting = new Deque<Waiter>();

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** `endSeq` and `dueMs` are never less than those before. */
  add(waiter: Waiter): void {
    this.#waiting.push(waiter);
  }

  /** Everything below `seq` is in the store, or was taken away by an act of somebody's. */
  storedTo(seq: number): void {
    for (;;) {
      const first = this.#waiting.at(0);
      if (first === undefined || first.endSeq > seq) return;
      this.#waiting.shift();
      first.settle(true);
    }
  }

  /** Tells those whose time is over. */
  expire(nowMs: number): void {
    for (;;) {
      const first = this.#waiting.at(0);
      if (first === undefined || first.dueMs > nowMs) return;
      this.#waiting.shift();
      first.settle(false);
    }
  }
}
