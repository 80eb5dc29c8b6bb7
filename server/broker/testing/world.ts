/**
 * A broker, its producers, its consumers and its store, driven by one seed and compared
 * with a model after every turn: every message of every channel is waiting, held, deferred
 * or finished, never two of them; none is lost, none is invented (X1).
 */
import { Broker, type BrokerOptions } from "../broker.ts";
import type { Subscription } from "../subscription.ts";
import { MemoryBacklog } from "./memory-backlog.ts";
import type { SeenMessage } from "./messages.ts";
import {
  keyOf,
  ModelChannel,
  type ModelSubscription,
  ModelTopic,
  nameOf,
  type Owed,
  type Published,
} from "./model.ts";
import { Random } from "./random.ts";
import { Recorder } from "./recorder.ts";
import { acts } from "./world-acts.ts";
import { bodyOf } from "./world-bodies.ts";
import { compareCounters, compareMessages } from "./world-checks.ts";
import { Restarts } from "./world-restarts.ts";

/** What a consumer saw, or did to the broker, while the broker handed it something. */
type Happening =
  | { readonly kind: "delivered"; readonly client: Client; readonly messages: readonly SeenMessage[] }
  | { readonly kind: "left"; readonly client: Client }
  | { readonly kind: "lost"; readonly channel: string; readonly topic: string; readonly keys: number[] };

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
  #happenings: Happening[] = [];
  #steps = 0;

  constructor(seed: number) {
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
  }

  // -- going on ---------------------------------------------------------------------------------

  step(): void {
    const act = this.random.weighted(acts);
    this.note(act.name);
    act.run(this);
    if (this.random.chance(0.8)) this.turn();
    if (++this.#steps % 64 === 0) {
      this.turn();
      compareMessages(this);
    }
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
    for (const topic of this.topics.values()) this.#handOut(topic);
    this.#follow();
    compareCounters(this);
  }

  advance(ms: number): void {
    this.nowMs += ms;
    this.wallMs += ms;
    this.broker.time.set(this.nowMs, this.wallMs);
    this.refusedRead = false;
    this.broker.tick();
    for (const topic of this.topics.values()) {
      for (const channel of topic.channels.values()) channel.tick(this.nowMs);
    }
  }

  /** Everything is consumed; then nothing is left anywhere, in memory or in the store. */
  finish(): void {
    this.backlog.away = false;
    this.restarts.restoreNow();
    this.turn();
    for (const topic of this.topics.values()) {
      this.broker.pauseTopic(this.broker.ensureTopic(topic.name), false);
      topic.paused = false;
      for (const channel of topic.channels.values()) {
        const real = this.broker.ensureTopic(topic.name).ensureChannel(channel.name);
        this.broker.pauseChannel(real, false);
        channel.paused = false;
      }
    }
    this.turn();
    for (let round = 0; this.owes(); round++) {
      if (round > 3_000) throw new Error(`does not drain: ${this.describe()}`);
      for (const topic of this.topics.values()) {
        if (topic.channels.size === 0) this.ensureChannel(topic.name, "last");
        for (const name of topic.channels.keys()) {
          if (this.clientsOf(topic.name, name).length === 0) this.subscribe(topic.name, name, 50, 1_000);
        }
      }
      for (const client of [...this.clients]) {
        if (client.known.closing) this.leave(client);
        else this.#consumeAll(client);
      }
      this.backlog.answerAll();
      this.advance(200);
      this.turn();
    }
    compareMessages(this);
    for (const client of this.clients) client.recorder.letGo();
    for (let n = 0; n < 5; n++) {
      this.advance(1_000);
      this.backlog.answerAll();
      this.turn();
    }
    const left = {
      slabs: this.broker.pool.usedBytes,
      memory: this.broker.memoryBytes,
      writing: this.broker.overflow.writingBytes,
      blocks: this.backlog.blocks.length,
    };
    for (const [what, count] of Object.entries(left)) {
      if (count !== 0) throw new Error(`all is finished, and ${what} is ${count}`);
    }
  }

  owes(): boolean {
    for (const topic of this.topics.values()) {
      if (topic.unhanded.length > 0) return true;
      for (const channel of topic.channels.values()) if (channel.owed.size > 0) return true;
    }
    return false;
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
      return;
    }
    model.messageCount++;
    if (topic.log === log && log?.tail === tail) {
      if (!model.ephemeral || topic.depth < this.options.memQueueSize) throw new Error("a message vanished");
      return;
    }
    const now = topic.log!;
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
      return;
    }
    model.messageCount++;
    const { log, seq } = topic.deferred.at(-1)!;
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
    recorder.onWrite = (messages) => this.#written(client, messages);
    recorder.onClose = () => {
      subscription.close();
      this.#happenings.push({ kind: "left", client });
    };
    this.ready(client, rdy);
    return client;
  }

  ready(client: Client, rdy: number): void {
    client.known.rdy = rdy;
    client.subscription.ready(rdy);
  }

  leave(client: Client): void {
    client.subscription.close();
    this.#left(client);
  }

  /** What a consumer answers, and what the broker must say to it. */
  answer(
    client: Client,
    verb: "finish" | "requeue" | "touch",
    logId: number,
    seq: number,
    delayMs = 0,
  ): void {
    const { subscription, known } = client;
    const channel = this.topics.get(client.topic)?.channels.get(client.channel);
    const owed = channel?.owed.get(keyOf(logId, seq));
    const expected =
      owed?.state !== "held"
        ? "ID not in flight"
        : owed.owner === known.number
          ? null
          : "client does not own message";
    const refusal =
      verb === "requeue" ? subscription.requeue(logId, seq, delayMs) : subscription[verb](logId, seq);
    if (refusal !== expected) throw new Error(`${verb} ${logId}:${seq} said ${refusal}, not ${expected}`);
    if (refusal !== null || !channel || !owed) return;
    if (verb === "touch") {
      owed.atMs = Math.min(this.nowMs + known.msgTimeoutMs, owed.sinceMs + this.options.maxMsgTimeoutMs);
      return;
    }
    known.inFlight--;
    if (verb === "finish") {
      channel.remove(owed);
      channel.finishCount++;
      return;
    }
    channel.requeueCount++;
    const clampedMs = Math.min(delayMs, this.options.maxReqTimeoutMs);
    channel.move(owed, clampedMs === 0 ? "waiting" : "deferred", this.nowMs + clampedMs);
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
    this.#handOut(topic);
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
          this.#happenings.push({ kind: "lost", topic, channel, keys });
        },
      },
      audit: null,
      random: this.random.next,
      wake: () => {
        this.#woken = true;
      },
    });
    broker.time.set(this.nowMs, this.wallMs);
    return broker;
  }

  // -- the model --------------------------------------------------------------------------------

  /** Their channel is gone, and the broker has closed them. */
  #dropClients(isGone: (client: Client) => boolean): void {
    this.#happenings = this.#happenings.filter(({ kind }) => kind !== "left");
    for (const client of this.clients) if (isGone(client)) client.recorder.letGo();
    this.clients = this.clients.filter((client) => !isGone(client));
  }

  #keep(topic: ModelTopic, message: Published): void {
    this.published.set(keyOf(message.logId, message.seq), message);
    topic.unhanded.push({ message, hole: false });
  }

  /** Called by a consumer's `write`: what it sees now, and what it does in that moment. */
  #written(client: Client, messages: readonly SeenMessage[]): boolean {
    if (client.subscription.blocked) throw new Error("written to while blocked");
    if (client.known.closing || client.known.gone) throw new Error("written to while closing");
    this.#happenings.push({ kind: "delivered", client, messages });
    if (this.random.chance(0.005)) {
      client.known.gone = true;
      client.subscription.close();
      this.#happenings.push({ kind: "left", client });
      return false;
    }
    return !this.random.chance(0.05);
  }

  /** Messages leave their topic: all at the end of a turn, but where they are stored first. */
  #handOut(topic: ModelTopic): void {
    if (topic.paused || topic.channels.size === 0 || topic.unhanded.length === 0) return;
    const real = this.broker.topics.get(topic.name)?.log ?? null;
    const storesFirst = this.options.memQueueSize === 0 && !topic.ephemeral;
    const isVisible = (message: Published) =>
      !storesFirst || message.delayMs !== null || message.logId !== real?.id || message.seq < real.handedTo;
    const stays: ModelTopic["unhanded"] = [];
    for (const item of topic.unhanded) {
      if (!isVisible(item.message)) {
        stays.push(item);
        continue;
      }
      if (storesFirst && !item.hole && item.message.delayMs === null) this.#assertStored(item.message);
      for (const channel of topic.channels.values()) channel.hand(item.message, item.hole, this.nowMs);
    }
    topic.unhanded = stays;
  }

  #assertStored(message: Published): void {
    if (this.backlog.wasStored(message.logId, message.seq)) return;
    throw new Error(`${nameOf(message)} was handed out before it was stored`);
  }

  #follow(): void {
    const happenings = this.#happenings;
    this.#happenings = [];
    for (const happening of happenings) {
      if (happening.kind === "left") this.#left(happening.client);
      else if (happening.kind === "lost") this.#lost(happening.topic, happening.channel, happening.keys);
      else for (const message of happening.messages) this.#delivered(happening.client, message);
    }
  }

  #delivered(client: Client, seen: SeenMessage): void {
    const { known } = client;
    const key = keyOf(seen.logId, seen.seq);
    const message = this.published.get(key);
    if (!message) throw new Error(`${seen.id} was never published`);
    const channel = this.topics.get(client.topic)?.channels.get(client.channel);
    const owed = channel?.owed.get(key);
    const what = `${nameOf(message)} on ${client.topic}/${client.channel}`;
    if (!channel || !owed) throw new Error(`${what} was delivered, and is not owed`);
    if (owed.state !== "waiting") throw new Error(`${what} was delivered while ${owed.state}`);
    if (owed.hole) throw new Error(`${what} was delivered, and nobody can have it`);
    if (channel.paused) throw new Error(`${what} was delivered while paused`);
    if (known.inFlight >= known.rdy) throw new Error(`${what} was delivered beyond RDY ${known.rdy}`);
    if (seen.attempts !== owed.attempts + 1) {
      throw new Error(`${what} came with attempts ${seen.attempts}, not ${owed.attempts + 1}`);
    }
    const { source, from } = bodyOf(message.uid, message.bytes);
    if (!seen.body.equals(source.subarray(from, from + message.bytes)))
      throw new Error(`${what}: other bytes`);
    if (Math.abs(seen.wallMs - message.wallMs) > 0.001) throw new Error(`${what}: another timestamp`);
    if (owed.fresh) {
      const reached = channel.reached.get(seen.logId) ?? -1;
      if (seen.seq <= reached) throw new Error(`${what} came after ${reached}`);
      channel.reached.set(seen.logId, seen.seq);
    }
    known.inFlight++;
    owed.attempts++;
    owed.fresh = false;
    owed.owner = known.number;
    owed.sinceMs = this.nowMs;
    channel.move(owed, "held", this.nowMs + known.msgTimeoutMs);
  }

  #lost(topicName: string, channelName: string, keys: readonly number[]): void {
    const channel = this.topics.get(topicName)?.channels.get(channelName);
    for (const key of keys) {
      const owed = channel?.owed.get(key);
      if (!channel || !owed?.hole)
        throw new Error(`said to be lost, and is not: ${key} of ${topicName}/${channelName}`);
      channel.remove(owed);
    }
  }

  #left(client: Client): void {
    client.known.gone = true;
    this.clients = this.clients.filter((other) => other !== client);
    client.recorder.letGo();
    const topic = this.topics.get(client.topic);
    const channel = topic?.channels.get(client.channel);
    const index = channel?.subscriptions.indexOf(client.known) ?? -1;
    if (!topic || !channel || index < 0) return;
    channel.subscriptions.splice(index, 1);
    if (!channel.ephemeral || channel.subscriptions.length > 0) return;
    topic.channels.delete(channel.name);
    if (topic.ephemeral && topic.channels.size === 0) this.topics.delete(topic.name);
  }

  #consumeAll(client: Client): void {
    client.subscription.unblock();
    this.ready(client, 50);
    for (const owed of this.heldBy(client))
      this.answer(client, "finish", owed.message.logId, owed.message.seq);
    client.recorder.letGo();
  }
}
