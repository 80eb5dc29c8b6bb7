/** A node with a database keeps for a day what jobs take out of it. */
import type { Broker } from "../broker/broker.ts";
import type { Membership } from "../cluster/membership.ts";
import { Removals } from "../cluster/removals.ts";
import type { NodeStore } from "../store/ports.ts";
import type { NodeLog } from "./node-log.ts";

export interface NodeRemovalsOptions {
  readonly store: NodeStore;
  readonly broker: Broker;
  readonly membership: Membership | null;
  readonly log: NodeLog;
  /** Sets the broker's time. */
  now(): void;
  isReady(): boolean;
  /** Resolves when what memory topics owe is kept. */
  saveCheckpoint(): Promise<void>;
}

/** null: without a database there is nothing to keep it in. */
export function nodeRemovals(given: NodeRemovalsOptions): Removals | null {
  const { store, broker, membership, log, now, isReady, saveCheckpoint } = given;
  if (store.shared === null || membership === null) return null;
  return new Removals({
    ...{ postgres: store.shared, broker, now, log: log.log, nodeId: store.identity, isReady },
    epoch: () => membership.lease.epoch,
    store: {
      mayKeepRemoved: (logId) => store.mayKeepRemoved(logId),
      hasRead: (logId, durable) => store.hasRead(logId, durable),
      recall: (logIds) => store.recall(logIds),
      progressWritten: () => store.progressWritten(),
      saveCheckpoint,
    },
  });
}
