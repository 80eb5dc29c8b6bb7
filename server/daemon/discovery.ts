/**
 * A node among others: what it tells the nsqlookupds of its topics, what operators tell all nodes of the
 * cluster, and what it learns from both for a new topic.
 */
import type { SharedPostgres } from "../../db/shared-postgres.ts";
import type { Broker } from "../broker/broker.ts";
import type { NsqdOptions } from "../cli/nsqd-options.ts";
import { ClusterTopology } from "../cluster/cluster-topology.ts";
import type { LookupState, NodeInfo } from "../http/ports.ts";
import { Announcer } from "../lookup/announcer.ts";
import { FirstChannels } from "../lookup/first-channels.ts";
import type { Policies } from "../store/ports.ts";
import type { NodeLog } from "./node-log.ts";

export interface DiscoveryOptions {
  readonly options: NsqdOptions;
  readonly broker: Broker;
  readonly log: NodeLog;
  /** null: the node has no cluster. */
  readonly shared: SharedPostgres | null;
  readonly policies: Policies;
  /** Sets the broker's time. */
  now(): void;
}

export class Discovery {
  readonly cluster: ClusterTopology | null;
  readonly #options: DiscoveryOptions;
  readonly #announcer: Announcer;
  readonly #firstChannels: FirstChannels;
  #addresses: readonly string[];
  readonly #loaded = Promise.withResolvers<void>();
  #watches = false;

  constructor(given: DiscoveryOptions) {
    const { options, broker, log, shared, policies, now } = given;
    const connectMsMax = options["http-client-connect-timeout"];
    const requestMsMax = options["http-client-request-timeout"];
    this.#options = given;
    this.#addresses = options["lookupd-tcp-address"];
    this.#announcer = new Announcer({
      ...{ topics: broker.topics, connectMsMax, requestMsMax },
      log: log.log,
    });
    const forget = this.#announcer.forget.bind(this.#announcer);
    this.cluster =
      shared &&
      new ClusterTopology({
        ...{ postgres: shared, loaded: this.#loaded.promise },
        ...{ broker, policies, now, forget, log: log.log },
      });
    this.#firstChannels = new FirstChannels({
      sources: this.cluster ? [this.#announcer, this.cluster] : [this.#announcer],
      ...{ waitMsMax: connectMsMax + requestMsMax, now, log: log.log },
    });
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  set addresses(addresses: readonly string[]) {
    this.#addresses = addresses;
    this.#announcer.setAddresses(addresses);
  }

  /** From here on new topics are new: what the node had before is loaded. */
  watch(): void {
    this.#watches = true;
    this.cluster?.start();
    this.#announcer.setAddresses(this.#addresses);
  }

  /** The node has what its store owed it. */
  loaded(): void {
    this.#loaded.resolve();
  }

  /** The node listens. Ports are below 1 where there are none. */
  start({ broadcastAddress, hostname, version, tcpPort, httpPort }: NodeInfo): void {
    const { options } = this.#options;
    this.#announcer.start({
      ...{ broadcastAddress, hostname, version },
      tcpPort: Math.max(0, tcpPort),
      httpPort: Math.max(0, httpPort),
      topologyZone: options["topology-zone"],
      topologyRegion: options["topology-region"],
    });
  }

  topicCreated(name: string): void {
    if (this.#watches) this.#firstChannels.topicCreated(this.#options.broker.topics.get(name)!);
    this.#announcer.changed(name, null);
  }

  /** Of a topic when `channel` is null. */
  changed(topic: string, channel: string | null): void {
    this.#announcer.changed(topic, channel);
  }

  *lookupStates(): Generator<LookupState> {
    for (const { state } of this.#announcer.status()) yield state.state;
  }

  close(): void {
    this.cluster?.close();
    this.#announcer.close();
  }
}
