/**
 * Which of several destinations the next message goes to. Given the time and chance, it is
 * as its arguments make it: nothing here waits.
 */

export type Mode = "round-robin" | "hostpool" | "epsilon-greedy";

/** One destination picked. Exactly one of the two is to be called, once. */
export interface Pick {
  readonly index: number;
  delivered(tookMs: number): void;
  failed(): void;
}

interface Host {
  /** Left out until then. */
  retryAtMs: number;
  /** 0: it is well. */
  retryDelayMs: number;
  /** Of its latest deliveries, a recent one weighing more; null before the first. */
  meanMs: number | null;
}

const retryDelayMinMs = 30_000;
const retryDelayMaxMs = 900_000;
/** How much of the mean the newest delivery is. */
const newestShare = 0.1;
// As NSQ's: three in ten go elsewhere to see how it is there, ever fewer while nothing fails.
const exploreStart = 0.3;
const exploreMin = 0.01;
const exploreDecay = 0.9;
const exploreDecayEvery = 100;

export interface World {
  nowMs(): number;
  /** From 0 up to 1. */
  chance(): number;
  /** Whether a destination can be delivered to now, as far as that is known beforehand. */
  isUp(index: number): boolean;
}

export class HostPool {
  readonly #mode: Mode;
  readonly #hosts: Host[];
  readonly #world: World;
  #next = 0;
  #explore = exploreStart;
  #picked = 0;

  constructor(count: number, mode: Mode, world: World) {
    this.#mode = mode;
    this.#hosts = Array.from({ length: count }, () => ({ retryAtMs: 0, retryDelayMs: 0, meanMs: null }));
    this.#world = world;
  }

  pick(): Pick {
    const index = this.#choose();
    const host = this.#hosts[index]!;
    return {
      index,
      delivered: (tookMs) => {
        recovered(host);
        host.meanMs = host.meanMs === null ? tookMs : host.meanMs + newestShare * (tookMs - host.meanMs);
      },
      failed: () => {
        // The first of those that were under way counts; a trial has its next pause already.
        if (host.retryDelayMs === 0) this.#pause(host, retryDelayMinMs);
      },
    };
  }

  #choose(): number {
    if (this.#mode === "epsilon-greedy") {
      if (++this.#picked % exploreDecayEvery === 0)
        this.#explore = Math.max(this.#explore * exploreDecay, exploreMin);
      const fastest = this.#fastest();
      if (fastest !== null && this.#world.chance() >= this.#explore) return fastest;
    }
    return this.#inTurn();
  }

  /** The next that is up and well, or whose pause is over; when there is none, all that are up are tried again. */
  #inTurn(): number {
    const isWell = (index: number) => this.#mode === "round-robin" || !this.#isPaused(index);
    const index =
      this.#after((one) => this.#world.isUp(one) && isWell(one)) ??
      this.#after((one) => this.#world.isUp(one)) ??
      this.#next % this.#hosts.length;
    const host = this.#hosts[index]!;
    // None was well: it is not for the others to wait out their pauses.
    if (!isWell(index)) for (const one of this.#hosts) recovered(one);
    // After a pause one delivery is a trial: the others stay away until it has succeeded.
    else if (host.retryDelayMs > 0) this.#pause(host, Math.min(host.retryDelayMs * 2, retryDelayMaxMs));
    this.#next = index + 1;
    return index;
  }

  #pause(host: Host, delayMs: number): void {
    host.retryDelayMs = delayMs;
    host.retryAtMs = this.#world.nowMs() + delayMs;
  }

  #after(test: (index: number) => boolean): number | null {
    const { length } = this.#hosts;
    for (let step = 0; step < length; step++) {
      const index = (this.#next + step) % length;
      if (test(index)) return index;
    }
    return null;
  }

  #isPaused(index: number): boolean {
    return this.#hosts[index]!.retryAtMs > this.#world.nowMs();
  }

  #fastest(): number | null {
    let best: number | null = null;
    for (const [index, { meanMs }] of this.#hosts.entries()) {
      if (meanMs === null || !this.#world.isUp(index) || this.#isPaused(index)) continue;
      if (best === null || meanMs < this.#hosts[best]!.meanMs!) best = index;
    }
    return best;
  }
}

function recovered(host: Host): void {
  host.retryAtMs = 0;
  host.retryDelayMs = 0;
}

export function modeOf(text: string): Mode | null {
  return text === "round-robin" || text === "hostpool" || text === "epsilon-greedy" ? text : null;
}
