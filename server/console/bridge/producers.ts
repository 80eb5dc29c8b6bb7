/** Publishes of all browsers, over one connection to each node. */

import type { Answer } from "../../../client/browser/protocol.ts";
import {
  type ClientError,
  type ConnectionOptions,
  OptionError,
  Producer,
  PublishError,
} from "../../../client/node/index.ts";
import type { NodesPort } from "./nodes.ts";

export interface Publishing {
  readonly topic: string;
  readonly bodies: readonly Uint8Array[];
  readonly deferMs: number | undefined;
}

/** Bodies of all browsers that no node has acknowledged; a publish beyond it is refused. */
const pendingBytesMax = 64 * 1024 * 1024;
const publishTimeoutMs = 10_000;

export class Producers {
  readonly #nodes: NodesPort;
  readonly #clients: Partial<ConnectionOptions>;
  readonly #producers = new Map<string, Producer>();
  readonly #warn: (message: string) => void;
  #turn = 0;

  constructor(nodes: NodesPort, clients: Partial<ConnectionOptions>, warn: (message: string) => void) {
    this.#nodes = nodes;
    this.#clients = clients;
    this.#warn = warn;
  }

  /** Settles with the node's own word: of a durable topic after the commit. */
  async publish({ topic, bodies, deferMs }: Publishing): Promise<Answer> {
    const producer = this.#next();
    if (producer === null) return { ok: false, code: "unavailable", message: "No node answers now." };
    try {
      const [body] = bodies;
      if (deferMs !== undefined) await producer.publishDeferred(topic, body!, deferMs);
      else if (bodies.length === 1) await producer.publish(topic, body!);
      else await producer.publishMany(topic, bodies);
      return { ok: true };
    } catch (error) {
      if (!(error instanceof PublishError)) throw error;
      const { code, outcome } = error;
      if (outcome === "unknown") return { ok: false, code: "unknown", message: error.message };
      if (code === "E_BAD_MESSAGE" || code === "E_INVALID" || outcome === "refused")
        return { ok: false, code: "refused", message: error.message };
      return { ok: false, code: "unavailable", message: error.message };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#producers.values()].map((producer) => producer.close()));
    this.#producers.clear();
  }

  /** In turn, of those that can take something now. */
  #next(): Producer | null {
    const addresses = this.#nodes.all();
    this.#forget(addresses);
    for (const _ of addresses) {
      const producer = this.#at(addresses[this.#turn++ % addresses.length]!);
      if (producer?.isConnected) return producer;
    }
    // None is connected yet: what is published waits for the connection.
    return addresses.length === 0 ? null : this.#at(addresses[this.#turn % addresses.length]!);
  }

  #at(nsqdTcpAddress: string): Producer | null {
    const known = this.#producers.get(nsqdTcpAddress);
    if (known) return known;
    try {
      const producer = new Producer({
        ...this.#clients,
        nsqdTcpAddress,
        clientId: "weir-browsers",
        userAgent: "weir-browser/1",
        maxPendingBytes: pendingBytesMax,
        publishTimeoutMs,
      });
      producer.on("fault", (error: ClientError) =>
        this.#warn(`publishing to ${nsqdTcpAddress}: ${error.message}`),
      );
      this.#producers.set(nsqdTcpAddress, producer);
      return producer;
    } catch (error) {
      if (error instanceof OptionError) return null;
      throw error;
    }
  }

  #forget(addresses: readonly string[]): void {
    for (const [address, producer] of this.#producers) {
      if (addresses.includes(address)) continue;
      this.#producers.delete(address);
      void producer.close();
    }
  }
}
