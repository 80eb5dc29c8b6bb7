/** The broker compared with the model: what it counts, and where every message is. */
import type { Channel } from "../channel.ts";
import { keyOf, type ModelChannel, type ModelTopic, nameOf, type OwedState } from "./model.ts";
import type { World } from "./world.ts";

/** After every turn. What an ephemeral channel dropped is worked out here, from how much it dropped. */
export function compareCounters(world: World): void {
  const { broker } = world;
  same("topics", [...broker.topics.keys()].sort(), [...world.topics.keys()].sort());
  for (const [name, model] of world.topics) {
    const topic = broker.topics.get(name)!;
    const unhanded = model.unhanded.length;
    same(`${name}: depth`, topic.depth, unhanded);
    same(`${name}: messages`, topic.messageCount, model.messageCount);
    same(`${name}: channels`, [...topic.channels.keys()].sort(), [...model.channels.keys()].sort());
    for (const [channelName, known] of model.channels) {
      const channel = topic.channels.get(channelName)!;
      const what = `${name}/${channelName}`;
      if (model.ephemeral || known.ephemeral) drop(world, what, channel, known);
      same(`${what}: depth`, channel.depth, known.counts.waiting);
      same(`${what}: in flight`, channel.inFlightCount, known.counts.held);
      same(`${what}: deferred`, channel.deferredCount, known.counts.deferred);
      same(`${what}: messages`, channel.messageCount, known.messageCount);
      same(`${what}: finished`, channel.finishCount, known.finishCount);
      same(`${what}: requeued`, channel.requeueCount, known.requeueCount);
      same(`${what}: timed out`, channel.timeoutCount, known.timeoutCount);
      same(`${what}: consumers`, channel.subscriptions.length, known.subscriptions.length);
      if (channel.backendDepth < 0 || channel.backendDepth > channel.depth) {
        throw new Error(`${what}: backend depth ${channel.backendDepth} of ${channel.depth}`);
      }
      checkWork(world, what, model, known);
    }
  }
  for (const { subscription, known } of world.clients) {
    same(`consumer ${known.number}: in flight`, subscription.inFlight, known.inFlight);
  }
  if (broker.memoryBytes < broker.pool.usedBytes) throw new Error("exceptions weigh less than nothing");
}

/** Now and then: where each message is, message by message. */
export function compareMessages(world: World): void {
  for (const [name, model] of world.topics) {
    for (const [channelName, known] of model.channels) {
      const channel = world.broker.topics.get(name)?.channels.get(channelName);
      const found = placesOf(channel!);
      for (const [key, owed] of known.owed) {
        const place = found.get(key);
        const what = `${nameOf(owed.message)} on ${name}/${channelName}`;
        if (place === undefined) throw new Error(`${what} is lost: it should be ${owed.state}`);
        same(what, place, owed.state);
        found.delete(key);
      }
      if (found.size > 0) throw new Error(`${name}/${channelName} owes ${found.size} messages it should not`);
    }
  }
}

function placesOf(channel: Channel): Map<number, OwedState> {
  const places = new Map<number, OwedState>();
  const put = (logId: number, seq: number, state: OwedState) => {
    const key = keyOf(logId, seq);
    if (places.has(key)) throw new Error(`${logId}:${seq} is in two places of ${channel.name}`);
    places.set(key, state);
  };
  for (const window of channel.windows) {
    for (let seq = window.low; seq < window.next; seq++) {
      if (window.ownerOf(seq) !== 0) put(window.log.id, seq, "held");
    }
    for (let seq = window.next; seq < window.end; seq++) put(window.log.id, seq, "waiting");
  }
  for (const { log, seq, state } of channel.exceptions) {
    if (state === "new") throw new Error(`${log.id}:${seq} is nowhere`);
    put(log.id, seq, state);
  }
  return places;
}

/** The newest that never went out, beyond mem-queue-size, and no more than that. */
function drop(world: World, what: string, channel: Channel, known: ModelChannel): void {
  const limit = world.options.memQueueSize;
  const dropped = known.counts.waiting - channel.depth;
  const fresh = [...known.owed.values()].filter((owed) => owed.fresh && owed.state === "waiting");
  if (dropped > 0) {
    world.see("dropped", dropped);
    if (channel.depth < Math.min(limit, known.counts.waiting)) throw new Error(`${what} dropped too much`);
    if (dropped > fresh.length) throw new Error(`${what} dropped what had been handed out`);
    fresh.sort((a, b) => a.message.uid - b.message.uid);
    for (const owed of fresh.splice(fresh.length - dropped)) known.remove(owed);
  }
  if (fresh.length > limit) throw new Error(`${what} keeps ${fresh.length} of ${limit}`);
}

/** Nobody waits for a message that is there. */
function checkWork(world: World, what: string, topic: ModelTopic, known: ModelChannel): void {
  if (known.paused || known.counts.waiting === 0) return;
  if (world.backlog.reads.length > 0 || world.refusedRead) return;
  const idle = world
    .clientsOf(topic.name, known.name)
    .find(({ known, subscription }) => !subscription.blocked && !known.closing && known.rdy > known.inFlight);
  if (idle)
    throw new Error(`${what}: consumer ${idle.known.number} waits, and so do ${known.counts.waiting}`);
}

function same(what: string, actual: unknown, expected: unknown): void {
  if (actual === expected || String(actual) === String(expected)) return;
  throw new Error(`${what}: ${String(actual)}, not ${String(expected)}`);
}
