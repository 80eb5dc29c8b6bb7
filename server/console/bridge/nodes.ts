/** Which nodes browsers' consumers and producers are connected to, by what the collector knows of them. */
import { isIP } from "node:net";
import type { Collector } from "../collector/collector.ts";
import type { Subscription } from "../collector/subscription.ts";

export interface NodesPort {
  /** `host:port` for NSQ clients, of those that answer. */
  all(): readonly string[];
  /** Of those, the ones that have the topic. */
  having(topic: string): readonly string[];
}

export class CollectedNodes implements NodesPort {
  readonly #collector: Collector;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  all(): readonly string[] {
    return this.#addresses(() => true);
  }

  having(topic: string): readonly string[] {
    return this.#addresses(({ state }) => state.topics.has(topic));
  }

  #addresses(isWanted: (node: Subscription) => boolean): string[] {
    return this.#collector.nodes
      .filter((node) => node.fresh && isWanted(node))
      .map(tcpAddress)
      .filter((address) => address !== null);
  }
}

/** Its host is the one that was checked when its figures were read: a name may lead elsewhere by now (CD3). */
function tcpAddress({ peer, state }: Subscription): string | null {
  const port = state.node?.tcpPort;
  const host = peer.checkedHost;
  if (!port || host === null) return null;
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}
