/** Publishes messages of its own, one after the other or a few at once, and tries again what it does not know to be taken. */
import type { Random } from "../../../broker/testing/random.ts";
import { bodyOf, deferMsOf, hashOf } from "./bodies.ts";
import type { SimCluster } from "./cluster.ts";
import { Connection } from "./connection.ts";
import type { SimNode } from "./node.ts";

/** After so long it no longer waits for an answer, and connects anew. */
const patienceMs = 2_500;

export interface ProducerOptions {
  readonly name: string;
  readonly topic: string;
  readonly messages: number;
  readonly outMax: number;
  readonly pauseMsMax: number;
}

export class Producer {
  readonly #cluster: SimCluster;
  readonly #options: ProducerOptions;
  readonly #random: Random;
  #connection: Connection | null = null;
  readonly #out = new Map<string, () => void>();
  #again: string[] = [];
  #sent = 0;

  constructor(cluster: SimCluster, options: ProducerOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#random = cluster.random;
  }

  get isDone(): boolean {
    return this.#sent === this.#options.messages && this.#out.size === 0 && this.#again.length === 0;
  }

  begin(): void {
    const { outMax, messages, name, pauseMsMax } = this.#options;
    if (this.#out.size < outMax && (this.#again.length > 0 || this.#sent < messages)) {
      const uid = this.#again.shift() ?? `${name}.${this.#sent++}`;
      this.#publish(uid);
    }
    if (!this.isDone) this.#cluster.scheduler.after(this.#random.next() * pauseMsMax, () => this.begin());
  }

  #publish(uid: string): void {
    const connection = this.#connect();
    if (connection === null) {
      this.#again.push(uid);
      return;
    }
    const { topic, name } = this.#options;
    const { node } = connection;
    const event = { op: "publish", proc: name, uid, topic, node: node.name } as const;
    const deferMs = deferMsOf(uid);
    const defer = deferMs === undefined ? {} : { deferMs };
    this.#cluster.history.note({ ...event, ...defer, kind: "invoke", hash: hashOf(uid) });
    const settle = (kind: "ok" | "fail" | "info") => {
      if (!this.#out.delete(uid)) return;
      patience.cancel();
      this.#cluster.history.note({ ...event, kind });
      if (kind !== "ok" && this.#random.chance(0.8)) this.#again.push(uid);
    };
    const patience = this.#cluster.scheduler.after(patienceMs, () => {
      this.#drop();
      settle("info");
    });
    this.#out.set(uid, () => settle("info"));
    connection.send(() =>
      put(node, topic, uid, deferMs ?? 0, (kind) => connection.reply(() => settle(kind))),
    );
  }

  #connect(): Connection | null {
    if (this.#connection?.isOpen && !this.#random.chance(0.02)) return this.#connection;
    const nodes = this.#cluster.nodes.filter(({ isUp }) => isUp);
    if (nodes.length === 0) return null;
    this.#drop();
    this.#connection = new Connection(this.#random.pick(nodes), this.#cluster.scheduler, this.#random, () =>
      this.#drop(),
    );
    return this.#connection;
  }

  /** Nobody knows what became of what is out. */
  #drop(): void {
    this.#connection?.close();
    this.#connection = null;
    for (const giveUp of [...this.#out.values()]) giveUp();
  }
}

/** As a session does it: the answer comes when it is stored. */
function put(
  node: SimNode,
  topicName: string,
  uid: string,
  deferMs: number,
  answer: (kind: "ok" | "fail" | "info") => void,
): void {
  const body = bodyOf(uid);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const topic = node.broker.ensureTopic(topicName);
  const refusal =
    deferMs > 0 ? topic.putDeferred(body, deferMs, null) : topic.put(body, view, 0, body.length, null);
  if (refusal !== null) {
    answer("fail");
    return;
  }
  if (node.parts.answersAtOnce) {
    answer("ok");
    return;
  }
  const late = node.parts.refusesLate ? "fail" : "info";
  const log = deferMs > 0 ? topic.deferred.log : topic.log;
  const wait = () => node.broker.durable.whenStored(log!, (isStored) => answer(isStored ? "ok" : late));
  const turnMs = node.parts.turnMs(uid);
  if (turnMs > 0) node.after(turnMs, wait);
  else wait();
}
