/** `GET /metrics`: the lookup for Prometheus. Sums alone: who has which topic is what `/lookup` says. */
import { writeStream } from "../http-api/stream.ts";
import { type Family, type Figure, figuresOf, gauge, metricsContentType } from "../metrics/exposition.ts";
import { processMetrics } from "../metrics/process-metrics.ts";
import type { Call, Handler } from "./lookupd-call.ts";
import type { Registry } from "./registry.ts";

class Sums {
  topics = 0;
  channels = 0;
  tombstones = 0;
  registrations = 0;
  readonly nodes: number;
  readonly activeNodes: number;

  constructor(registry: Registry) {
    for (const topic of registry.topics.values()) {
      if (topic.listed) this.topics++;
      this.channels += topic.channels.size;
    }
    for (const producer of registry.producers) {
      this.registrations += producer.registrations;
      for (const topic of producer.tombstones.keys())
        if (registry.isTombstoned(topic, producer)) this.tombstones++;
    }
    this.nodes = registry.producers.size;
    this.activeNodes = [...registry.activeOf(registry.producers)].length;
  }
}

const table: readonly Figure<Sums>[] = [
  gauge(
    "weir_lookup_topics",
    "Topics that are listed, whether or not a node has them.",
    ({ topics }) => topics,
  ),
  gauge(
    "weir_lookup_channels",
    "Channels that are listed, whether or not a node has them.",
    ({ channels }) => channels,
  ),
  gauge("weir_lookup_nodes", "Nodes that are connected.", ({ nodes }) => nodes),
  gauge(
    "weir_lookup_active_nodes",
    "Nodes that were heard within --inactive-producer-timeout.",
    ({ activeNodes }) => activeNodes,
  ),
  gauge(
    "weir_lookup_registrations",
    "Topics and channels that nodes have, each node counted.",
    ({ registrations }) => registrations,
  ),
  gauge(
    "weir_lookup_tombstones",
    "Topics that a tombstone hides on a node now, each node counted.",
    ({ tombstones }) => tombstones,
  ),
];

export const lookupFamilies: readonly Family[] = table;

export const metrics: Handler = (call) => writeStream(call, metricsContentType, pieces(call));

function* pieces({ ports, process }: Call): Iterable<string> {
  yield* processMetrics({ role: "nsqlookupd", version: ports.identity().version }, process);
  yield* figuresOf(table, new Sums(ports.registry));
}
