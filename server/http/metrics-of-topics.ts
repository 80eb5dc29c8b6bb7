/** Metrics of topics and channels one by one, of as many as `--metrics-per-topic` wants (ME2). */
import type { Broker } from "../broker/broker.ts";
import { Channel } from "../broker/channel.ts";
import { channelLatency } from "../broker/latency.ts";
import { Topic } from "../broker/topic.ts";
import {
  counter,
  type Family,
  type Figure,
  figuresOfEach,
  gauge,
  labels,
  metric,
  type Sample,
} from "../metrics/exposition.ts";
import type { HttpOptions } from "./ports.ts";

/** Topics and channels together: with all that is told of each, some 25,000 series. */
const placesMax = 2_000;

/** Which topics and channels have series of their own. Walked anew for every family: a scrape that waits for its reader keeps no list. */
export class Chosen {
  readonly #broker: Broker;
  readonly #perTopic: HttpOptions["metrics-per-topic"];

  constructor(broker: Broker, perTopic: HttpOptions["metrics-per-topic"]) {
    this.#broker = broker;
    this.#perTopic = perTopic;
  }

  /** Of so many topics and channels, how many have none. */
  leftOut(places: number): number {
    if (this.#perTopic === "on") return 0;
    let left = places;
    for (const _ of this.#places()) left--;
    return left;
  }

  *topics(): Iterable<Topic> {
    for (const place of this.#places()) if (place instanceof Topic) yield place;
  }

  *channels(): Iterable<Channel> {
    for (const place of this.#places()) if (place instanceof Channel) yield place;
  }

  /**
   * `auto`: the oldest ones, so that nobody who makes many makes others' series end. What is ephemeral has a
   * new name every time, which a store of time series bears badly: it is in the sums alone.
   */
  *#places(): Iterable<Topic | Channel> {
    if (this.#perTopic === "off") return;
    const all = this.#perTopic === "on";
    let left = all ? Number.POSITIVE_INFINITY : placesMax;
    for (const topic of this.#broker.topics.values()) {
      if (!all && topic.ephemeral) continue;
      if (left-- === 0) return;
      yield topic;
      for (const channel of topic.channels.values()) {
        if (!all && channel.ephemeral) continue;
        if (left-- === 0) return;
        yield channel;
      }
    }
  }
}

const ofTopic: readonly Figure<Topic>[] = [
  counter(
    "weir_topic_messages_published_total",
    "Messages published to the topic.",
    (topic) => topic.messageCount,
  ),
  counter("weir_topic_published_bytes_total", "Bytes of their bodies.", (topic) => topic.messageBytes),
  gauge(
    "weir_topic_messages_waiting",
    "Messages that have not left the topic: it has no channel, or is paused.",
    (topic) => topic.depth,
  ),
  gauge("weir_topic_paused", "1 while the topic is paused, else 0.", (topic) => Number(topic.paused)),
];

const ofChannel: readonly Figure<Channel>[] = [
  counter(
    "weir_channel_messages_entered_total",
    "Messages that entered the channel.",
    (channel) => channel.messageCount,
  ),
  counter(
    "weir_channel_messages_delivered_total",
    "Messages handed to consumers, each attempt counted.",
    (channel) => channel.deliverCount,
  ),
  counter(
    "weir_channel_messages_finished_total",
    "FINs that were accepted.",
    (channel) => channel.finishCount,
  ),
  counter(
    "weir_channel_messages_requeued_total",
    "REQs that were accepted.",
    (channel) => channel.requeueCount,
  ),
  counter(
    "weir_channel_messages_timed_out_total",
    "Deliveries that no consumer answered in time.",
    (channel) => channel.timeoutCount,
  ),
  gauge("weir_channel_messages_waiting", "Messages that wait to be handed out.", (channel) => channel.depth),
  gauge(
    "weir_channel_messages_stored",
    "Of those that wait, how many are out of memory.",
    (channel) => channel.storedDepth,
  ),
  gauge(
    "weir_channel_messages_in_flight",
    "Messages that consumers hold.",
    (channel) => channel.inFlightCount,
  ),
  gauge(
    "weir_channel_messages_deferred",
    "Messages that wait for their time.",
    (channel) => channel.deferredCount,
  ),
  gauge(
    "weir_channel_oldest_message_age_seconds",
    "Age of the oldest message that waits or is held; missing where there is none.",
    ({ oldestWallMs, broker }) =>
      oldestWallMs === null ? null : Math.max(0, broker.time.wallMs - oldestWallMs) / 1_000,
  ),
  gauge(
    "weir_channel_consumers",
    "Connections that are subscribed to the channel.",
    (channel) => channel.subscriptions.length,
  ),
  gauge("weir_channel_paused", "1 while the channel is paused, else 0.", (channel) => Number(channel.paused)),
];

const latencyFamily = {
  name: "weir_channel_latency_seconds",
  type: "summary",
  help: "Time from publish to FIN, quantiles of the last --e2e-processing-latency-window-time; missing without --e2e-processing-latency-percentile.",
} as const;

export const topicFamilies: readonly Family[] = ofTopic;
export const channelFamilies: readonly Family[] = [...ofChannel, latencyFamily];

export function* topicMetrics(chosen: Chosen): Iterable<string> {
  yield* figuresOfEach(
    ofTopic,
    () => chosen.topics(),
    ({ name }) => labels({ topic: name }),
  );
  yield* figuresOfEach(
    ofChannel,
    () => chosen.channels(),
    (channel) => labels(namesOf(channel)),
  );
  yield* metric(latencyFamily, latencySamples(chosen.channels()));
}

function* latencySamples(channels: Iterable<Channel>): Iterable<Sample> {
  for (const channel of channels) {
    const { latency } = channel;
    const figures = channelLatency(channel);
    if (latency === null || figures === null) continue;
    const names = namesOf(channel);
    // A quantile asked for twice would be a series there twice, and the whole answer refused.
    const quantiles = new Map(figures.percentiles.map(({ quantile, ms }) => [quantile, ms]));
    for (const [quantile, ms] of quantiles) {
      yield [labels({ ...names, quantile: String(quantile) }), ms / 1_000];
    }
    yield [`_sum${labels(names)}`, latency.sumMs / 1_000];
    yield [`_count${labels(names)}`, latency.count];
  }
}

function namesOf({ topicName, name }: Channel) {
  return { topic: topicName, channel: name };
}
