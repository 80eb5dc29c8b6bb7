/** How a node ends and begins again: a clean stop, which loses nothing, and a kill, which loses what it may. */
import type { TopicCheckpoint } from "../checkpoint.ts";
import { storeUnfinished, takeCheckpoint } from "../departure.ts";
import { keyOf, ModelChannel, type ModelTopic, type Owed, type Published, waitingFor } from "./model.ts";
import type { World } from "./world.ts";

interface OwedTopic {
  readonly unhanded: ModelTopic["unhanded"];
  /** Deferred ones have their due time on the wall clock. */
  readonly channels: Map<string, Owed[]>;
}

interface Saved {
  readonly checkpoints: readonly TopicCheckpoint[];
  /** What must come back from it if the node dies, unless it is finished by then: keys by topic and channel. */
  readonly keeps: ReadonlyMap<string, ReadonlySet<number>>;
}

export class Restarts {
  readonly #world: World;
  #saved: Saved | null = null;
  #pending: {
    readonly checkpoints: readonly TopicCheckpoint[];
    readonly owed: Map<string, OwedTopic>;
  } | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  /** The store keeps what it could give back now. */
  checkpoint(): void {
    const world = this.#world;
    if (this.#pending) return;
    world.turn();
    const checkpoints = takeCheckpoint(world.broker, "stored");
    const durable = world.backlog.storedKeys("runs");
    const durableAtAll = world.backlog.storedKeys("all");
    const keeps = new Map<string, Set<number>>();
    for (const [name, model] of world.topics) {
      const topic = world.broker.topics.get(name);
      if (model.ephemeral || !topic?.logs.some((log) => log.inStore)) continue;
      const unhanded = model.unhanded.filter(({ hole, message }) => !hole && message.delayMs === null);
      keeps.set(
        name,
        new Set(unhanded.map(({ message }) => keyOfMessage(message)).filter((key) => durable.has(key))),
      );
      for (const channel of model.channels.values()) {
        if (channel.ephemeral) continue;
        const onlyHere = new Set<number>();
        for (const { log, seq, stored } of topic.channels.get(channel.name)?.exceptions ?? []) {
          if (!stored) onlyHere.add(keyOf(log.id, seq));
        }
        const kept = [...channel.owed].filter(
          ([key, { hole }]) => !hole && durableAtAll.has(key) && !onlyHere.has(key),
        );
        keeps.set(`${name}/${channel.name}`, new Set(kept.map(([key]) => key)));
      }
    }
    this.#saved = { checkpoints, keeps };
  }

  /** A clean stop, and a start: nothing is lost, and nothing that was finished comes back. */
  stop(): void {
    const world = this.#world;
    this.restoreNow();
    world.turn();
    world.see("stop");
    world.note(`stop: ${world.describe()}`);
    for (const client of [...world.clients]) world.leave(client);
    world.broker.exiting = true;
    let durable = 0;
    const blocks = storeUnfinished(world.broker, () => durable++);
    while (world.backlog.writes.length > 0) {
      world.backlog.finishWrite(world.random.below(world.backlog.writes.length));
    }
    if (durable !== blocks) throw new Error(`${durable} of ${blocks} blocks were said to be durable`);
    const checkpoints = takeCheckpoint(world.broker, "all");
    const owed = this.#owedNow();
    const keeps = new Map<string, Set<number>>();
    for (const [name, topic] of owed) {
      keeps.set(name, new Set(topic.unhanded.filter(isThere).map(({ message }) => keyOfMessage(message))));
      for (const [channel, items] of topic.channels) {
        keeps.set(
          `${name}/${channel}`,
          new Set(items.filter(isThere).map(({ message }) => keyOfMessage(message))),
        );
      }
    }
    this.#saved = { checkpoints, keeps };
    this.#start(checkpoints, owed);
  }

  /** `kill -9`, and a start from what was last kept: what only memory had is gone, what was finished since may come again. */
  kill(): void {
    const world = this.#world;
    world.see("kill");
    world.note(`kill: ${world.describe()}`);
    const saved = this.#saved ?? { checkpoints: [], keeps: new Map() };
    const unfinished = this.#pending ? null : this.#owedNow();
    world.backlog.crash(logsOf(saved.checkpoints));
    const durable = world.backlog.storedKeys("all");
    const checkpoints = clipped(saved.checkpoints, world.backlog.storedKeys("runs"));
    const owed = new Map<string, OwedTopic>();
    for (const checkpoint of checkpoints) owed.set(checkpoint.name, this.#owedBy(checkpoint, durable));
    if (unfinished) this.#assertKept(saved.keeps, unfinished, owed);
    this.#start(checkpoints, owed);
  }

  /** The store has answered: what was owed comes back, beside what came meanwhile. */
  restoreNow(): void {
    const world = this.#world;
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = null;
    world.turn();
    if (world.clients.some(({ known }) => known.inFlight > 0)) world.see("restored beside what is held");
    world.broker.restore(pending.checkpoints);
    for (const [name, owed] of pending.owed) {
      const topic = world.ensureTopic(name);
      topic.unhanded = [...owed.unhanded, ...topic.unhanded];
      for (const [channelName, items] of owed.channels) {
        const channel = topic.channels.get(channelName) ?? new ModelChannel(channelName);
        topic.channels.set(channelName, channel);
        for (const item of items) {
          const dueMs = world.nowMs + (item.atMs - world.wallMs);
          channel.add({ ...item, state: "waiting" });
          const added = channel.owed.get(keyOfMessage(item.message));
          if (added && item.state === "deferred") channel.move(added, "deferred", dueMs);
        }
      }
    }
  }

  /** A new process: metadata is there at once, what was owed when the store has answered. */
  #start(checkpoints: readonly TopicCheckpoint[], owed: Map<string, OwedTopic>): void {
    const world = this.#world;
    const topology = [...world.topics.values()].filter((topic) => !topic.ephemeral);
    for (const client of world.clients) client.recorder.letGo();
    world.clients = [];
    world.topics.clear();
    world.nowMs = world.random.below(10_000);
    world.wallMs += world.random.below(1_000);
    world.backlog.crash(logsOf(checkpoints));
    world.broker = world.startBroker();
    for (const { name, paused, channels } of topology) {
      world.ensureTopic(name).paused = paused;
      world.broker.pauseTopic(world.broker.ensureTopic(name), paused);
      for (const channel of channels.values()) {
        if (channel.ephemeral) continue;
        world.ensureChannel(name, channel.name).paused = channel.paused;
        const real = world.broker.ensureTopic(name).ensureChannel(channel.name);
        world.broker.pauseChannel(real, channel.paused);
      }
    }
    this.#pending = { checkpoints, owed };
    if (world.random.chance(0.5)) this.restoreNow();
  }

  /** What the model owes, as it is when a process begins: what was held waits. */
  #owedNow(): Map<string, OwedTopic> {
    const world = this.#world;
    const owed = new Map<string, OwedTopic>();
    for (const topic of world.topics.values()) {
      if (topic.ephemeral) continue;
      const channels = new Map<string, Owed[]>();
      for (const channel of topic.channels.values()) {
        if (channel.ephemeral) continue;
        const items = [...channel.owed.values()].map((item) => ({
          ...item,
          owner: 0,
          state: item.state === "deferred" ? item.state : ("waiting" as const),
          atMs: world.wallMs + (item.atMs - world.nowMs),
        }));
        channels.set(channel.name, items);
      }
      owed.set(topic.name, { unhanded: topic.unhanded, channels });
    }
    return owed;
  }

  #owedBy(checkpoint: TopicCheckpoint, durable: ReadonlySet<number>): OwedTopic {
    const { published } = this.#world;
    const find = (logId: number, seq: number): { message: Published; hole: boolean } => {
      const key = keyOf(logId, seq);
      const message = published.get(key);
      if (!message) throw new Error(`a checkpoint owes ${logId}:${seq}, which was never published`);
      return { message, hole: !durable.has(key) };
    };
    const unhanded: OwedTopic["unhanded"] = [];
    for (const range of checkpoint.ranges) {
      for (let seq = range.from; seq < range.to; seq++) unhanded.push(find(range.logId, seq));
    }
    const { deferred } = checkpoint;
    for (let i = 0; i < deferred.seq.length; i++) unhanded.push(find(deferred.logId[i]!, deferred.seq[i]!));
    const channels = new Map<string, Owed[]>();
    for (const { name, ranges, exceptions } of checkpoint.channels) {
      const items = new Map<number, Owed>();
      const add = (item: Owed) => {
        const key = keyOfMessage(item.message);
        if (items.has(key)) throw new Error(`a checkpoint owes ${key} twice on ${name}`);
        items.set(key, item);
      };
      for (const { logId, from, to } of ranges) {
        for (let seq = from; seq < to; seq++) {
          const { message, hole } = find(logId, seq);
          add(waitingFor(message, { hole }));
        }
      }
      for (let i = 0; i < exceptions.seq.length; i++) {
        const { message, hole } = find(exceptions.logId[i]!, exceptions.seq[i]!);
        const item = waitingFor(message, { hole, fresh: false, attempts: exceptions.attempts[i]! });
        const dueMs = exceptions.dueMs[i]!;
        add(dueMs > 0 ? { ...item, state: "deferred", atMs: dueMs } : item);
      }
      channels.set(name, [...items.values()]);
    }
    return { unhanded, channels };
  }

  /** What was in the store when the checkpoint was kept, and is not finished, is owed again. */
  #assertKept(
    keeps: Saved["keeps"],
    unfinished: ReadonlyMap<string, OwedTopic>,
    owed: ReadonlyMap<string, OwedTopic>,
  ): void {
    for (const [place, keys] of keeps) {
      const [topicName = "", channelName] = place.split("/");
      const before = owedAt(unfinished.get(topicName), channelName);
      const after = owedAt(owed.get(topicName), channelName);
      for (const key of keys) {
        if (before.has(key) && !after.has(key))
          throw new Error(`${key} of ${place} was in the store, and is lost`);
      }
    }
  }
}

/** Keys of what a place owes; a topic's include those that its channels owe by now. */
function owedAt(topic: OwedTopic | undefined, channelName: string | undefined): Set<number> {
  const items = channelName === undefined ? topic?.unhanded : topic?.channels.get(channelName);
  return new Set((items ?? []).filter(isThere).map(({ message }) => keyOfMessage(message)));
}

function isThere({ hole }: { readonly hole: boolean }): boolean {
  return !hole;
}

function keyOfMessage({ logId, seq }: Published): number {
  return keyOf(logId, seq);
}

function logsOf(checkpoints: readonly TopicCheckpoint[]): Set<number> {
  const logs = new Set<number>();
  for (const { ranges, deferred, channels } of checkpoints) {
    for (const range of [...ranges, ...channels.flatMap((channel) => channel.ranges)]) logs.add(range.logId);
    for (const owed of [deferred, ...channels.map((channel) => channel.exceptions)]) {
      for (const logId of owed.logId) logs.add(logId);
    }
  }
  return logs;
}

/** As a store does at start: ranges end where it has nothing more. */
function clipped(checkpoints: readonly TopicCheckpoint[], stored: ReadonlySet<number>): TopicCheckpoint[] {
  const clip = <T extends { readonly logId: number; readonly from: number; readonly to: number }>(
    ranges: readonly T[],
  ) =>
    ranges.flatMap((range) => {
      let { from, to } = range;
      while (from < to && !stored.has(keyOf(range.logId, from))) from++;
      while (from < to && !stored.has(keyOf(range.logId, to - 1))) to--;
      return from < to ? [{ ...range, from, to }] : [];
    });
  return checkpoints.map((checkpoint) => ({
    ...checkpoint,
    ranges: clip(checkpoint.ranges),
    channels: checkpoint.channels.map((channel) => ({ ...channel, ranges: clip(channel.ranges) })),
  }));
}
