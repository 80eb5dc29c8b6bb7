/** A session's other end in a test's hands: what it says, and when it takes what is said to it. */
import { Duplex } from "node:stream";

export class PeerSocket extends Duplex {
  readonly taken: Buffer[] = [];
  #take: (() => void) | null = null;
  #stuck: boolean;

  /** Stuck, it takes nothing until `unstick`. */
  constructor({ stuck = false } = {}) {
    super();
    this.#stuck = stuck;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#take = () => {
      this.taken.push(chunk);
      done();
    };
    if (!this.#stuck) this.#take();
  }

  unstick(): void {
    this.#stuck = false;
    this.#take?.();
  }

  get takenBytes(): number {
    return this.taken.reduce((sum, { length }) => sum + length, 0);
  }
}
