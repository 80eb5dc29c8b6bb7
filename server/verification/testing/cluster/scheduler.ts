/** Time that moves from one thing that is to happen to the next. What falls on the same instant happens in the order it was asked for. */
import { DueHeap, type HeapItem } from "../../../broker/heap.ts";

interface Task extends HeapItem {
  readonly run: () => void;
}

/** Instants so close together that they only put tasks in order. */
const tickMs = 1e-7;

export class Scheduler {
  nowMs = 0;
  readonly #tasks = new DueHeap<Task>();
  #asked = 0;

  after(delayMs: number, run: () => void): { cancel(): void } {
    const task: Task = { atMs: this.nowMs + delayMs + ++this.#asked * tickMs, heapIndex: -1, run };
    this.#tasks.add(task);
    return { cancel: () => this.#tasks.remove(task) };
  }

  /** Goes on until the time has come, or `isOver` says so; asked after everything that happens. */
  run(toMs: number, isOver: () => boolean = () => false): void {
    for (let task = this.#tasks.first(); task && task.atMs <= toMs; task = this.#tasks.first()) {
      this.#tasks.remove(task);
      this.nowMs = Math.max(this.nowMs, task.atMs);
      task.run();
      if (isOver()) return;
    }
    this.nowMs = Math.max(this.nowMs, toMs);
  }
}
