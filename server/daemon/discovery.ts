/** A node among others: what it tells the nsqlookupds of its topics, and what it learns for a new one. */
import type { Broker } from "../broker/broker.ts";
import type { NsqdOptions } from "../cli/nsqd-options.ts";
import type { NodeInfo } from "../http/ports.ts";
import { Announcer } from "../lookup/announcer.ts";
import { FirstChannels } from "../lookup/first-channels.ts";
import type { NodeLog } from "./node-log.ts";

export interface DiscoveryOptions {
  readonly options: NsqdOptions;
  readonly broker: Broker;
  readonly log: NodeLog;
  /** Sets the broker's time. */
  now(): void;
}

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #announcer: Announcer;
  readonly #firstChannels: FirstChannels;
  #addresses: readonly string[];

  constructor(given: DiscoveryOptions) {
    const { options, broker, log, now } = given;
    const connectMsMax = options["http-client-connect-timeout"];
    const requestMsMax = options["http-client-request-timeout"];
    this.#options = given;
    this.#addresses = options["lookupd-tcp-address"];
    this.#announcer = new Announcer({
      ...{ topics: broker.topics, connectMsMax, requestMsMax },
      log: log.log,
    });
    this.#firstChannels = new FirstChannels({
      ...{ sources: [this.#announcer], waitMsMax: connectMsMax + requestMsMax },
      ...{ now, log: log.log },
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
    this.#announcer.setAddresses(this.#addresses);
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
    this.#firstChannels.topicCreated(this.#options.broker.topics.get(name)!);
    this.#announcer.changed(name, null);
  }

  /** Of a topic when `channel` is null. */
  changed(topic: string, channel: string | null): void {
    this.#announcer.changed(topic, channel);
  }

  close(): void {
    this.#announcer.close();
  }
}
