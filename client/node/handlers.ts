/** Runs handlers, so many at once; what comes beyond waits in the order it came. */
import type { Delivery } from "./delivery.ts";
import type { Handler } from "./message.ts";

export class Handlers {
  /** How many may run at once. At least one: what has come is handled also while nothing more is asked for. */
  atOnceMax = 1;
  readonly #handler: Handler;
  readonly #failed: (error: unknown, delivery: Delivery) => void;
  readonly #ended: (delivery: Delivery) => void;
  readonly #waiting = new Set<Delivery>();
  #running = 0;

  /** `failed` hears what a handler threw, `ended` that one is done. */
  constructor(
    handler: Handler,
    failed: (error: unknown, delivery: Delivery) => void,
    ended: (delivery: Delivery) => void,
  ) {
    this.#handler = handler;
    this.#failed = failed;
    this.#ended = ended;
  }

  get running(): number {
    return this.#running;
  }

  handle(delivery: Delivery): void {
    if (this.#running < this.atOnceMax && this.#waiting.size === 0) this.#run(delivery);
    else this.#waiting.add(delivery);
  }

  /** It need not be handled any more. */
  drop(delivery: Delivery): void {
    this.#waiting.delete(delivery);
  }

  /** Runs what waits, as far as there is room. */
  goOn(): void {
    while (this.#waiting.size > 0 && this.#running < this.atOnceMax) {
      const delivery: Delivery = this.#waiting.values().next().value!;
      this.#waiting.delete(delivery);
      this.#run(delivery);
    }
  }

  #run(delivery: Delivery): void {
    delivery.handler = "running";
    this.#running++;
    let returned: unknown;
    try {
      returned = this.#handler(delivery);
    } catch (error) {
      return this.#settle(delivery, error, true);
    }
    if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== "function")
      return this.#settle(delivery, undefined, false);
    (returned as PromiseLike<unknown>).then(
      () => {
        this.#settle(delivery, undefined, false);
        this.goOn();
      },
      (error: unknown) => {
        this.#settle(delivery, error, true);
        this.goOn();
      },
    );
  }

  #settle(delivery: Delivery, error: unknown, isFailure: boolean): void {
    this.#running--;
    // The handler has ended before its answer is given: what is answered is let go of at once.
    delivery.subscription.ended(delivery);
    if (isFailure) {
      if (delivery.answersItself) delivery.requeue();
      this.#failed(error, delivery);
    } else if (delivery.answersItself) delivery.finish();
    this.#ended(delivery);
  }
}
