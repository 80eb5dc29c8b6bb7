/** A connection under the names `/stats` has for it. */
import type { ConnectionStats } from "../protocol/connection.ts";

/** Topics shown of one producer: a client that publishes to thousands does not make `/stats` unreadable. */
const pubCountsMax = 100;

interface PubCount {
  readonly topic: string;
  readonly count: number;
}

/** What it published, to one topic or (name "") to all. */
export function pubCounts(connection: ConnectionStats, topicName: string): PubCount[] {
  if (topicName !== "") {
    const count = connection.pubCounts.get(topicName);
    return count === undefined ? [] : [{ topic: topicName, count }];
  }
  const counts: PubCount[] = [];
  for (const [topic, count] of connection.pubCounts) {
    if (counts.push({ topic, count }) === pubCountsMax) break;
  }
  return counts;
}

export function clientFigures(connection: ConnectionStats, counts: readonly PubCount[]) {
  const { subscription, tls, auth } = connection;
  return {
    client_id: connection.clientId,
    hostname: connection.hostname,
    version: "V2",
    remote_address: connection.remoteAddress,
    state: connection.state,
    ready_count: subscription?.rdy ?? 0,
    in_flight_count: subscription?.inFlight ?? 0,
    message_count: subscription?.messageCount ?? 0,
    finish_count: subscription?.finishCount ?? 0,
    requeue_count: subscription?.requeueCount ?? 0,
    connect_ts: Math.floor(connection.connectedAtMs / 1_000),
    sample_rate: connection.sampleRate,
    deflate: connection.deflate,
    snappy: connection.snappy,
    user_agent: connection.userAgent,
    ...(auth && { authed: true }),
    ...(auth?.identity && { auth_identity: auth.identity }),
    ...(auth?.identityUrl && { auth_identity_url: auth.identityUrl }),
    topology_zone: connection.topologyZone,
    topology_region: connection.topologyRegion,
    ...(counts.length > 0 && { pub_counts: counts }),
    tls: tls !== null,
    tls_cipher_suite: tls?.cipherSuite ?? "",
    tls_version: tls?.version ?? "",
    tls_negotiated_protocol: tls?.protocol ?? "",
    tls_negotiated_protocol_is_mutual: tls !== null,
  };
}
