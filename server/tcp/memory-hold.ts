/**
 * While memory is short, a connection that only publishes is not read; one that waited for room for long enough
 * goes on, to be refused.
 */
import type { Broker } from "../broker/broker.ts";

const holdMs = 5_000;

export class MemoryHold {
  readonly #broker: Broker;
  #sinceMs: number | null = null;

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  mustWait(publishesOnly: boolean): boolean {
    const { pressure, time } = this.#broker;
    if (pressure === "none") {
      this.#sinceMs = null;
      return false;
    }
    if (!publishesOnly) return false;
    this.#sinceMs ??= time.nowMs;
    return time.nowMs - this.#sinceMs < holdMs;
  }
}
