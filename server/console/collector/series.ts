/** The last five minutes of everything that has a chart: a ring of points each, a bounded number of rings. */
import {
  type Flow,
  flowMetrics,
  latencyMetrics,
  type Series,
  type SeriesPoint,
  seriesPointsMax,
} from "../contract/index.ts";

export const stepMs = 1_000;

export class Ring {
  readonly metrics: readonly string[];
  readonly #times = new Float64Array(seriesPointsMax);
  /** NaN: not known. */
  readonly #values: Float64Array;
  #pushed = 0;
  /** When it was last watched, on the console's clock. */
  watchedAtMs = Number.NEGATIVE_INFINITY;

  constructor(metrics: readonly string[]) {
    this.metrics = metrics;
    this.#values = new Float64Array(seriesPointsMax * metrics.length);
  }

  push(atMs: number, values: readonly (number | null)[]): void {
    const slot = this.#pushed % seriesPointsMax;
    this.#times[slot] = atMs;
    for (let metric = 0; metric < this.metrics.length; metric++) {
      this.#values[slot * this.metrics.length + metric] = values[metric] ?? Number.NaN;
    }
    this.#pushed += 1;
  }

  /** Points pushed so far; the ring holds the last `seriesPointsMax` of them. */
  get pushed(): number {
    return this.#pushed;
  }

  /** Those after the first `from` ever pushed, as far as they are still here. */
  points(from = 0): SeriesPoint[] {
    const points: SeriesPoint[] = [];
    const first = Math.max(from, this.#pushed - seriesPointsMax, 0);
    for (let index = first; index < this.#pushed; index++) points.push(this.#point(index % seriesPointsMax));
    return points;
  }

  series(): Series {
    return { stepMs, metrics: this.metrics, points: this.points() };
  }

  /** A metric's value so long before the last point; null: not known. */
  back(metric: string, agoMs: number): number | null {
    const ago = Math.round(agoMs / stepMs);
    const index = this.#pushed - 1 - ago;
    if (index < 0 || ago >= seriesPointsMax) return null;
    const value =
      this.#values[(index % seriesPointsMax) * this.metrics.length + this.metrics.indexOf(metric)]!;
    return Number.isNaN(value) ? null : value;
  }

  #point(slot: number): SeriesPoint {
    const values: (number | null)[] = [];
    for (let metric = 0; metric < this.metrics.length; metric++) {
      const value = this.#values[slot * this.metrics.length + metric]!;
      values.push(Number.isNaN(value) ? null : rounded(value));
    }
    return { atMs: this.#times[slot]!, values };
  }
}

/** Three decimals are enough for a chart, and a third of the bytes. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

export function flowValues(flow: Flow): (number | null)[] {
  return flowMetrics.map((metric) => flow[metric]);
}

/** Of channels. */
const channelMetrics = [...flowMetrics, ...latencyMetrics];

/** A ring takes 36 KB: 600 are 22 MB. Beyond that only what is looked at has a history. */
const ringsMax = 600;
/** A ring that was watched is kept so long after, so that going back and forth keeps it. */
const keptAfterWatchMs = 300_000;

/** Rings of topics and channels by room. */
export class Rings {
  readonly #rings = new Map<string, Ring>();

  get full(): boolean {
    return this.#rings.size >= ringsMax;
  }

  rooms(): Iterable<string> {
    return this.#rings.keys();
  }

  get(room: string): Ring | undefined {
    return this.#rings.get(room);
  }

  /** The ring of a room that is looked at now. */
  watched(room: string, nowMs: number): Ring {
    const ring = this.#open(room);
    ring.watchedAtMs = nowMs;
    return ring;
  }

  /** The ring to write to, if this room has one or there is place for one more. */
  wanted(room: string): Ring | undefined {
    return !this.full ? this.#open(room) : this.#rings.get(room);
  }

  /** Forgets rooms that are gone, and, beyond the limit, what nobody has watched for a while. */
  prune(exists: (room: string) => boolean, nowMs: number): void {
    for (const [room, ring] of this.#rings) {
      const unwatched = nowMs - ring.watchedAtMs > keptAfterWatchMs;
      if (!exists(room) || (this.#rings.size > ringsMax && unwatched)) this.#rings.delete(room);
    }
  }

  #open(room: string): Ring {
    let ring = this.#rings.get(room);
    if (!ring) {
      ring = new Ring(room.startsWith("channel:") ? channelMetrics : flowMetrics);
      this.#rings.set(room, ring);
    }
    return ring;
  }
}
