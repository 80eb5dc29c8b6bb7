/** A store that has what it is given when the test says so. */
import type { Backlog, Block } from "../broker/ports.ts";

export class HeldStore implements Backlog {
  readonly waiting: { readonly block: Block; readonly durable: boolean; readonly done: () => void }[] = [];

  write(_topic: string, block: Block, done: () => void, durable = false): void {
    this.waiting.push({ block, durable, done });
  }

  read(_range: unknown, done: (blocks: Block[] | null) => void): void {
    setImmediate(done, null);
  }

  forget(): void {}

  /** The first that wait are stored. */
  store(count = this.waiting.length): void {
    for (const { done } of this.waiting.splice(0, count)) done();
  }
}
