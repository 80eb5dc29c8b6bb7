/** A node's own metrics: sums over all it has, whether or not its topics are told of one by one. */
import type { Broker, Pressure } from "../broker/broker.ts";
import { Totals } from "../broker/totals.ts";
import {
  countedBy,
  counter,
  type Family,
  type Figure,
  figuresOf,
  gauge,
  metric,
} from "../metrics/exposition.ts";
import type { LiveStore } from "../protocol/live.ts";
import { clusterDifferences } from "./cluster.ts";
import type { ConnectionCounts } from "./live-model.ts";
import type { Chosen } from "./metrics-of-topics.ts";
import type { HttpPorts, LookupState } from "./ports.ts";

/** Added up at once, so that nothing is missed or counted twice: some 3 ms for ten thousand topics with two channels each. */
class Sums extends Totals {
  topics = 0;
  channels = 0;
  waiting = 0;
  stored = 0;
  inFlight = 0;
  deferred = 0;

  constructor({ topics, gone }: Broker) {
    super();
    this.add(gone);
    for (const topic of topics.values()) {
      this.topics++;
      this.addTopic(topic);
      this.waiting += topic.depth;
      this.stored += topic.storedDepth;
      for (const channel of topic.channels.values()) {
        this.channels++;
        this.addChannel(channel);
        this.waiting += channel.depth;
        this.stored += channel.storedDepth;
        this.inFlight += channel.inFlightCount;
        this.deferred += channel.deferredCount;
      }
    }
  }
}

interface Source {
  readonly ports: HttpPorts;
  readonly broker: Broker;
  readonly store: LiveStore;
  readonly sums: Sums;
  readonly connections: ConnectionCounts;
  readonly chosen: Chosen;
}

const table: readonly Figure<Source>[] = [
  gauge("weir_healthy", "1 while /ping answers OK, else 0.", ({ ports }) => Number(ports.health() === "OK")),
  gauge("weir_topics", "Topics on this node.", ({ sums }) => sums.topics),
  gauge("weir_channels", "Channels on this node.", ({ sums }) => sums.channels),
  gauge(
    "weir_topics_without_metrics",
    "Topics and channels without series of their own here, see --metrics-per-topic.",
    ({ sums, chosen }) => chosen.leftOut(sums.topics + sums.channels),
  ),
  gauge("weir_connections", "TCP connections.", ({ connections }) => connections.connections),
  gauge("weir_producers", "TCP connections that have published.", ({ connections }) => connections.producers),
  gauge(
    "weir_consumers",
    "TCP connections that are subscribed to a channel.",
    ({ connections }) => connections.consumers,
  ),

  counter(
    "weir_messages_published_total",
    "Messages published, over TCP and HTTP, also to what is deleted by now.",
    ({ sums }) => sums.messageCount,
  ),
  counter("weir_published_bytes_total", "Bytes of their bodies.", ({ sums }) => sums.messageBytes),
  counter(
    "weir_messages_delivered_total",
    "Messages handed to consumers, each channel and each attempt counted.",
    ({ sums }) => sums.deliverCount,
  ),
  counter("weir_messages_finished_total", "FINs that were accepted.", ({ sums }) => sums.finishCount),
  counter("weir_messages_requeued_total", "REQs that were accepted.", ({ sums }) => sums.requeueCount),
  counter(
    "weir_messages_timed_out_total",
    "Deliveries that no consumer answered in time.",
    ({ sums }) => sums.timeoutCount,
  ),
  counter(
    "weir_messages_lost_total",
    "Messages that should have been in the store and were not, each channel counted.",
    ({ sums }) => sums.lostCount,
  ),

  gauge(
    "weir_messages_waiting",
    "Messages that wait in topics and channels, each channel counted.",
    ({ sums }) => sums.waiting,
  ),
  gauge("weir_messages_stored", "Of those that wait, how many are out of memory.", ({ sums }) => sums.stored),
  gauge("weir_messages_in_flight", "Messages that consumers hold.", ({ sums }) => sums.inFlight),
  gauge("weir_messages_deferred", "Messages that wait for their time.", ({ sums }) => sums.deferred),
  gauge("weir_message_memory_bytes", "Memory that messages take.", ({ broker }) => broker.memoryBytes),
  gauge(
    "weir_message_memory_limit_bytes",
    "Memory that messages may take, --mem-bytes.",
    ({ broker }) => broker.options.memBytes,
  ),

  gauge("weir_store_up", "1 while the store answers, else 0.", ({ store }) => Number(store.state === "up")),
  gauge(
    "weir_store_writing_bytes",
    "Bytes of messages on their way to the store.",
    ({ store }) => store.writingBytes,
  ),
  gauge(
    "weir_store_commit_p50_seconds",
    "Median time of a commit over the last minute; missing where there was none.",
    ({ store }) => seconds(store.commitP50Ms),
  ),
  gauge(
    "weir_store_commit_p99_seconds",
    "99th percentile of the time of a commit over the last minute; missing where there was none.",
    ({ store }) => seconds(store.commitP99Ms),
  ),
  counter(
    "weir_audit_events_total",
    "Events of messages that were stored.",
    ({ store }) => store.auditEvents,
  ),
  counter(
    "weir_audit_lost_events_total",
    "Events of messages for which there was no room.",
    ({ store }) => store.auditGaps,
  ),
  gauge("weir_audit_lag_seconds", "Age of the oldest event that is not stored yet.", ({ store }) =>
    seconds(store.auditLagMs),
  ),

  gauge(
    "weir_cluster_version",
    "The last act on all nodes of the cluster that this one has carried out; missing without a database.",
    ({ ports }) => ports.cluster?.topology().version ?? null,
  ),
  gauge(
    "weir_cluster_differences",
    "Topics and channels declared for the cluster that this node lacks, or has paused where they are not or the other way round; missing without a database.",
    ({ ports }) => ports.cluster && clusterDifferences(ports.cluster),
  ),
];

const pressure = {
  name: "weir_pressure",
  type: "gauge",
  help: "1 for what a producer meets now: none, hold (it is read later) or refuse; 0 for the others.",
} as const;
const pressures: readonly Pressure[] = ["none", "hold", "refuse"];

const lookups = {
  name: "weir_lookups",
  type: "gauge",
  help: "nsqlookupds that this node is to tell of itself, by state: up, connecting or down; missing where there are none.",
} as const;
const lookupStates: readonly LookupState[] = ["up", "connecting", "down"];

export const nodeFamilies: readonly Family[] = [...table, pressure, lookups];

export function* nodeMetrics(
  ports: HttpPorts,
  connections: ConnectionCounts,
  chosen: Chosen,
): Iterable<string> {
  const { broker } = ports;
  const sums = new Sums(broker);
  yield* figuresOf(table, { ports, broker, store: ports.store(), sums, connections, chosen });
  yield* metric(pressure, countedBy("state", pressures, [broker.pressure]));
  const found = [...ports.lookupStates()];
  if (found.length > 0) yield* metric(lookups, countedBy("state", lookupStates, found));
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}
