/** A consumer and its connection, as the TCP side would have them. */
import type { ClientIdentity, Consumer } from "../broker/ports.ts";
import type { Subscription } from "../broker/subscription.ts";
import type { ConnectionStats } from "../protocol/connection.ts";
import type { TestServer } from "./http-server.ts";

export interface Held {
  readonly logId: number;
  readonly seq: number;
  readonly attempts: number;
}

export class TestConsumer implements Consumer {
  readonly identity: ClientIdentity;
  /** What it was handed and has not been taken from here. */
  readonly held: Held[] = [];
  closed = false;
  subscription: Subscription | null = null;
  readonly pubCounts = new Map<string, number>();
  lastPublishAtMs = 0;

  constructor(server: TestServer) {
    const number = server.nextClientNumber();
    this.identity = {
      number,
      clientId: `client-${number}`,
      hostname: "client.example.com",
      remoteAddress: "10.0.0.7:40123",
    };
    server.connections.push(this.#connection());
  }

  subscribe(server: TestServer, topic: string, channel: string, rdy = 1): Subscription {
    const subscription = server.broker
      .ensureTopic(topic)
      .ensureChannel(channel)
      .subscribe(this, { msgTimeoutMs: 60_000, sampleRate: 0 });
    this.subscription = subscription;
    subscription.ready(rdy);
    return subscription;
  }

  write(frames: Uint8Array): boolean {
    const bytes = Buffer.from(frames);
    for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32BE(at)) {
      const id = bytes.toString("latin1", at + 18, at + 34);
      const [logId, seq] = [id.slice(0, 8), id.slice(8)].map((hex) => Number.parseInt(hex, 16));
      this.held.push({ logId: logId!, seq: seq!, attempts: bytes.readUInt16BE(at + 16) });
    }
    return true;
  }

  close(): void {
    this.closed = true;
  }

  #connection(): ConnectionStats {
    const consumer = this;
    const { number, clientId, hostname, remoteAddress } = this.identity;
    return {
      number,
      clientId,
      hostname,
      remoteAddress,
      userAgent: "test/1.0",
      state: 3,
      connectedAtMs: Date.now(),
      sampleRate: 0,
      deflate: false,
      snappy: false,
      topologyZone: "",
      topologyRegion: "",
      tls: null,
      auth: null,
      get subscription() {
        return consumer.subscription;
      },
      pubCounts: this.pubCounts,
      publishedTo(topic) {
        const count = consumer.pubCounts.get(topic);
        return count === undefined ? null : { count, lastAtMs: consumer.lastPublishAtMs };
      },
    };
  }
}
