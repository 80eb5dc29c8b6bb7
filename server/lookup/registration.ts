/** What a lookup knows: nodes, topics, channels, and who has what. Only the registry changes them. */
import type { PeerIdentity } from "../protocol/lookup.ts";
import type { LookupProducer } from "../protocol/lookup-http.ts";
import { NumberSet } from "./number-set.ts";

/** An instant: on a clock that never jumps, for what is over; and as people have it, to be shown. */
export interface Instant {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** A node, as long as its connection lasts. */
export class Producer {
  readonly number: number;
  /** `address:port` of its connection, by which NSQ knows it. */
  readonly id: string;
  readonly identity: PeerIdentity;
  /** As every answer shows it. */
  readonly json: string;
  readonly topics = new NumberSet();
  readonly channels = new NumberSet();
  /** Topics that it is hidden from, and since when. */
  readonly tombstones = new Map<Topic, Instant>();
  /** Its IDENTIFY or its last PING. */
  heard: Instant;

  constructor(number: number, id: string, identity: PeerIdentity, heard: Instant) {
    this.number = number;
    this.id = id;
    this.identity = identity;
    this.heard = heard;
    const shown: LookupProducer = {
      remote_address: id,
      hostname: identity.hostname,
      broadcast_address: identity.broadcastAddress,
      tcp_port: identity.tcpPort,
      http_port: identity.httpPort,
      version: identity.version,
      topology_zone: identity.topologyZone,
      topology_region: identity.topologyRegion,
    };
    this.json = JSON.stringify(shown);
  }

  get registrations(): number {
    return this.topics.size + this.channels.size;
  }
}

export class Topic {
  readonly number: number;
  readonly name: string;
  /** False: it has been dropped, and is here for channels that have not. */
  listed = true;
  readonly producers = new NumberSet();
  readonly channels = new Map<string, Channel>();

  constructor(number: number, name: string) {
    this.number = number;
    this.name = name;
  }
}

export class Channel {
  readonly number: number;
  readonly topic: Topic;
  readonly name: string;
  readonly producers = new NumberSet();

  constructor(number: number, topic: Topic, name: string) {
    this.number = number;
    this.topic = topic;
    this.name = name;
  }
}
