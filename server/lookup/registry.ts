/**
 * Who has which topic and channel. Names outlive those who have them, as in NSQ: what a node had is listed
 * until somebody deletes it, so that a topic's next node gets its channels. Only ephemeral names go with
 * the last who takes his leave of them.
 */
import type { PeerIdentity } from "../protocol/lookup.ts";
import { isEphemeral } from "../protocol/names.ts";
import { Numbered } from "./number-set.ts";
import { Channel, type Instant, Producer, Topic } from "./registration.ts";

export interface RegistryOptions {
  /** A node is hidden when it was last heard longer ago. */
  readonly inactiveProducerMs: number;
  readonly tombstoneMs: number;
  /** Names there may be, topics and channels together. Beyond, those that nobody has go, the longest unused first. */
  readonly namesMax?: number;
  /** Names that one node may have. */
  readonly registrationsMax?: number;
  now(): Instant;
}

/** A node joins or leaves a topic (`channel` null) or a channel. */
export interface Change {
  readonly topic: string;
  readonly channel: string | null;
}

/** Fifty channels for each of ten thousand topics; at worst in some 400 MB. */
const namesMax = 500_000;
const registrationsMax = 200_000;

export class Registry {
  readonly topics = new Map<string, Topic>();
  readonly producers = new Set<Producer>();
  readonly #options: RegistryOptions;
  readonly #namesMax: number;
  readonly #registrationsMax: number;
  readonly #topics = new Numbered<Topic>();
  readonly #channels = new Numbered<Channel>();
  readonly #producers = new Numbered<Producer>();
  /** Names that nobody has, the longest unused first. */
  readonly #idleTopics = new Set<Topic>();
  readonly #idleChannels = new Set<Channel>();
  #names = 0;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#namesMax = options.namesMax ?? namesMax;
    this.#registrationsMax = options.registrationsMax ?? registrationsMax;
  }

  // -- nodes ----------------------------------------------------------------------------------------

  identify(id: string, identity: PeerIdentity): Producer {
    const heard = this.#options.now();
    const producer = this.#producers.add((number) => new Producer(number, id, identity, heard));
    this.producers.add(producer);
    return producer;
  }

  /** @returns how long ago it was heard before, in milliseconds */
  heard(producer: Producer): number {
    const before = producer.heard;
    producer.heard = this.#options.now();
    return producer.heard.nowMs - before.nowMs;
  }

  /** What it joined by that. null: there are too many names, or it has too many. */
  register(producer: Producer, topicName: string, channelName: string | null): readonly Change[] | null {
    if (producer.registrations + 2 > this.#registrationsMax) return null;
    const topic = this.createTopic(topicName);
    const channel = topic && channelName !== null ? this.#ensureChannel(topic, channelName) : null;
    if (topic === null || (channelName !== null && channel === null)) return null;
    const changes: Change[] = [];
    if (channel?.producers.add(producer.number)) {
      producer.channels.add(channel.number);
      this.#idleChannels.delete(channel);
      changes.push({ topic: topicName, channel: channelName });
    }
    if (topic.producers.add(producer.number)) {
      producer.topics.add(topic.number);
      this.#idleTopics.delete(topic);
      changes.push({ topic: topicName, channel: null });
    }
    return changes;
  }

  /** A channel, or a topic with all its channels. What it left by that. */
  unregister(producer: Producer, topicName: string, channelName: string | null): readonly Change[] {
    const topic = this.topics.get(topicName);
    if (topic === undefined) return [];
    const changes: Change[] = [];
    const channels =
      channelName === null
        ? [...topic.channels.values()]
        : [topic.channels.get(channelName)].filter((it) => !!it);
    for (const channel of channels) {
      if (this.#leaveChannel(producer, channel)) changes.push({ topic: topicName, channel: channel.name });
      if (channel.producers.size === 0 && isEphemeral(channel.name)) this.#dropChannel(channel);
    }
    if (channelName !== null) return changes;
    if (this.#leaveTopic(producer, topic)) changes.push({ topic: topicName, channel: null });
    if (topic.producers.size === 0 && isEphemeral(topicName)) this.#dropTopic(topic);
    return changes;
  }

  /** Its connection is over. Everything it had goes on being listed. */
  remove(producer: Producer): void {
    for (const number of producer.channels) this.#leaveChannel(producer, this.#channels.at(number));
    for (const number of producer.topics) this.#leaveTopic(producer, this.#topics.at(number));
    this.producers.delete(producer);
    this.#producers.remove(producer.number);
  }

  // -- names ----------------------------------------------------------------------------------------

  /** The topic there is or is now; null: there are too many names. */
  createTopic(name: string): Topic | null {
    const known = this.topics.get(name);
    if (known?.listed) return known;
    if (!this.#makeRoom()) return null;
    this.#names++;
    const topic = known ?? this.#topics.add((number) => new Topic(number, name));
    topic.listed = true;
    this.topics.set(name, topic);
    this.#idleTopics.add(topic);
    return topic;
  }

  /** False: there are too many names. */
  createChannel(topicName: string, channelName: string): boolean {
    const topic = this.createTopic(topicName);
    return topic !== null && this.#ensureChannel(topic, channelName) !== null;
  }

  /** With its channels, whoever has them. */
  deleteTopic(topic: Topic): void {
    for (const channel of topic.channels.values()) this.#dropChannel(channel);
    this.#dropTopic(topic);
  }

  /** False: there is none. */
  deleteChannel(topicName: string, channelName: string): boolean {
    const channel = this.topics.get(topicName)?.channels.get(channelName);
    if (channel === undefined) return false;
    this.#dropChannel(channel);
    return true;
  }

  /** @param node `<broadcast address>:<HTTP port>` */
  tombstone(topic: Topic, node: string): void {
    for (const producer of this.producersOf(topic)) {
      const { broadcastAddress, httpPort } = producer.identity;
      if (`${broadcastAddress}:${httpPort}` === node) producer.tombstones.set(topic, this.#options.now());
    }
  }

  // -- who has what ---------------------------------------------------------------------------------

  *producersOf({ producers }: Topic | Channel): Generator<Producer> {
    for (const number of producers) yield this.#producers.at(number);
  }

  topicsOf(producer: Producer): Topic[] {
    return Array.from(producer.topics, (number) => this.#topics.at(number));
  }

  /** Those that were heard lately. */
  *activeOf(producers: Iterable<Producer>): Generator<Producer> {
    const { nowMs } = this.#options.now();
    const { inactiveProducerMs } = this.#options;
    for (const producer of producers) if (nowMs - producer.heard.nowMs <= inactiveProducerMs) yield producer;
  }

  isTombstoned(topic: Topic, producer: Producer): boolean {
    const since = producer.tombstones.get(topic);
    return since !== undefined && this.#options.now().nowMs - since.nowMs < this.#options.tombstoneMs;
  }

  #ensureChannel(topic: Topic, name: string): Channel | null {
    const known = topic.channels.get(name);
    if (known) return known;
    // The topic is not to make room for its own channel.
    const wasIdle = this.#idleTopics.delete(topic);
    const room = this.#makeRoom();
    if (wasIdle) this.#idleTopics.add(topic);
    if (!room) return null;
    this.#names++;
    const channel = this.#channels.add((number) => new Channel(number, topic, name));
    topic.channels.set(name, channel);
    this.#idleChannels.add(channel);
    return channel;
  }

  #leaveChannel(producer: Producer, channel: Channel): boolean {
    if (!channel.producers.delete(producer.number)) return false;
    producer.channels.delete(channel.number);
    if (channel.producers.size === 0) this.#idleChannels.add(channel);
    return true;
  }

  #leaveTopic(producer: Producer, topic: Topic): boolean {
    producer.tombstones.delete(topic);
    if (!topic.producers.delete(producer.number)) return false;
    producer.topics.delete(topic.number);
    if (topic.producers.size === 0) this.#idleTopics.add(topic);
    return true;
  }

  #dropChannel(channel: Channel): void {
    for (const producer of this.producersOf(channel)) producer.channels.delete(channel.number);
    this.#idleChannels.delete(channel);
    this.#channels.remove(channel.number);
    this.#names--;
    const { topic } = channel;
    topic.channels.delete(channel.name);
    if (!topic.listed) this.#forgetIfEmpty(topic);
  }

  #dropTopic(topic: Topic): void {
    if (topic.listed) this.#names--;
    topic.listed = false;
    for (const producer of this.producersOf(topic)) this.#leaveTopic(producer, topic);
    this.#idleTopics.delete(topic);
    this.#forgetIfEmpty(topic);
  }

  #forgetIfEmpty(topic: Topic): void {
    if (topic.channels.size > 0 || this.topics.get(topic.name) !== topic) return;
    this.topics.delete(topic.name);
    this.#topics.remove(topic.number);
  }

  /** For one more name. */
  #makeRoom(): boolean {
    while (this.#names >= this.#namesMax) {
      const [topic] = this.#idleTopics;
      const [channel] = topic ? [] : this.#idleChannels;
      if (topic) this.deleteTopic(topic);
      else if (channel) this.#dropChannel(channel);
      else return false;
    }
    return true;
  }
}
