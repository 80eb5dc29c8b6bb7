/**
 * How a consumer slows down when its handler fails: it pauses, lets one message come, and pauses longer or less long
 * by how that goes, until as many have succeeded as had failed. Answers that come during a pause do not count: they
 * are of messages that came before it.
 */

export interface BackoffSettings {
  readonly backoffStrategy: "exponential" | "full_jitter";
  readonly backoffMultiplierMs: number;
  /** 0: never slow down. */
  readonly maxBackoffDurationMs: number;
}

export class Backoff {
  /** `pausing`: no messages; `probing`: one at a time. */
  state: "off" | "pausing" | "probing" = "off";
  readonly #settings: BackoffSettings;
  #level = 0;

  constructor(settings: BackoffSettings) {
    this.#settings = settings;
  }

  /** A message failed. @returns how long to pause from now; null: nothing changes */
  failed(chance: number): number | null {
    const { maxBackoffDurationMs } = this.#settings;
    if (this.state === "pausing" || maxBackoffDurationMs === 0) return null;
    if (this.#level === 0 || this.#fullPauseMs() < maxBackoffDurationMs) this.#level++;
    return this.#pause(chance);
  }

  /** A message succeeded. @returns how long to pause from now; 0: the backoff is over; null: nothing changes */
  succeeded(chance: number): number | null {
    if (this.state !== "probing") return null;
    this.#level--;
    if (this.#level > 0) return this.#pause(chance);
    this.state = "off";
    return 0;
  }

  /** The pause is over. */
  paused(): void {
    if (this.state === "pausing") this.state = "probing";
  }

  #pause(chance: number): number {
    this.state = "pausing";
    const ms = this.#fullPauseMs();
    return Math.max(1, this.#settings.backoffStrategy === "full_jitter" ? chance * ms : ms);
  }

  #fullPauseMs(): number {
    const { backoffMultiplierMs, maxBackoffDurationMs } = this.#settings;
    return Math.min(maxBackoffDurationMs, backoffMultiplierMs * 2 ** this.#level);
  }
}
