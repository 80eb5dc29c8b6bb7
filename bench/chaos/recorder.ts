/** The history of a run as it is being made, in memory: some million lines of it. */
import type { HistoryEvent } from "../../server/verification/event.ts";

type Unstamped<E> = E extends HistoryEvent ? Omit<E, "t"> & { readonly t?: number } : never;

export class Recorder {
  readonly events: HistoryEvent[] = [];
  readonly #wallOffsetMs = Date.now() - performance.now();

  /** Nanoseconds of the one clock that all events are stamped by. */
  get t(): number {
    return Math.round(performance.now() * 1e6);
  }

  /** What another process on this machine read from its wall clock, on ours. */
  ofWallMs(wallMs: number): number {
    return Math.max(0, Math.round((wallMs - this.#wallOffsetMs) * 1e6));
  }

  /** Stamped now unless it says when. */
  add(event: Unstamped<HistoryEvent>): void {
    this.events.push({ t: this.t, ...event } as HistoryEvent);
  }
}
