/** What a push says, a line a figure, under nsqd's keys. Counters are what has come since the push before. */
import { Channel } from "../broker/channel.ts";
import { channelLatency, type LatencyFigures, topicLatency } from "../broker/latency.ts";
import type { Topic } from "../broker/topic.ts";
import type { MemoryFigures } from "../metrics/process-figures.ts";

type Counter = "message_count" | "message_bytes" | "requeue_count" | "timeout_count";

export class StatsdLines {
  readonly #prefix: string;
  /** By what counts, not by its name: what is deleted and made again counts from nothing, and never backwards. */
  readonly #told = new WeakMap<Topic | Channel, Record<Counter, number>>();
  #collections = 0;

  /** @param prefix in front of every key, its dot included */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  *of(place: Topic | Channel): Iterable<string> {
    if (place instanceof Channel) yield* this.#channel(place);
    else yield* this.#topic(place);
  }

  *memory(figures: MemoryFigures): Iterable<string> {
    const { gc_total_runs: collections, ...gauges } = figures;
    const base = `${this.#prefix}mem.`;
    for (const [name, value] of Object.entries(gauges)) yield gauge(base, name, value);
    yield `${base}gc_runs:${collections - this.#collections}|c\n`;
    this.#collections = collections;
  }

  *#topic(topic: Topic): Iterable<string> {
    const base = `${this.#prefix}topic.${topic.name}.`;
    yield this.#counter(topic, base, "message_count", topic.messageCount);
    yield this.#counter(topic, base, "message_bytes", topic.messageBytes);
    yield gauge(base, "depth", topic.depth);
    yield gauge(base, "backend_depth", topic.backendDepth);
    yield* latencies(base, topicLatency(topic));
  }

  *#channel(channel: Channel): Iterable<string> {
    const base = `${this.#prefix}topic.${channel.topicName}.channel.${channel.name}.`;
    yield this.#counter(channel, base, "message_count", channel.messageCount);
    yield gauge(base, "depth", channel.depth);
    yield gauge(base, "backend_depth", channel.backendDepth);
    yield gauge(base, "in_flight_count", channel.inFlightCount);
    yield gauge(base, "deferred_count", channel.deferredCount);
    yield this.#counter(channel, base, "requeue_count", channel.requeueCount);
    yield this.#counter(channel, base, "timeout_count", channel.timeoutCount);
    yield gauge(base, "clients", channel.subscriptions.length);
    yield* latencies(base, channelLatency(channel));
  }

  #counter(place: Topic | Channel, base: string, name: Counter, value: number): string {
    let told = this.#told.get(place);
    if (told === undefined) {
      told = { message_count: 0, message_bytes: 0, requeue_count: 0, timeout_count: 0 };
      this.#told.set(place, told);
    }
    const line = `${base}${name}:${value - told[name]}|c\n`;
    told[name] = value;
    return line;
  }
}

function gauge(base: string, name: string, value: number): string {
  return `${base}${name}:${value}|g\n`;
}

/** In nanoseconds. 0.999 and 1 share a key, as they do in nsqd. */
function* latencies(base: string, figures: LatencyFigures | null): Iterable<string> {
  for (const { quantile, ms } of figures?.percentiles ?? []) {
    yield gauge(base, `e2e_processing_latency_${(quantile * 100).toFixed(0)}`, Math.round(ms * 1e6));
  }
}

/** nsqd's: `%s` is the node's address with `_` for dots and colons; a dot at the end. Empty stays empty. */
export function statsdPrefix(prefix: string, address: string, httpPort: number): string {
  if (prefix === "") return "";
  const host = address.includes(":") ? `[${address}]` : address;
  const named = prefix.replaceAll("%s", `${host}:${httpPort}`.replace(/[.:]/g, "_"));
  return named.endsWith(".") ? named : `${named}.`;
}
