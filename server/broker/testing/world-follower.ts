/** Lets the model do what the broker should have done, and follow what it has. */
import type { SeenMessage } from "./messages.ts";
import { keyOf, type ModelTopic, nameOf, type Published } from "./model.ts";
import type { Client, World } from "./world.ts";
import { bodyOf } from "./world-bodies.ts";

/** What a consumer saw, or did to the broker, while the broker handed it something. */
type Happening =
  | { readonly kind: "delivered"; readonly client: Client; readonly messages: readonly SeenMessage[] }
  | { readonly kind: "left"; readonly client: Client }
  | { readonly kind: "lost"; readonly channel: string; readonly topic: string; readonly keys: number[] };

export class Follower {
  readonly #world: World;
  #happenings: Happening[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  happened(happening: Happening): void {
    this.#happenings.push(happening);
  }

  /** Called by a consumer's `write`: what it sees now, and what it does in that moment. */
  written(client: Client, messages: readonly SeenMessage[]): boolean {
    if (client.subscription.blocked) throw new Error("written to while blocked");
    if (client.known.closing || client.known.gone) throw new Error("written to while closing");
    this.#happenings.push({ kind: "delivered", client, messages });
    if (this.#world.random.chance(0.005)) {
      this.#world.see("left while written to");
      client.known.gone = true;
      client.subscription.close();
      this.#happenings.push({ kind: "left", client });
      return false;
    }
    return !this.#world.random.chance(0.05);
  }

  /** Messages leave their topic: all at the end of a turn, but where they are stored first. */
  handOut(topic: ModelTopic): void {
    if (topic.paused || topic.channels.size === 0 || topic.unhanded.length === 0) return;
    const real = this.#world.broker.topics.get(topic.name);
    const isHandedNow = ({ logId, seq }: Published) =>
      (logId !== real?.log?.id || seq < real.log.handedTo) &&
      !real?.pending.some(({ log, from, to }) => log.id === logId && seq >= from && seq < to);
    const storesFirst = this.#world.options.memQueueSize === 0 && !topic.ephemeral;
    const isVisible = (message: Published) =>
      !storesFirst || message.delayMs !== null || isHandedNow(message);
    const stays: ModelTopic["unhanded"] = [];
    for (const item of topic.unhanded) {
      if (!isVisible(item.message)) {
        stays.push(item);
        continue;
      }
      if (storesFirst && !item.hole && item.message.delayMs === null) this.#assertStored(item.message);
      for (const channel of topic.channels.values()) channel.hand(item.message, item.hole, this.#world.nowMs);
    }
    topic.unhanded = stays;
  }

  #assertStored(message: Published): void {
    if (this.#world.backlog.wasStored(message.logId, message.seq)) return;
    throw new Error(`${nameOf(message)} was handed out before it was stored`);
  }

  /** Everything since the last turn, in order. */
  follow(): void {
    for (const topic of this.#world.topics.values()) this.handOut(topic);
    const happenings = this.#happenings;
    this.#happenings = [];
    for (const happening of happenings) {
      if (happening.kind === "left") this.left(happening.client);
      else if (happening.kind === "lost") this.#lost(happening.topic, happening.channel, happening.keys);
      else for (const message of happening.messages) this.#delivered(happening.client, message);
    }
  }

  #delivered(client: Client, seen: SeenMessage): void {
    const { known } = client;
    const key = keyOf(seen.logId, seen.seq);
    const message = this.#world.published.get(key);
    if (!message) throw new Error(`${seen.id} was never published`);
    const channel = this.#world.topics.get(client.topic)?.channels.get(client.channel);
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
    this.#world.audit.expect("deliver", 1);
    if (seen.attempts > 1) this.#world.see("delivered again");
    known.inFlight++;
    owed.attempts++;
    owed.fresh = false;
    owed.owner = known.number;
    owed.sinceMs = this.#world.nowMs;
    channel.move(owed, "held", this.#world.nowMs + known.msgTimeoutMs);
  }

  #lost(topicName: string, channelName: string, keys: readonly number[]): void {
    const channel = this.#world.topics.get(topicName)?.channels.get(channelName);
    for (const key of keys) {
      const owed = channel?.owed.get(key);
      if (!channel || !owed?.hole)
        throw new Error(`said to be lost, and is not: ${key} of ${topicName}/${channelName}`);
      this.#world.see("lost by a kill");
      channel.remove(owed);
    }
  }

  /** The model of a consumer that is gone; an ephemeral channel goes with its last one. */
  left(client: Client): void {
    client.known.gone = true;
    this.#world.clients = this.#world.clients.filter((other) => other !== client);
    client.recorder.letGo();
    const topic = this.#world.topics.get(client.topic);
    const channel = topic?.channels.get(client.channel);
    const index = channel?.subscriptions.indexOf(client.known) ?? -1;
    if (!topic || !channel || index < 0) return;
    channel.subscriptions.splice(index, 1);
    if (!channel.ephemeral || channel.subscriptions.length > 0) return;
    topic.channels.delete(channel.name);
    if (topic.ephemeral && topic.channels.size === 0) this.#world.topics.delete(topic.name);
  }
}
