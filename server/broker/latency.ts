/**
 * How long messages took from publish to FIN, over the last while: two histograms of half the window each,
 * as nsqd has it, so what is read is of the last half window at least and of a whole one at most.
 */
import type { Channel } from "./channel.ts";
import { frameTimeMs, frameWallMs } from "./frame.ts";
import { Histogram } from "./histogram.ts";
import type { Log } from "./log.ts";
import type { Topic } from "./topic.ts";
import type { Window } from "./window.ts";

export interface LatencyOptions {
  /** Each in (0, 1], in the order in which they are shown. None: nothing is followed. */
  readonly quantiles: readonly number[];
  readonly windowMs: number;
}

/** Of the last window; the same object until it is another. */
export interface LatencyFigures {
  readonly count: number;
  /** In the order of `LatencyOptions.quantiles`; 0 where nothing was finished. */
  readonly percentiles: readonly { readonly quantile: number; readonly ms: number }[];
}

export class Latency {
  /** Ever, not of the window. -0: doubles from the start, see `Channel`. */
  count = -0;
  sumMs = -0;
  readonly #quantiles: readonly number[];
  readonly #halfMs: number;
  #current = new Histogram();
  #previous = new Histogram();
  #turnsAtMs = Number.NEGATIVE_INFINITY;
  #figures: LatencyFigures | null = null;

  constructor({ quantiles, windowMs }: LatencyOptions) {
    this.#quantiles = quantiles;
    this.#halfMs = windowMs / 2;
  }

  /** @param nowMs monotonic */
  record(ms: number, nowMs: number): void {
    if (nowMs >= this.#turnsAtMs) this.#turn(nowMs);
    this.#current.record(ms);
    this.#figures = null;
    this.count++;
    this.sumMs += ms;
  }

  figures(nowMs: number): LatencyFigures {
    if (nowMs >= this.#turnsAtMs) this.#turn(nowMs);
    this.#figures ??= figuresOf(this.#histogram(), this.#quantiles);
    return this.#figures;
  }

  addTo(histogram: Histogram, nowMs: number): void {
    if (nowMs >= this.#turnsAtMs) this.#turn(nowMs);
    histogram.add(this.#current);
    histogram.add(this.#previous);
  }

  #histogram(): Histogram {
    if (this.#previous.count === 0) return this.#current;
    const both = new Histogram();
    both.add(this.#current);
    both.add(this.#previous);
    return both;
  }

  #turn(nowMs: number): void {
    const before = this.#current.count + this.#previous.count;
    const aged = this.#previous;
    this.#previous = this.#current;
    this.#current = aged;
    aged.clear();
    // Not looked at for so long that both are too old.
    if (nowMs >= this.#turnsAtMs + this.#halfMs) {
      this.#previous.clear();
      this.#turnsAtMs = nowMs + this.#halfMs;
    } else this.#turnsAtMs += this.#halfMs;
    if (this.#current.count + this.#previous.count !== before) this.#figures = null;
  }
}

/** null: latencies are not followed. */
export function channelLatency(channel: Channel): LatencyFigures | null {
  return channel.latency?.figures(channel.broker.time.nowMs) ?? null;
}

/** Of all its channels together; null: latencies are not followed, or there is no channel. */
export function topicLatency(topic: Topic): LatencyFigures | null {
  const { options, time } = topic.broker;
  if (topic.channels.size === 0) return null;
  const merged = new Histogram();
  for (const { latency } of topic.channels.values()) {
    if (latency === null) return null;
    latency.addTo(merged, time.nowMs);
  }
  return figuresOf(merged, options.latency?.quantiles ?? []);
}

/** A message held in a window is finished. */
export function noteFinished(channel: Channel, latency: Latency, window: Window, seq: number): void {
  const slab = window.slabAt(seq);
  if (slab !== undefined) note(channel, latency, frameWallMs(slab.view, slab.offsetOf(seq)));
  else noteUnloaded(channel, latency, window.log, seq);
}

/** The same of one held by itself. */
export function noteExceptionFinished(
  channel: Channel,
  latency: Latency,
  { frame, log, seq }: { readonly frame: Buffer | null; readonly log: Log; readonly seq: number },
): void {
  if (frame !== null) note(channel, latency, frameTimeMs(frame));
  else noteUnloaded(channel, latency, log, seq);
}

/** Its frame has left memory: the time of the slab it lay in stands for its own; unknown, it is left out. */
function noteUnloaded(channel: Channel, latency: Latency, log: Log, seq: number): void {
  const publishedMs = log.wallMsAt(seq);
  if (publishedMs !== null) note(channel, latency, publishedMs);
}

function note(channel: Channel, latency: Latency, publishedWallMs: number): void {
  const { nowMs, wallMs } = channel.broker.time;
  // The system's clock may have been set back meanwhile.
  latency.record(Math.max(0, wallMs - publishedWallMs), nowMs);
}

function figuresOf(histogram: Histogram, quantiles: readonly number[]): LatencyFigures {
  return {
    count: histogram.count,
    percentiles: quantiles.map((quantile) => ({
      quantile,
      ms: microseconds(histogram.quantileMs(quantile)),
    })),
  };
}

/** As exact as the clock, and short to write. */
function microseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
