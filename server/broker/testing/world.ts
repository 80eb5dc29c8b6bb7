/**
 * A broker, its producers, its consumers and its store, driven by one seed and compared
 * with a model after every turn: every message of every channel is waiting, held, deferred
 * or finished, never two of them; none is lost, none is invented (X1).
 */
import { Broker, type BrokerOptions } from "../broker.ts";
import type { Subscription } from "../subscription.ts";
import { MemoryBacklog } from "./memory-backlog.ts";
import {
  keyOf,
  ModelChannel,
  type ModelSubscription,
  ModelTopic,
  type Owed,
  type Published,
} from "./model.ts";
import { Random } from "./random.ts";
import { Recorder } from "./recorder.ts";
import { acts } from "./world-acts.ts";
import { AuditCount } from "./world-audit.ts";
import { bodyOf } from "./world-bodies.ts";
import { compareCounters, compareMessages } from "./world-checks.ts";
import { Follower } from "./world-follower.ts";
import { operate } from "./world-operator.ts";
import { Restarts } from "./world-restarts.ts";

/** A consumer: the recorder the broker writes to, and what the model knows of it. */
export interface Client {
  readonly topic: string;
  readonly channel: string;
  readonly recorder: Recorder;
  readonly subscription: Subscription;
  readonly known: ModelSubscription;
}

const memQueueSizes = [0, 2, 10, 1000] as const;
const memBytesSizes = [48 * 1024, 512 * 1024, 8 * 1024 * 1024] as const;

export class World {
  readonly random: Random;
  readonly options: BrokerOptions;
  readonly backlog = new MemoryBacklog();
  readonly restarts: Restarts;
  readonly follower: Follower;
  readonly audit = new AuditCount();
  /** How often what is rare came to pass. */
  readonly seen = new Map<string, number>();
  broker: Broker;
  nowMs = 0;
  wallMs = 1_700_000_000_000;
  /** The model. */
  readonly topics = new Map<string, ModelTopic>();
  readonly published = new Map<number, Published>();
  clients: Client[] = [];
  /** The store answered null since the last tick. */
  refusedRead = false;
  /** What was done last, for the message of a failure. */
  readonly journal: string[] = [];
  #woken = false;
  #nextLogId: number;
  #nextConsumer = 1;
  #nextUid = 1;
  #steps = 0;
  readonly #acts: typeof acts;

  /** `isOperated`: an operator answers messages too. */
  constructor(seed: number, isOperated = false) {
    this.#acts = isOperated ? [...acts, operate] : acts;
    this.random = new Random(seed);
    this.options = {
      memQueueSize: this.random.pick(memQueueSizes),
      memBytes: this.random.pick(memBytesSizes),
      maxMsgTimeoutMs: 3_000,
      maxReqTimeoutMs: 4_000,
    };
    this.#nextLogId = 1 + this.random.below(1000);
    this.broker = this.startBroker();
    this.restarts = new Restarts(this);
    this.follower = new Follower(this);
  }

  // -- going on ---------------------------------------------------------------------------------

  step(): void {
    const act = this.random.weighted(this.#acts);
    this.note(act.name);
    act.run(this);
    if (this.random.chance(0.8)) this.turn();
    if (++this.#steps % 64 === 0) {
      this.turn();
      compareMessages(this);
    }
  }

  see(what: string, count = 1): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + count);
  }

  note(line: string): void {
    this.journal.push(line);
    if (this.journal.length > 40) this.journal.shift();
  }

  /** The end of a turn: the broker hands out, the model follows, the two are compared. */
  turn(): void {
    for (let n = 0; this.#woken; n++) {
      if (n > 1000) throw new Error("the broker wakes without end");
      this.#woken = false;
      this.broker.settle();
    }
    this.follower.follow();
    this.audit.compare();
    compareCounters(this);
  }

  advance(ms: number): void {
    this.nowMs += ms;
    this.wallMs += ms;
    this.broker.time.set(this.nowMs, this.wallMs);
    this.refusedRead = false;
    this.broker.tick();
    for (const topic of this.topics.values()) {
      for (const channel of topic.channels.values()) this.audit.expect("timeout", channel.tick(this.nowMs));
    }
  }

  describe(): string {
    const lines: string[] = [];
    for (const topic of this.topics.values()) {
      lines.push(`${topic.name}: ${topic.unhanded.length}`);
      for (const channel of topic.channels.values()) {
        lines.push(`${topic.name}/${channel.name}: ${JSON.stringify(channel.counts)}`);
      }
    }
    return lines.join("; ");
  }

  // -- what producers and consumers do ----------------------------------------------------------

  /** Publishes; refused only when there is no room. */
  publish(topicName: string, bytes: number): void {
    const uid = this.#nextUid++;
    const { source, view, from } = bodyOf(uid, bytes);
    const topic = this.broker.ensureTopic(topicName);
    const model = this.ensureTopic(topicName);
    const { log } = topic;
    const tail = log?.tail;
    const used = this.broker.memoryBytes;
    const refusal = topic.put(source, view, from, bytes, null);
    if (refusal !== null) {
      if (refusal !== "full" || used + bytes <= this.options.memBytes) throw new Error(`refused: ${refusal}`);
      this.see("refused");
      return;
    }
    model.messageCount++;
    if (topic.log === log && log?.tail === tail) {
      if (!model.ephemeral || topic.depth < this.options.memQueueSize) throw new Error("a message vanished");
      return;
    }
    const now = topic.log!;
    this.audit.expect("publish", 1);
    this.#keep(model, { uid, bytes, wallMs: this.wallMs, logId: now.id, seq: now.tail - 1, delayMs: null });
  }

  publishDeferred(topicName: string, bytes: number, delayMs: number): void {
    const uid = this.#nextUid++;
    const { source, from } = bodyOf(uid, bytes);
    const topic = this.broker.ensureTopic(topicName);
    const model = this.ensureTopic(topicName);
    const used = this.broker.memoryBytes;
    const refusal = topic.putDeferred(source.subarray(from, from + bytes), delayMs, null);
    if (refusal !== null) {
      if (refusal !== "full" || used + bytes <= this.options.memBytes) throw new Error(`refused: ${refusal}`);
      this.see("refused");
      return;
    }
    model.messageCount++;
    const { log, seq } = topic.deferred.pending.at(-1)!;
    this.audit.expect("publish", 1);
    this.#keep(model, { uid, bytes, wallMs: this.wallMs, logId: log.id, seq, delayMs });
  }

  subscribe(topic: string, channel: string, rdy: number, msgTimeoutMs: number): Client {
    const model = this.ensureChannel(topic, channel);
    const number = this.#nextConsumer++;
    const recorder = new Recorder(number);
    const real = this.broker.ensureTopic(topic).ensureChannel(channel);
    const subscription = real.subscribe(recorder, { msgTimeoutMs, sampleRate: 0 });
    const known = { number, rdy: 0, inFlight: 0, msgTimeoutMs, closing: false, gone: false };
    const client: Client = { topic, channel, recorder, subscription, known };
    model.subscriptions.push(known);
    this.clients.push(client);
    recorder.retains = this.random.chance(0.3);
    recorder.onWrite = (messages) => this.follower.written(client, messages);
    recorder.onClose = () => subscription.close();
    this.ready(client, rdy);
    return client;
  }

  ready(client: Client, rdy: number): void {
    client.known.rdy = rdy;
    client.subscription.ready(rdy);
  }

  leave(client: Client): void {
    client.subscription.close();
    this.follower.left(client);
  }

  heldBy(client: Client): Owed[] {
    const channel = this.topics.get(client.topic)?.channels.get(client.channel);
    if (!channel) return [];
    return [...channel.timed].filter((owed) => owed.state === "held" && owed.owner === client.known.number);
  }

  clientsOf(topic: string, channel: string): Client[] {
    return this.clients.filter((client) => client.topic === topic && client.channel === channel);
  }

  // -- topology ---------------------------------------------------------------------------------

  ensureTopic(name: string): ModelTopic {
    let topic = this.topics.get(name);
    if (topic) return topic;
    this.broker.ensureTopic(name);
    topic = new ModelTopic(name);
    this.topics.set(name, topic);
    return topic;
  }

  ensureChannel(topicName: string, name: string): ModelChannel {
    const topic = this.ensureTopic(topicName);
    let channel = topic.channels.get(name);
    if (channel) return channel;
    this.broker.ensureTopic(topicName).ensureChannel(name);
    // What was published before it is not its own (MS2), unless it is the first.
    this.follower.handOut(topic);
    channel = new ModelChannel(name);
    topic.channels.set(name, channel);
    return channel;
  }

  deleteChannel(topicName: string, name: string): void {
    const topic = this.topics.get(topicName);
    this.broker.topics.get(topicName)?.deleteChannel(name);
    if (!topic?.channels.delete(name)) return;
    if (topic.ephemeral && topic.channels.size === 0) this.topics.delete(topicName);
    this.#dropClients((client) => client.topic === topicName && client.channel === name);
  }

  deleteTopic(name: string): void {
    this.broker.deleteTopic(name);
    this.topics.delete(name);
    this.#dropClients((client) => client.topic === name);
  }

  /** A broker as a node makes it at start. */
  startBroker(): Broker {
    this.#woken = false;
    const broker: Broker = new Broker(this.options, {
      backlog: this.backlog,
      logIds: { next: () => this.#nextLogId++ },
      listener: {
        topicCreated() {},
        topicDeleted() {},
        channelCreated() {},
        channelDeleted() {},
        pauseChanged() {},
      },
      report: {
        lost: (topic, channel, logId, from, to) => {
          const keys = Array.from({ length: to - from }, (_, index) => keyOf(logId, from + index));
          this.follower.happened({ kind: "lost", topic, channel, keys });
        },
      },
      audit: this.audit.ring,
      random: this.random.next,
      wake: () => {
        this.#woken = true;
      },
    });
    broker.time.set(this.nowMs, this.wallMs);
    return broker;
  }

  /** Their channel is gone, and the broker has closed them. */
  #dropClients(isGone: (client: Client) => boolean): void {
    for (const client of this.clients) if (isGone(client)) client.recorder.letGo();
    this.clients = this.clients.filter((client) => !isGone(client));
  }

  #keep(topic: ModelTopic, message: Published): void {
    this.published.set(keyOf(message.logId, message.seq), message);
    topic.unhanded.push({ message, hole: false });
  }
}
