import { expect, test } from "vitest";
import type { DeclaredRow } from "../../db/queries/topology.ts";
import { Random } from "../broker/testing/random.ts";
import { TestBroker } from "../broker/testing/test-broker.ts";
import { setDurable } from "../broker/topic-logs.ts";
import { carryOut, carryOutDeletion, differences } from "./carry-out.ts";
import { type Act, classIn, Declared } from "./declared.ts";

const topics = ["orders", "mail"];
const channels = [null, null, "billing", "smtp"];
const verbs = ["create", "create", "delete", "pause", "unpause", "empty"] as const;
const topicVerbs = [...verbs, "durable", "memory"] as const;

/** What the tables hold: the newest row of each name, a deleted topic's channels gone. */
class Tables {
  readonly #rows = new Map<string, DeclaredRow>();
  readonly #declared = new Declared();

  act(act: Act): void {
    const change = this.#declared.change(act);
    if (change === null) return;
    const { topic, channel } = act;
    const rows: DeclaredRow[] = [{ topic, channel, ...change.state }];
    if (change.declaresTopic) {
      const { version } = change.state;
      const before = this.#declared.change({ verb: "create", topic, channel: null })!.state;
      rows.unshift({ topic, channel: null, ...before, version, incarnation: version });
    }
    for (const row of rows) {
      if (row.channel === null && row.deletedVersion === row.version) {
        for (const [name, { topic: parent }] of this.#rows) if (parent === row.topic) this.#rows.delete(name);
      }
      this.#rows.set(`${row.topic} ${row.channel ?? ""}`, row);
      this.#declared.absorb(row);
    }
  }

  after(version: number): DeclaredRow[] {
    const found = [...this.#rows.values()].filter((row) => row.version > version);
    return found.toSorted((one, other) => one.version - other.version || (one.channel === null ? -1 : 1));
  }
}

class Node {
  readonly said = new Map<string, boolean | null>();
  readonly node = new TestBroker({
    durability: { timeoutMs: 1_000, isDurable: (topic) => this.said.get(topic) ?? false },
  });
  readonly declared = new Declared();
  seen: number | null = null;

  read(tables: Tables): void {
    const rows = tables.after(this.declared.version);
    for (const row of rows) this.declared.absorb(row);
    const news = rows.filter((row) => row.version > (this.seen ?? -1) && this.declared.isCurrent(row));
    for (const row of rows) if (row.channel === null) this.said.set(row.topic, classIn(row));
    for (const row of news) carryOutDeletion(this.node.broker, row, this.seen);
    for (const [name, topic] of this.node.broker.topics) setDurable(topic, this.said.get(name) ?? false);
    for (const row of news) carryOut(this.node.broker, row, this.seen);
    this.seen = this.declared.version;
  }

  get topology() {
    return [...this.node.broker.topics.values()]
      .map(({ name, paused, durable, channels }) => ({
        ...{ name, paused, durable },
        channels: [...channels.values()].map(({ name, paused }) => `${name} ${paused}`).toSorted(),
      }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "[CU2] whenever a node reads, it comes to what one that has read each act has (seed %i)",
  (seed) => {
    const random = new Random(seed);
    const tables = new Tables();
    const [steady, seldom] = [new Node(), new Node()];
    for (const node of [steady, seldom]) node.read(tables);

    for (let step = 0; step < 300; step++) {
      const channel = random.pick(channels);
      const verb = random.pick(channel === null ? topicVerbs : verbs);
      const act: Act = { verb, topic: random.pick(topics), channel };
      tables.act(act);
      steady.read(tables);
      if (random.chance(0.1)) {
        seldom.read(tables);
        const late = new Node();
        late.read(tables);
        for (const node of [seldom, late]) {
          expect(node.topology, `seed ${seed}, step ${step}`).toEqual(steady.topology);
          expect([...differences(node.node.broker, node.declared)]).toEqual([]);
        }
      }
    }
  },
);

test("[CU2] a channel of a topic made anew is not taken away by the deletion before it", () => {
  const tables = new Tables();
  const node = new Node();
  for (const [verb, channel] of [
    ["create", "billing"],
    ["delete", null],
    ["create", "smtp"],
    ["pause", null],
  ] as const) {
    tables.act({ verb, topic: "orders", channel });
    if (verb === "create" && channel === "billing") node.read(tables);
  }

  node.read(tables);

  expect(node.topology).toEqual([{ name: "orders", paused: true, durable: false, channels: ["smtp false"] }]);
});

test("[CU8] what was said of a topic's class goes with the topic", () => {
  const tables = new Tables();
  const node = new Node();
  tables.act({ verb: "durable", topic: "orders", channel: null });
  node.read(tables);
  expect(node.topology).toEqual([{ name: "orders", paused: false, durable: true, channels: [] }]);

  tables.act({ verb: "delete", topic: "orders", channel: null });
  tables.act({ verb: "create", topic: "orders", channel: "billing" });
  node.read(tables);

  expect(node.topology).toEqual([
    { name: "orders", paused: false, durable: false, channels: ["billing false"] },
  ]);
  expect([...node.declared.names()]).toMatchObject([{ name: "orders", durable: null }]);
});

test("[CU8] what is so already is no act", () => {
  const declared = new Declared();
  const durable = declared.change({ verb: "durable", topic: "orders", channel: null })!;
  declared.absorb({ topic: "orders", channel: null, ...durable.state });

  expect(declared.change({ verb: "durable", topic: "orders", channel: null })).toBeNull();
  expect(declared.change({ verb: "memory", topic: "orders", channel: null })).not.toBeNull();
});
