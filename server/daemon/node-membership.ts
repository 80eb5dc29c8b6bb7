/** A node with a database is one of those that take over from one another. */
import { hostname } from "node:os";
import type { Broker } from "../broker/broker.ts";
import type { NsqdOptions } from "../cli/nsqd-options.ts";
import { Membership } from "../cluster/membership.ts";
import type { FailoverPort } from "../http/ports.ts";
import type { NodeStore } from "../store/ports.ts";
import type { NodeLog } from "./node-log.ts";

export interface NodeMembershipOptions {
  readonly options: NsqdOptions;
  readonly store: NodeStore;
  readonly broker: Broker;
  readonly log: NodeLog;
  /** Sets the broker's time. */
  now(): void;
}

/** null: without a database there is nobody to take over from. */
export function nodeMembership(given: NodeMembershipOptions): Membership | null {
  const { options, store, broker, log, now } = given;
  if (store.shared === null) return null;
  const membership = new Membership({
    ...{ postgres: store.shared, broker, store, now, log: log.log },
    node: { id: store.identity, hostname: hostname(), broadcastAddress: options["broadcast-address"] },
    ttlMs: options["lease-ttl"],
    clocks: { nowMs: () => performance.now(), wallMs: () => Date.now() },
  });
  store.lease = membership.lease;
  if (broker.progress !== null) store.keepProgress(broker.progress, now);
  store.onLogsLost = (logIds) => membership.giveUp(logIds);
  return membership;
}

/** As what is asked over HTTP sees it. */
export function failoverOf(membership: Membership): FailoverPort {
  return {
    test: () => membership.testFailover(),
    takeFrom: (nodeId) => membership.takeFrom(nodeId),
  };
}
