/** Events by name, typed by their arguments. */
export class Listeners<Events extends Record<keyof Events, readonly unknown[]>> {
  readonly #byEvent = new Map<keyof Events, Set<(...args: never) => void>>();

  /** @returns what ends it */
  on<Event extends keyof Events>(event: Event, listener: (...args: Events[Event]) => void): () => void {
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  protected emit<Event extends keyof Events>(event: Event, ...args: Events[Event]): void {
    for (const listener of this.#byEvent.get(event) ?? []) listener(...(args as never));
  }
}
