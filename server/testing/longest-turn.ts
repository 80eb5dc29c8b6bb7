/**
 * The longest turn of this thread's loop, in milliseconds of processor time: other processes on the
 * machine do not count. Watching keeps the loop turning until it is asked for.
 */
export class LongestTurn {
  #longestMs = 0;
  #beforeMs = usedMs();
  #watching = true;

  constructor() {
    setImmediate(() => this.#look());
  }

  stop(): number {
    this.#watching = false;
    return this.#longestMs;
  }

  #look(): void {
    const nowMs = usedMs();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#beforeMs);
    this.#beforeMs = nowMs;
    if (this.#watching) setImmediate(() => this.#look());
  }
}

function usedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
