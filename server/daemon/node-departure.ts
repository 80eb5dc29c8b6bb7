/** How a node ends: keeping what it has where it finds it again, or handing it over to the others. */
import type { Broker } from "../broker/broker.ts";
import { storeUnfinished, takeCheckpoint } from "../broker/departure.ts";
import { owedInAll, topicWithDeferred, turnDurable } from "../broker/handing-over.ts";
import { Drain } from "../cluster/drain.ts";
import type { Membership } from "../cluster/membership.ts";
import type { NodeStore } from "../store/ports.ts";
import type { Discovery } from "./discovery.ts";
import type { NodeLog } from "./node-log.ts";

/** Time for audit and metadata to be written at the end; messages are given all the time they need. */
const closeWithinMs = 10_000;

export interface DepartingNode {
  readonly broker: Broker;
  readonly store: NodeStore;
  readonly discovery: Pick<Discovery, "close">;
  readonly membership: Membership | null;
  readonly log: NodeLog;
  /** Sets the broker's time. */
  now(): void;
  /** Whether the broker has what the store owed it. */
  isRestored(): boolean;
  /** Nothing happens by itself any more. */
  stopTimers(): void;
  closeClients(): Promise<void>;
  closeHttp(): Promise<void>;
}

export class NodeDeparture {
  /** null: a node without a database has nobody to hand over to. */
  readonly drain: Drain | null;
  isUnderWay = false;
  readonly #node: DepartingNode;
  /** Everything that only memory had has been given to the store. */
  #isStored = false;
  #isHandingOver = false;
  #turnBack = () => {};

  constructor(node: DepartingNode) {
    this.#node = node;
    this.drain = node.membership && this.#drain(node.membership);
  }

  /** Ends the process with everything kept. A node that hands over what it has ends when that is done. */
  async stop(): Promise<void> {
    if (this.isUnderWay) return;
    this.isUnderWay = true;
    const { broker, discovery, membership, stopTimers, closeClients, closeHttp, now } = this.#node;
    now();
    broker.exiting = true;
    discovery.close();
    membership?.leave();
    stopTimers();
    await Promise.all([closeClients(), closeHttp()]);
    this.#storeUnfinished();
    await this.#end(true);
  }

  #drain(membership: Membership): Drain {
    const { broker, store, discovery, log, now, isRestored, closeClients } = this.#node;
    return new Drain({
      refusal: () => {
        if (!isRestored()) return "the node has not read yet what it owes";
        if (store.durableRefusal !== null) return store.durableRefusal;
        const topic = topicWithDeferred(broker);
        if (topic === null) return membership.drainRefusal;
        return `topic ${topic} has deferred publishes that wait for a channel, which are not handed over`;
      },
      begin: () => {
        broker.exiting = true;
        broker.leaving = true;
        // Whoever looks for the topics from now on finds them elsewhere.
        discovery.close();
        membership.leave();
      },
      held: () => {
        let held = 0;
        for (const { channels } of broker.topics.values())
          for (const channel of channels.values()) held += channel.inFlightCount;
        return held;
      },
      owed: () => owedInAll(broker),
      closeClients,
      store: async (deadlineMs) => {
        if (this.isUnderWay) return "the node was asked to stop";
        // From here on it is not stopped in another way: half of it may be others' already.
        this.isUnderWay = true;
        this.#isHandingOver = true;
        this.#node.stopTimers();
        this.#storeUnfinished();
        return store.handOver(deadlineMs, async () => {
          // From here on an epoch that is over must not take along what only this node has.
          await membership.close();
          now();
          this.#turnBack = turnDurable(broker);
          return this.#turnBack;
        });
      },
      release: () => membership.release(),
      left: () => membership.logsLeft(),
      end: (isEmpty) => {
        if (!isEmpty) this.#turnBack();
        if (this.#isHandingOver) void this.#endDrained(isEmpty);
      },
      log: log.log,
    });
  }

  async #endDrained(isEmpty: boolean): Promise<void> {
    // Whoever keeps the node running is not to start it again.
    if (isEmpty) process.send?.({ type: "done" });
    await this.#node.closeHttp();
    await this.#end(!isEmpty);
  }

  #storeUnfinished(): void {
    if (this.#isStored) return;
    this.#isStored = true;
    this.#node.now();
    storeUnfinished(this.#node.broker, () => {});
  }

  async #end(keepsWhatItHas: boolean): Promise<void> {
    const { broker, store, membership, log, isRestored } = this.#node;
    let exitCode = 0;
    try {
      if (!keepsWhatItHas) store.giveUp(broker.durable.ids);
      const checkpoint = keepsWhatItHas ? takeCheckpoint(broker, "all") : [];
      await store.saveCheckpoint(checkpoint, { final: true, whole: isRestored() });
      await store.metadata.flush();
    } catch (error) {
      log.log("error", `NSQ: not everything could be kept - ${(error as Error).message}`);
      exitCode = 1;
    }
    await membership?.close();
    await store.close({ deadlineMs: closeWithinMs });
    log.log("info", "NSQ: bye");
    process.exit(exitCode);
  }
}
