/** The load of a run: producers and consumers of all kinds, until enough is acknowledged and the harm is done. */
import { Random } from "../../server/broker/testing/random.ts";
import type { ChaosNode } from "./chaos-node.ts";
import { Consumer } from "./consumer.ts";
import { type Entry, Ledger, type TopicPlan } from "./ledger.ts";
import { Producer, type ProducerPlan } from "./producer.ts";
import type { Recorder } from "./recorder.ts";

export interface LoadPlan {
  /** To be acknowledged, at least. */
  readonly messages: number;
  /** Published per second at most. */
  readonly perSecond: number;
  readonly topics: readonly TopicPlan[];
  readonly producers: readonly ProducerPlan[];
  readonly rdy: number;
}

const lookEveryMs = 20;

export class Load {
  readonly ledger: Ledger;
  readonly #plan: LoadPlan;
  readonly #producers: readonly Producer[];
  readonly #consumers: readonly Consumer[];
  #startedMs = 0;
  #taken = 0;
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(plan: LoadPlan, nodes: readonly ChaosNode[], recorder: Recorder, seed: number) {
    const ledger = new Ledger(seed, plan.topics);
    const random = new Random(seed + 1);
    this.#plan = plan;
    this.ledger = ledger;
    const next = () => this.#next();
    this.#producers = plan.producers.map(
      (kind, first) =>
        new Producer({ ...kind, name: `p${first}`, first, nodes, recorder, ledger, random, next }),
    );
    this.#consumers = nodes.flatMap((node) =>
      plan.topics.flatMap(({ name: topic, channels }) =>
        channels.map((channel) => {
          const name = `c-${channel}-${node.name}`;
          return new Consumer({ name, node, topic, channel, rdy: plan.rdy, recorder, ledger, random });
        }),
      ),
    );
  }

  start(): void {
    this.#startedMs = performance.now();
    for (const consumer of this.#consumers) consumer.start();
    this.#running = Promise.all(this.#producers.map((producer) => producer.run(() => this.#isOver)));
  }

  get acknowledged(): number {
    return this.ledger.acknowledged;
  }

  /** Resolves when this share of the messages is acknowledged; throws when that takes too long. */
  async reached(share: number, withinMs = 120_000): Promise<void> {
    const wanted = Math.ceil(this.#plan.messages * share);
    const isThere = await this.until(() => this.acknowledged >= wanted, withinMs);
    if (!isThere)
      throw new Error(`only ${this.acknowledged} of ${wanted} messages were acknowledged in time`);
  }

  /** Nothing new is published; resolves when all that was is acknowledged: true, or the time is over. */
  async finish(withinMs: number): Promise<boolean> {
    this.#isOver = true;
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), withinMs);
    const isDone = await Promise.race([this.#running.then(() => true), late.promise]);
    clearTimeout(timer);
    return isDone;
  }

  /** Resolves when everything acknowledged was finished on every channel: true, or the time is over. */
  drained(withinMs: number): Promise<boolean> {
    return this.until(() => this.ledger.owed === 0, withinMs);
  }

  async until(isTrue: () => boolean, withinMs: number): Promise<boolean> {
    const deadlineMs = performance.now() + withinMs;
    while (!isTrue()) {
      if (performance.now() > deadlineMs) return false;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    return true;
  }

  stop(): void {
    this.#isOver = true;
    for (const producer of this.#producers) producer.abandon();
    for (const consumer of this.#consumers) consumer.stop();
  }

  #next(): Entry | null {
    const due = ((performance.now() - this.#startedMs) / 1_000) * this.#plan.perSecond;
    if (this.#isOver || this.#taken >= due) return null;
    // After an outage the load goes on at its pace, and does not make up for it.
    if (due - this.#taken > this.#plan.perSecond) this.#taken = Math.ceil(due - this.#plan.perSecond);
    this.#taken++;
    return this.ledger.next();
  }
}
