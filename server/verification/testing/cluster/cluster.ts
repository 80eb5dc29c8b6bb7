/**
 * Two nodes, one Postgres, producers and consumers, and a seed that decides everything: what is done, how long it takes, and what
 * dies. The history is judged by the checker when all is healed and consumed.
 */
import type { BrokerOptions } from "../../../broker/broker.ts";
import { Random } from "../../../broker/testing/random.ts";
import { check, type Report } from "../../check.ts";
import { SimConsumer } from "./consumer.ts";
import { healAll, hurtMs, strikeAll } from "./nemesis.ts";
import { SimNode } from "./node.ts";
import { type Parts, soundParts } from "./parts.ts";
import { ModelPostgres } from "./postgres.ts";
import { PostgresLink, type Weather } from "./postgres-link.ts";
import { Producer } from "./producer.ts";
import { HistoryRecorder } from "./recorder.ts";
import { Scheduler } from "./scheduler.ts";

/** Even then a statement now and then does not do what it should. */
export const fair: Weather = { lostReply: 0.02, lostRequest: 0.005, stall: 0.01 };

const nodesCount = 2;
const drainMsMax = 30_000;
const msgTimeoutMs = 400;

export class SimCluster {
  readonly random: Random;
  readonly scheduler = new Scheduler();
  readonly history = new HistoryRecorder(this.scheduler);
  readonly postgres: ModelPostgres;
  readonly weather: Weather = { ...fair };
  readonly nodes: SimNode[] = [];
  readonly links = new Map<SimNode, PostgresLink>();
  readonly producers: Producer[] = [];
  readonly topics = [
    { name: "orders", channels: ["billing", "mail"] },
    { name: "invoices", channels: ["billing"] },
  ];
  readonly leaseTtlMs: number;
  readonly broker: BrokerOptions;
  /** Some messages are requeued for so long that the schedule takes them. */
  readonly requeuesLong: boolean;
  /** What was done to it. */
  readonly blows: string[] = [];
  isDraining = false;
  #clients = 0;

  constructor(seed: number, changed: Partial<Parts> = {}) {
    this.random = new Random(seed);
    this.leaseTtlMs = this.random.pick([300, 600]);
    this.postgres = new ModelPostgres(this.history, this.leaseTtlMs);
    this.requeuesLong = this.random.chance(0.1);
    this.broker = {
      memQueueSize: this.random.pick([0, 2, 20, 1_000]),
      memBytes: this.random.pick([96 * 1024, 8 * 1024 * 1024]),
      maxMsgTimeoutMs: 2_000,
      maxReqTimeoutMs: 60_000,
      durability: { timeoutMs: 800, isDurable: () => true },
    };
    const { random, scheduler, history, postgres, weather, broker, leaseTtlMs } = this;
    const promises = { msgTimeoutMs, leaseTtlMs, flushWindowMs: 100, answerMs: 5_000, skewMs: 4 };
    history.note({ op: "run", proc: "cluster", kind: "ok", seed, promises });
    for (let index = 1; index <= nodesCount; index++) {
      const link = new PostgresLink({ scheduler, random, postgres, weather });
      const parts = { ...soundParts, ...changed };
      const node = new SimNode({ index, scheduler, random, history, link, broker, leaseTtlMs, parts });
      this.nodes.push(node);
      this.links.set(node, link);
    }
  }

  /** A number that no client had. */
  nextClient(): number {
    return ++this.#clients;
  }

  consume(topic: string, channel: string, node: SimNode): void {
    for (let n = 1 + this.random.below(2); n > 0; n--) {
      const name = `${channel}@${node.name}.${n}`;
      new SimConsumer(this, { name: `${topic}/${name}`, topic, channel, node, msgTimeoutMs }).begin();
    }
  }

  /** A whole run. */
  run(): Report {
    for (const node of this.nodes) {
      node.start();
      for (const { name, channels } of this.topics) {
        for (const channel of channels) {
          node.do(() => node.ensureChannel(name, channel));
          this.consume(name, channel, node);
        }
      }
    }
    for (let n = 0; n < 3; n++) this.#addProducer(n);
    strikeAll(this);
    this.scheduler.run(hurtMs);
    this.isDraining = true;
    healAll(this);
    this.scheduler.run(hurtMs + drainMsMax, () => this.#isDrained());
    this.#noteRest();
    this.history.note({ op: "end", proc: "cluster", kind: "ok", drained: true });
    return check(this.history.events);
  }

  #addProducer(n: number): void {
    const { random } = this;
    const producer = new Producer(this, {
      name: `p${n}`,
      topic: random.pick(this.topics).name,
      messages: 10 + random.below(50),
      outMax: random.pick([1, 4, 20]),
      pauseMsMax: random.pick([10, 60, 200]),
    });
    this.producers.push(producer);
    producer.begin();
  }

  #isDrained(): boolean {
    return (
      this.producers.every(({ isDone }) => isDone) &&
      this.#rest() === 0 &&
      this.nodes.every((node) => isIdle(node, this.postgres))
    );
  }

  #rest(): number {
    let rest = this.postgres.scheduled.size;
    for (const { broker } of this.nodes) {
      for (const topic of broker.topics.values()) {
        rest += topic.depth;
        for (const { depth, inFlightCount, deferredCount } of topic.channels.values()) {
          rest += depth + inFlightCount + deferredCount;
        }
      }
    }
    return rest;
  }

  /** What the nodes owe at the end is said to be there, so that what is not said is lost. */
  #noteRest(): void {
    const rest = this.#rest();
    if (rest === 0) return;
    this.history.note({
      op: "gauge",
      proc: "cluster",
      kind: "ok",
      name: "left at the end",
      value: rest,
      max: 0,
    });
  }
}

/** Whether it has nothing to do, and nothing that is its own is left to be loaded. */
function isIdle(node: SimNode, { logs }: ModelPostgres): boolean {
  const isKnown = [...logs].every(([logId, { owner }]) => owner !== node.name || node.knownLogs.has(logId));
  return node.isUp && node.keeper.owner !== null && node.store.isIdle && node.schedule.isIdle && isKnown;
}
