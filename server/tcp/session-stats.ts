/** A session as `/stats` and the live view show it. */
import type { ConnectionStats } from "../protocol/connection.ts";
import type { Session } from "./session.ts";
import type { State } from "./verdicts.ts";

/** As `/stats` numbers them. */
const stateNumbers: Record<State, number> = { init: 0, subscribed: 3, closing: 4 };

export function sessionStats(session: Session): ConnectionStats {
  const { clientId, hostname, userAgent, sampleRate, topologyZone, topologyRegion } = session.settings;
  return {
    number: session.number,
    clientId,
    hostname,
    userAgent,
    remoteAddress: session.remoteAddress,
    state: stateNumbers[session.state],
    connectedAtMs: session.connectedAtMs,
    sampleRate,
    deflate: session.wire.compression === "deflate",
    snappy: session.wire.compression === "snappy",
    topologyZone,
    topologyRegion,
    tls: session.wire.tls,
    auth: session.auth,
    subscription: session.subscription,
    pubCounts: session.published.byTopic(),
    publishedTo: (topic) => session.published.to(topic),
  };
}
