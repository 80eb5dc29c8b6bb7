/** Producers that are held back while memory is nearly full: all of them look at it through one timer. */
import type { Broker } from "../broker/broker.ts";
import { Deque } from "../broker/deque.ts";

const lookEveryMs = 20;
/** Then a publish is tried all the same: there may be room for it. */
const heldMsMax = 2_000;

export class Held {
  readonly #broker: Broker;
  readonly #waiting = new Deque<{ readonly untilMs: number; readonly go: () => void }>();
  #timer: NodeJS.Timeout | null = null;

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** Resolves when producers are not to be held back, or were for long enough. */
  async room(): Promise<void> {
    if (this.#broker.pressure !== "hold" || this.#broker.exiting) return;
    await new Promise<void>((go) => {
      this.#waiting.push({ untilMs: performance.now() + heldMsMax, go });
      this.#timer ??= setInterval(() => this.#look(), lookEveryMs);
    });
  }

  #look(): void {
    const all = this.#broker.pressure !== "hold" || this.#broker.exiting;
    const nowMs = performance.now();
    // Those who came first wait first: their time is up in the same order.
    for (
      let first = this.#waiting.at(0);
      first && (all || first.untilMs <= nowMs);
      first = this.#waiting.at(0)
    ) {
      this.#waiting.shift();
      first.go();
    }
    if (this.#waiting.length > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
