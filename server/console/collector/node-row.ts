/** A node as a row: what it says of itself, and whether it still does. */
import type { NodeRow } from "../contract/index.ts";
import { nodeFlow } from "./join.ts";
import type { Subscription } from "./subscription.ts";

/** `lookups`: those that name it; null: it was found without any. */
export function nodeRow(node: Subscription, lookups: readonly string[] | null): NodeRow {
  const live = node.state.node;
  const heard = live !== null;
  return {
    key: node.key,
    state: node.fresh ? "up" : heard ? "silent" : "connecting",
    reason: node.fresh ? null : node.reason,
    lastHeardAtMs: node.heardAtWallMs,
    limits: node.limits,
    lookups,
    id: live?.id ?? null,
    hostname: live?.hostname ?? null,
    version: live?.version ?? null,
    broadcastAddress: live?.broadcastAddress ?? null,
    tcpPort: live?.tcpPort ?? null,
    httpPort: live?.httpPort ?? null,
    region: live?.region || null,
    zone: live?.zone || null,
    startedAtMs: live?.startedAtMs ?? null,
    health: live?.health ?? null,
    connections: live?.connections ?? null,
    producers: live?.producers ?? null,
    consumers: live?.consumers ?? null,
    rssBytes: live?.rssBytes ?? null,
    cpu: live?.cpu ?? null,
    loopLagP99Ms: live?.loopLagP99Ms ?? null,
    memBytes: live?.memBytes ?? null,
    memBytesMax: live?.memBytesMax ?? null,
    pressure: live?.pressure ?? null,
    clusterDifferences: live?.clusterDifferences ?? null,
    lease: live?.cluster?.lease ?? null,
    epoch: live?.cluster?.epoch ?? null,
    durableLogs: live?.cluster?.logs ?? null,
    store: live?.store ?? null,
    topicCount: heard ? node.state.topics.size : null,
    flow: nodeFlow(node, "smooth"),
  };
}
