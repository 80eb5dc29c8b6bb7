import type { BrowserConnection } from "../contract/index.ts";
import type { Connection } from "./connection.ts";

/** A connection as operators see it. */
export function viewOfConnection(connection: Connection): BrowserConnection {
  const { id, token, whence, connectedAtMs, subscribedTo, tailing, flow, holding, published, finishedAtMs } =
    connection;
  return {
    ...{
      id,
      user: token.by.user,
      tokenId: token.id,
      expiresAtMs: token.expiresAtMs,
      ...whence,
      connectedAtMs,
    },
    ...{ topic: subscribedTo?.topic ?? tailing.topic, channel: subscribedTo?.channel ?? null },
    ...{ rdyAsked: flow.asked, rdy: flow.granted, throttledTo: flow.throttledTo, isSlow: flow.isSlow },
    ...{ inFlight: holding?.inFlight ?? 0, published, finishedAtMs },
    ...(holding?.counts ?? { delivered: 0, finished: 0, requeued: 0, lost: 0 }),
  };
}
