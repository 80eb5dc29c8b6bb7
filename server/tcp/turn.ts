/**
 * The end of a turn of the loop: counted OKs go out, the broker hands out what came in, and
 * what was held together is written. Reading only marks what is to be done; this does it once.
 */
import type { Broker } from "../broker/broker.ts";
import type { Output } from "./output.ts";

/** Whoever has something to say at the end of the turn. */
interface Answering {
  flushOk(): void;
}

export class Turn {
  broker: Broker | null = null;
  #scheduled = false;
  #answering: Answering[] = [];
  #corked: Output[] = [];
  readonly #retaining = new Set<Output>();

  /** Asks for `run` at the end of this turn. */
  readonly schedule = (): void => {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  };

  /** It has OKs to write. */
  answer(answering: Answering): void {
    this.#answering.push(answering);
    this.schedule();
  }

  /** It is corked until the end of the turn. */
  uncorkLater(output: Output): void {
    this.#corked.push(output);
    this.schedule();
  }

  /** It holds slabs until its socket has taken them. */
  watch(output: Output): void {
    this.#retaining.add(output);
  }

  /** Some tens of times a second: slabs that sockets are done with go back. */
  tick(): void {
    for (const output of this.#retaining) if (output.releaseWritten()) this.#retaining.delete(output);
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    const answering = this.#answering;
    this.#answering = [];
    for (let i = 0; i < answering.length; i++) answering[i]!.flushOk();
    this.broker?.settle();
    const corked = this.#corked;
    this.#corked = [];
    for (let i = 0; i < corked.length; i++) corked[i]!.uncork();
  };
}
