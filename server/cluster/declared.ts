/**
 * The topics and channels that a cluster's operators want, as one node has read them, and what an act makes of
 * them. Pure: what is read comes in, what is to be written goes out.
 */
import type { DeclaredRow, DeclaredState } from "../../db/queries/topology.ts";

export interface Act {
  /** `durable` and `memory` say of which class a topic is. */
  readonly verb: "create" | "delete" | "pause" | "unpause" | "empty" | "durable" | "memory";
  /** Valid and lasting names. */
  readonly topic: string;
  /** null: the act is on the topic. */
  readonly channel: string | null;
}

/** Rows to write at the version after the one that was read; `topic` declares the channel's topic with it. */
export interface Change {
  readonly state: DeclaredState;
  readonly declaresTopic: boolean;
}

export interface DeclaredName {
  readonly name: string;
  readonly paused: boolean;
}

export interface DeclaredTopicName extends DeclaredName {
  /** null: nothing was said of its class. */
  readonly durable: boolean | null;
  readonly channels: readonly DeclaredName[];
}

interface DeclaredTopic {
  state: DeclaredState;
  readonly channels: Map<string, DeclaredState>;
}

const blank: DeclaredState = {
  ...{ version: 0, declared: false, incarnation: 0, paused: false },
  ...{ pausedVersion: 0, emptiedVersion: 0, deletedVersion: 0, durable: null, durableVersion: 0 },
};

/** What was said of a topic's class, of this one and not of an earlier one of that name; null: nothing. */
export function classIn({ durable, durableVersion, deletedVersion }: DeclaredState): boolean | null {
  return durableVersion > deletedVersion ? durable : null;
}

export class Declared {
  /** Everything up to it has been read. */
  version = 0;
  readonly topics = new Map<string, DeclaredTopic>();

  /** Rows come in the order of their versions. */
  absorb(row: DeclaredRow): void {
    const topic = this.topics.get(row.topic) ?? { state: blank, channels: new Map() };
    this.topics.set(row.topic, topic);
    if (row.channel === null) {
      for (const [channel, { version }] of topic.channels) {
        if (version < row.deletedVersion) topic.channels.delete(channel);
      }
      topic.state = row;
    } else topic.channels.set(row.channel, row);
    this.version = row.version;
  }

  /** Whether it is what was read last of that topic or channel. */
  isCurrent(row: DeclaredRow): boolean {
    return this.#stateOf(row.topic, row.channel) === row;
  }

  /** What is wanted of all nodes. */
  *names(): Generator<DeclaredTopicName> {
    for (const [name, { state, channels }] of this.topics) {
      if (!state.declared) continue;
      const wanted = [...channels].filter(([, { declared }]) => declared);
      yield {
        ...{ name, paused: state.paused, durable: classIn(state) },
        channels: wanted.map(([channel, { paused }]) => ({ name: channel, paused })),
      };
    }
  }

  has(topic: string, channel: string | null): boolean {
    return this.#stateOf(topic, channel).declared;
  }

  /** null: all is so already. */
  change({ verb, topic, channel }: Act): Change | null {
    const version = this.version + 1;
    const before = this.#stateOf(topic, channel);
    const isOfClass = verb === "durable" || verb === "memory";
    const declares = verb !== "empty" && verb !== "delete";
    const state: DeclaredState = {
      ...before,
      version,
      ...(declares && !before.declared && { declared: true, incarnation: version, paused: false }),
      ...(verb === "pause" && { paused: true, pausedVersion: version }),
      ...(verb === "unpause" && { paused: false, pausedVersion: version }),
      ...(verb === "empty" && { emptiedVersion: version }),
      ...(verb === "delete" && { declared: false, paused: false, deletedVersion: version }),
      ...(isOfClass && { durable: verb === "durable", durableVersion: version }),
    };
    if (verb === "create" && before.declared) return null;
    if (isOfClass && before.declared && classIn(before) === state.durable) return null;
    return { state, declaresTopic: channel !== null && declares && !this.has(topic, null) };
  }

  #stateOf(topic: string, channel: string | null): DeclaredState {
    const found = this.topics.get(topic);
    return (channel === null ? found?.state : found?.channels.get(channel)) ?? blank;
  }
}
