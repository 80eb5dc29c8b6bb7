import fc from "fast-check";
import { expect, test } from "vitest";
import type { PeerIdentity } from "../protocol/lookup.ts";
import { isEphemeral } from "../protocol/names.ts";
import { NumberSet } from "./number-set.ts";
import type { Producer } from "./registration.ts";
import { Registry, type RegistryOptions } from "./registry.ts";

const identity: PeerIdentity = {
  broadcastAddress: "a",
  hostname: "h",
  tcpPort: 1,
  httpPort: 2,
  version: "1.3.0",
  topologyZone: "",
  topologyRegion: "",
};

function newRegistry(options: Partial<RegistryOptions> = {}) {
  const now = () => ({ nowMs: 0, wallMs: 0 });
  return new Registry({ inactiveProducerMs: 1_000, tombstoneMs: 1_000, now, ...options });
}

/** `topic` or `topic/channel`, each with the ids of those that have it. */
function contents(registry: Registry): Record<string, string[]> {
  const keys: Record<string, string[]> = {};
  for (const topic of registry.topics.values()) {
    if (topic.listed) keys[topic.name] = Array.from(registry.producersOf(topic), ({ id }) => id).toSorted();
    for (const channel of topic.channels.values())
      keys[`${topic.name}/${channel.name}`] = Array.from(
        registry.producersOf(channel),
        ({ id }) => id,
      ).toSorted();
  }
  return keys;
}

/** The same as a plain map of who has what, with NSQ's rules written out. */
class Model {
  readonly keys = new Map<string, Set<string>>();

  register(id: string, topic: string, channel: string | null): void {
    for (const key of channel === null ? [topic] : [topic, `${topic}/${channel}`]) this.create(key).add(id);
  }

  unregister(id: string, topic: string, channel: string | null): void {
    const left = channel === null ? [...this.channelsOf(topic), topic] : [`${topic}/${channel}`];
    for (const key of left) {
      this.keys.get(key)?.delete(id);
      if (this.keys.get(key)?.size === 0 && isEphemeral(key)) this.keys.delete(key);
    }
  }

  create(key: string): Set<string> {
    const having = this.keys.get(key) ?? new Set();
    this.keys.set(key, having);
    return having;
  }

  channelsOf(topic: string): string[] {
    return [...this.keys.keys()].filter((key) => key.startsWith(`${topic}/`));
  }

  contents(): Record<string, string[]> {
    return Object.fromEntries(Array.from(this.keys, ([key, ids]) => [key, [...ids].toSorted()]));
  }
}

const topicNames = fc.constantFrom("t", "u", "v#ephemeral");
const channelNames = fc.constantFrom("c", "d#ephemeral");
const maybeChannel = fc.option(channelNames, { nil: null });
const nodes = fc.nat(3);
const act = fc.oneof(
  fc.record({
    kind: fc.constant("register" as const),
    node: nodes,
    topic: topicNames,
    channel: maybeChannel,
  }),
  fc.record({
    kind: fc.constant("unregister" as const),
    node: nodes,
    topic: topicNames,
    channel: maybeChannel,
  }),
  fc.record({ kind: fc.constant("disconnect" as const), node: nodes }),
  fc.record({ kind: fc.constant("create" as const), topic: topicNames, channel: maybeChannel }),
  fc.record({ kind: fc.constant("delete" as const), topic: topicNames, channel: maybeChannel }),
);

test("[LB2] who has what is what a plain list of registrations says, whatever nodes and operators do", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const registry = newRegistry();
      const model = new Model();
      const producers = new Map<number, Producer>();
      let connections = 0;
      const producerOf = (node: number): Producer => {
        const producer = producers.get(node) ?? registry.identify(`${node}:${++connections}`, identity);
        producers.set(node, producer);
        return producer;
      };

      for (const act of acts) {
        if (act.kind === "register") {
          const producer = producerOf(act.node);
          registry.register(producer, act.topic, act.channel);
          model.register(producer.id, act.topic, act.channel);
        } else if (act.kind === "unregister") {
          const producer = producerOf(act.node);
          registry.unregister(producer, act.topic, act.channel);
          model.unregister(producer.id, act.topic, act.channel);
        } else if (act.kind === "disconnect") {
          const producer = producerOf(act.node);
          registry.remove(producer);
          producers.delete(act.node);
          for (const having of model.keys.values()) having.delete(producer.id);
        } else if (act.kind === "create") {
          if (act.channel === null) registry.createTopic(act.topic);
          else registry.createChannel(act.topic, act.channel);
          model.create(act.topic);
          if (act.channel !== null) model.create(`${act.topic}/${act.channel}`);
        } else if (act.channel === null) {
          const topic = registry.topics.get(act.topic);
          if (topic) registry.deleteTopic(topic);
          for (const key of [act.topic, ...model.channelsOf(act.topic)]) model.keys.delete(key);
        } else {
          registry.deleteChannel(act.topic, act.channel);
          model.keys.delete(`${act.topic}/${act.channel}`);
        }

        expect(contents(registry)).toEqual(model.contents());
        for (const producer of producers.values()) {
          const topics = registry.topicsOf(producer).map(({ name }) => name);
          const having = [...model.keys].filter(([key, ids]) => !key.includes("/") && ids.has(producer.id));
          expect(topics.toSorted()).toEqual(having.map(([key]) => key).toSorted());
        }
      }
    }),
  );
});

test("[LB2] numbers are a set, whichever come and go", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(200))), (acts) => {
      const numbers = new NumberSet();
      const model = new Set<number>();
      for (const [add, number] of acts) {
        expect(add ? numbers.add(number) : numbers.delete(number)).toBe(
          add ? !model.has(number) : model.has(number),
        );
        if (add) model.add(number);
        else model.delete(number);
      }

      expect([...numbers]).toEqual([...model].toSorted((one, other) => one - other));
      expect(numbers.size).toBe(model.size);
    }),
  );
});

test("[LB3] at the limit the names that nobody has go, the longest unused first", () => {
  const registry = newRegistry({ namesMax: 4 });
  const producer = registry.identify("a:1", identity);
  registry.createTopic("old");
  registry.createTopic("used");
  registry.createTopic("new");
  registry.register(producer, "used", null);

  registry.register(producer, "mine", "c");

  expect(Object.keys(contents(registry)).toSorted()).toEqual(["mine", "mine/c", "new", "used"]);
});

test("[LB3] when all names are somebody's there is no room for more, until one is left", () => {
  const registry = newRegistry({ namesMax: 3 });
  const producer = registry.identify("a:1", identity);
  registry.register(producer, "t", "c");
  registry.register(producer, "t", "d");

  expect(registry.register(producer, "u", null)).toBeNull();
  expect(registry.register(producer, "t", "e")).toBeNull();
  expect(registry.createTopic("u")).toBeNull();
  expect(registry.createChannel("t", "e")).toBe(false);
  expect(registry.register(producer, "t", "c")).toEqual([]);
  registry.unregister(producer, "t", "d");
  expect(registry.createChannel("t", "e")).toBe(true);
  expect(Object.keys(contents(registry))).toEqual(["t", "t/c", "t/e"]);
});

test("[LB3] one node's names are bounded, another's are not by that", () => {
  const registry = newRegistry({ registrationsMax: 4 });
  const [greedy, modest] = [registry.identify("a:1", identity), registry.identify("b:1", identity)];
  registry.register(greedy, "t", "c");
  registry.register(greedy, "t", "d");

  expect(registry.register(greedy, "u", null)).toBeNull();
  expect(registry.register(modest, "u", null)).toHaveLength(1);
  expect(contents(registry)).toEqual({ t: ["a:1"], "t/c": ["a:1"], "t/d": ["a:1"], u: ["b:1"] });
});

test("[LB3] a channel that is made does not push its own topic out", () => {
  const registry = newRegistry({ namesMax: 2 });
  registry.createChannel("t", "c");

  expect(registry.createChannel("t", "d")).toBe(true);

  expect(Object.keys(contents(registry))).toEqual(["t", "t/d"]);
});
