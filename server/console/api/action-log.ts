/**
 * What operators did, on its way to Postgres. An action never waits for it; while Postgres is away a
 * bounded number is kept, and what had to be dropped is counted in the log (CO5).
 */
import type { ActionRecord, ActionStore } from "./ports.ts";

const waitingMax = 1_000;
const retryMs = 1_000;

export class ActionLog {
  readonly #store: ActionStore | null;
  readonly #warn: (message: string) => void;
  readonly #waiting: ActionRecord[] = [];
  #writing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dropped = 0;
  #closed = false;

  constructor(store: ActionStore | null, warn: (message: string) => void) {
    this.#store = store;
    this.#warn = warn;
  }

  record(action: ActionRecord): void {
    if (!this.#store) return;
    if (this.#waiting.length >= waitingMax) {
      this.#dropped += 1;
      this.#warn(`operator actions that could not be recorded: ${this.#dropped}`);
      return;
    }
    this.#waiting.push(action);
    this.#write();
  }

  /** Tries once more to write what waits, within the deadline. */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#write();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, deadlineMs);
    await Promise.race([this.#writing, late.promise]);
    clearTimeout(timer);
    if (this.#waiting.length > 0)
      this.#warn(`operator actions that were not recorded: ${this.#waiting.length}`);
  }

  #write(): void {
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = null;
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      try {
        await this.#store!.append(this.#waiting[0]!);
      } catch {
        if (!this.#closed) this.#timer = setTimeout(() => this.#write(), retryMs);
        return;
      }
      this.#waiting.shift();
    }
  }
}
