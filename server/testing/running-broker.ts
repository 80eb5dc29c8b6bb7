/** A broker in the process of a test, as a server has it: a store in memory, and a clock that runs and can be moved. */
import type { AuditRing } from "../broker/audit-ring.ts";
import { Broker, type Durability } from "../broker/broker.ts";
import type { LatencyOptions } from "../broker/latency.ts";
import type { Backlog } from "../broker/ports.ts";
import { MemoryStore } from "../store/memory-store.ts";

export interface RunningBrokerOptions {
  readonly memQueueSize?: number;
  readonly memBytes?: number;
  readonly latency?: LatencyOptions;
  readonly backlog?: Backlog;
  readonly durability?: Durability;
  readonly refusesDurable?: () => boolean;
  /** Default: nothing is recorded. */
  readonly audit?: AuditRing;
  /** Told that there is something to settle; by default it is settled in a turn of its own. */
  readonly wake?: () => void;
}

/** A store that is away: takes everything and never says that it is durable. */
export const storeAway: Backlog = {
  write() {},
  read: (_range, done) => void setImmediate(done, null),
  forget() {},
};

export class RunningBroker {
  readonly broker: Broker;
  #movedMs = 0;
  #clients = 0;

  constructor({ memQueueSize = 10_000, memBytes = 64 * 2 ** 20, ...options }: RunningBrokerOptions) {
    let logIds = 0;
    const nothing = () => {};
    this.broker = new Broker(
      {
        memQueueSize,
        memBytes,
        maxMsgTimeoutMs: 900_000,
        maxReqTimeoutMs: 3_600_000,
        ...(options.latency && { latency: options.latency }),
        ...(options.durability && { durability: options.durability }),
      },
      {
        backlog: options.backlog ?? new MemoryStore(),
        logIds: { next: () => ++logIds },
        listener: {
          topicCreated: nothing,
          topicDeleted: nothing,
          channelCreated: nothing,
          channelDeleted: nothing,
          pauseChanged: nothing,
        },
        report: { lost: nothing },
        audit: options.audit ?? null,
        random: () => 0.5,
        ...(options.refusesDurable && { refusesDurable: options.refusesDurable }),
        wake: options.wake ?? (() => setImmediate(() => this.broker.settle())),
      },
    );
    this.now();
  }

  /** Sets the broker's time, as a server does with each chunk it reads. */
  readonly now = (): void => {
    this.broker.time.set(performance.now() + this.#movedMs, Date.now() + this.#movedMs);
  };

  /** Moves the broker's clock; what is due then is done with the next tick. */
  move(ms: number): void {
    this.#movedMs += ms;
    this.now();
  }

  readonly nextClientNumber = (): number => ++this.#clients;
}
