/** Writes a cluster's history as it happens. */
import type { HistoryEvent } from "../../event.ts";
import { nsPerMs } from "../../event.ts";
import type { Scheduler } from "./scheduler.ts";

export type Unstamped<E = HistoryEvent> = E extends HistoryEvent ? Omit<E, "t"> : never;

export class HistoryRecorder {
  readonly events: HistoryEvent[] = [];
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  note(event: Unstamped): void {
    this.events.push({ ...event, t: Math.round(this.#scheduler.nowMs * nsPerMs) } as HistoryEvent);
  }
}
