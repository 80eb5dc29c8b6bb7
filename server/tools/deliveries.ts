/** Deliveries to one of several destinations, or to all: chosen, timed, and told of. */
import { DeliveryTimes } from "./delivery-times.ts";
import { HostPool, type Mode } from "./host-pool.ts";

export interface DeliveriesSettings {
  /** As they are named in the log. */
  readonly destinations: readonly string[];
  readonly mode: Mode;
  /** Deliveries between two lines of the log; 0: none. */
  readonly statusEvery: number;
  /** Whether one can be delivered to now, where that is known beforehand. */
  readonly isUp?: (index: number) => boolean;
}

export class Deliveries {
  readonly #pool: HostPool;
  readonly #all: DeliveryTimes;
  readonly #each: readonly DeliveryTimes[];

  constructor(settings: DeliveriesSettings, say: (text: string) => void) {
    const { destinations, mode, statusEvery, isUp = () => true } = settings;
    const world = { nowMs: () => performance.now(), chance: Math.random, isUp };
    this.#pool = new HostPool(destinations.length, mode, world);
    this.#all = new DeliveryTimes("[aggregate]:", statusEvery, say);
    // Of a single one it would be the same line twice.
    const every = destinations.length > 1 ? statusEvery : 0;
    this.#each = destinations.map((name) => new DeliveryTimes(`[${name}]:`, every, say));
  }

  /** Rejects as `send` does. `isItsFault`: whether an error says something of the destination, and not of the message. */
  async toOne(
    send: (index: number) => Promise<void>,
    isItsFault: (error: unknown) => boolean = () => true,
  ): Promise<void> {
    const { index, delivered, failed } = this.#pool.pick();
    const startedMs = performance.now();
    try {
      await send(index);
    } catch (error) {
      if (isItsFault(error)) failed();
      throw error;
    }
    const tookMs = performance.now() - startedMs;
    delivered(tookMs);
    this.#each[index]!.add(tookMs);
    this.#all.add(tookMs);
  }

  /** One after the other; rejects at the first that `send` fails for. */
  async toAll(send: (index: number) => Promise<void>): Promise<void> {
    const startedMs = performance.now();
    for (const [index, times] of this.#each.entries()) {
      const partMs = performance.now();
      await send(index);
      times.add(performance.now() - partMs);
    }
    this.#all.add(performance.now() - startedMs);
  }
}
