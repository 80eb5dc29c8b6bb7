/**
 * What time does to a connection: heartbeats at its interval, and its end when nothing is heard
 * of it for two of them, or when nothing of what it is owed gets through.
 */

/** Time for a client to take what it is owed at the end, and go; again as long as it takes something. */
const lingerMs = 1_000;
const lingersMax = 30;

export interface Beating {
  /** Whether anything at all got through since the last question. */
  isStalled(): boolean;
  /** Whether something is owed. */
  isOwed(): boolean;
  /** Milliseconds since it completed a command; 0 while it is not being read. */
  silentMs(): number;
  beat(): void;
  giveUp(why: string): void;
}

export class Heartbeat {
  readonly #of: Beating;
  #timer: NodeJS.Timeout | null = null;
  #intervalMs = 0;
  #lingers = 0;

  constructor(of: Beating) {
    this.#of = of;
  }

  /** Heartbeats at this interval from now on. 0: none, and no deadline. */
  start(intervalMs: number): void {
    this.stop();
    this.#intervalMs = intervalMs;
    if (intervalMs > 0) this.#timer = setInterval(this.#onBeat, intervalMs);
  }

  /** It has been told the end, and is given time to take it. */
  linger(): void {
    this.stop();
    this.#timer = setInterval(this.#onLinger, lingerMs);
  }

  stop(): void {
    clearInterval(this.#timer ?? undefined);
    this.#timer = null;
  }

  readonly #onBeat = (): void => {
    // Timers fire a little early or late: what is due within a hundredth of the interval is due.
    if (this.#of.silentMs() >= this.#intervalMs * 1.99) this.#of.giveUp("silent");
    else if (this.#of.isStalled()) this.#of.giveUp("does not read");
    else this.#of.beat();
  };

  readonly #onLinger = (): void => {
    const isOver = ++this.#lingers >= lingersMax || !this.#of.isOwed() || this.#of.isStalled();
    if (isOver) this.#of.giveUp("gone");
  };
}
