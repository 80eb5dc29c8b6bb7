/**
 * Answers on their way to the console: gathered, so that a thousand messages cost a few events. While some are on
 * their way the next ones gather; then they go together.
 */
import { BridgeError } from "./errors.ts";
import { type Act, answersPerEventMax } from "./protocol.ts";

export interface Answered {
  readonly refused: readonly number[];
  readonly remainingMs: number;
}

/** What to do with one message. */
export type What = readonly ["fin"] | readonly ["touch"] | readonly ["req", delayMs: number];

interface Waiting {
  readonly tag: number;
  readonly what: What;
  readonly settle: (answered: Answered) => void;
  readonly fail: (error: unknown) => void;
}

const eventsAtOnceMax = 4;

export class Answers {
  readonly #send: (acts: readonly Act[]) => Promise<Answered>;
  #waiting: Waiting[] = [];
  #onTheWay = 0;
  #isScheduled = false;

  constructor(send: (acts: readonly Act[]) => Promise<Answered>) {
    this.#send = send;
  }

  /** Resolves to how long it is held now, after a `touch`; null: it was not in flight any more. */
  async give(tag: number, what: What): Promise<number | null> {
    const { refused, remainingMs } = await new Promise<Answered>((settle, fail) => {
      this.#waiting.push({ tag, what, settle, fail });
      this.#schedule();
    });
    return refused.includes(tag) ? null : remainingMs;
  }

  /** The connection is gone, and with it what it held. */
  drop(): void {
    const lost = new BridgeError("lost", "The connection ended before the answer was sent.");
    for (const { fail } of this.#waiting.splice(0)) fail(lost);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#onTheWay >= eventsAtOnceMax) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const going = this.#waiting.splice(0, answersPerEventMax);
    if (going.length === 0) return;
    this.#onTheWay++;
    try {
      const answered = await this.#send(actsOf(going));
      for (const { settle } of going) settle(answered);
    } catch (error) {
      for (const { fail } of going) fail(error);
    } finally {
      this.#onTheWay--;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }
}

/** In the order they were given, neighbours that say the same together. */
function actsOf(going: readonly Waiting[]): Act[] {
  const acts: [What, number[]][] = [];
  for (const { tag, what } of going) {
    const last = acts.at(-1);
    if (last && last[0][0] === what[0] && last[0][1] === what[1]) last[1].push(tag);
    else acts.push([what, [tag]]);
  }
  return acts.map(([what, tags]) => (what[0] === "req" ? ["req", tags, what[1]] : [what[0], tags]));
}
