/**
 * A node as one of a cluster: it reads once a second what operators have said to all nodes and carries it out
 * in order, and it writes down what they say to it. Nothing passes from node to node; what one node has written
 * another reads.
 */

import {
  changeChannel,
  changeTopic,
  type DeclaredRow,
  selectChanges,
  selectTopologyId,
} from "../../db/queries/topology.ts";
import type { SharedPostgres } from "../../db/shared-postgres.ts";
import type { Broker } from "../broker/broker.ts";
import { isEphemeral } from "../broker/names.ts";
import { setDurable } from "../broker/topic-logs.ts";
import { carryOut, carryOutDeletion, type Difference, differences } from "./carry-out.ts";
import { type Act, classIn, Declared, type DeclaredTopicName } from "./declared.ts";

const readEveryMs = 1_000;
/** Topics and channels read with one statement. */
const pageMax = 1_000;
/** Carried out in one turn: each may be a line in the log. */
const turnMax = 200;
/** Others that act at the same moment come first so often. */
const attemptsMax = 20;
/** A topic's class may be said before anybody has published to it. */
const mayComeFirst: ReadonlySet<Act["verb"]> = new Set(["create", "durable", "memory"]);
/** So long somebody waits for a Postgres that starts together with the node. */
const startingMsMax = 5_000;

export interface ClusterTopologyOptions {
  readonly postgres: SharedPostgres;
  readonly broker: Broker;
  /** What was said of topics' classes, for the broker to ask and for the next process to know. */
  readonly policies: {
    note(changes: ReadonlyMap<string, boolean | null>, options: { anew: boolean }): void;
  };
  /** Resolves when the node has what its store owes it: what is deleted now would come back with that. */
  readonly loaded: Promise<void>;
  /** Sets the broker's time. */
  now(): void;
  /** Takes the names from those who would give them back to a topic made anew. Says what went wrong. */
  forget(topic: string, channel: string | null): Promise<readonly string[]>;
  log(level: "info" | "warn", text: string): void;
}

/** `version`: the act's. `warnings`: what was done all the same. */
export type Acted =
  | { readonly done: true; readonly version: number; readonly warnings: readonly string[] }
  | { readonly done: false; readonly why: "not found" | "away" | "busy"; readonly detail: string };

/** Read it bit by bit: it may be long, and says what is so when it is read. */
export interface TopologyView {
  /** Of the last act that was carried out here; null: nothing is known of any. */
  readonly version: number | null;
  readonly topics: Iterable<DeclaredTopicName>;
  /** Where this node differs from it. */
  readonly differences: Iterable<Difference>;
}

export class ClusterTopology {
  readonly #options: ClusterTopologyOptions;
  readonly #firstRead = Promise.withResolvers<void>();
  #declared = new Declared();
  /** Read, and not carried out. */
  #news: DeclaredRow[] = [];
  #id: string | null = null;
  /** Nothing was carried out yet of what had been said before this process. */
  #isFirst = true;
  #reading: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failure: string | null = null;
  #closed = false;

  constructor(options: ClusterTopologyOptions) {
    this.#options = options;
  }

  start(): void {
    const { postgres } = this.#options;
    const read = () => {
      if (postgres.state === "up")
        this.#read().then(
          () => this.#report(null),
          (error) => this.#report(error),
        );
    };
    postgres.onUp = () => {
      this.#id = null;
      read();
    };
    this.#timer = setInterval(read, readEveryMs);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer ?? undefined);
    this.#options.postgres.onUp = null;
  }

  // -- a source of channels for a new topic -----------------------------------------------------

  readonly isAsked = true;

  /** Makes what is declared by now, this topic's channels with it. Rejects when that is not to be known. */
  async channelsOf(topic: string, signal: AbortSignal): Promise<readonly string[]> {
    if (isEphemeral(topic)) return [];
    // Who has been here before has its topology in its data path.
    if (this.#options.postgres.topologySeen === null) await this.#started(signal);
    await this.#read();
    return [];
  }

  // -- operators --------------------------------------------------------------------------------

  /** Resolves when it is written and carried out here; other nodes follow within a second or so. */
  async act(act: Act): Promise<Acted> {
    const { postgres, broker, forget } = this.#options;
    const { verb, topic, channel } = act;
    let warnings: readonly string[] | null = null;
    await this.#started();
    try {
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        await this.#read();
        const isHere =
          channel === null ? broker.topics.has(topic) : broker.topics.get(topic)?.channels.has(channel);
        if (!mayComeFirst.has(verb) && !isHere && !this.#declared.has(topic, channel)) {
          return { done: false, why: "not found", detail: "neither declared nor on this node" };
        }
        const change = this.#declared.change(act);
        if (change === null) return { done: true, version: this.#declared.version, warnings: [] };
        if (verb === "delete") warnings ??= await forget(topic, channel);
        const { state, declaresTopic } = change;
        const isFirst = await postgres.use((sql) =>
          channel === null
            ? changeTopic(sql, topic, state)
            : changeChannel(sql, topic, channel, state, declaresTopic),
        );
        if (!isFirst) continue;
        await this.#read();
        return { done: true, version: state.version, warnings: warnings ?? [] };
      }
    } catch (error) {
      const isSure = (error as { code?: unknown }).code === "WEIR_AWAY";
      const outcome = isSure ? "nothing was done" : "whether it was done is not known";
      return { done: false, why: "away", detail: `Postgres: ${postgres.describe(error)}; ${outcome}` };
    }
    return { done: false, why: "busy", detail: "others act on the topology all the time" };
  }

  topology(): TopologyView {
    const { postgres, broker } = this.#options;
    return {
      version: postgres.topologySeen?.version ?? null,
      topics: this.#declared.names(),
      differences: differences(broker, this.#declared),
    };
  }

  // -- reading ----------------------------------------------------------------------------------

  /** Resolves when it is known whether Postgres starts together with us. */
  async #started(...signals: readonly AbortSignal[]): Promise<void> {
    if (this.#options.postgres.state !== "starting") return;
    const signal = AbortSignal.any([...signals, AbortSignal.timeout(startingMsMax)]);
    await Promise.race([this.#firstRead.promise, aborted(signal)]);
  }

  /** Resolves when what was written before the call has been carried out. One at a time: all who wait share the next. */
  #read(): Promise<void> {
    this.#next ??= (async () => {
      await this.#reading?.catch(() => {});
      this.#next = null;
      this.#reading = this.#readOnce();
      await this.#reading;
    })();
    return this.#next;
  }

  async #readOnce(): Promise<void> {
    const { postgres, loaded } = this.#options;
    if (this.#id === null) {
      const id = await postgres.use(selectTopologyId);
      if (postgres.topologySeen?.id !== id) {
        this.#declared = new Declared();
        this.#news = [];
      }
      this.#id = id;
    }
    await this.#readNews();
    this.#noteClasses(this.#id);
    await loaded;
    if (this.#closed) return;
    await this.#carryOutNews(this.#id);
    this.#firstRead.resolve();
  }

  async #readNews(): Promise<void> {
    for (let isMore = true; isMore; ) {
      const rows = await this.#options.postgres.use((sql) =>
        selectChanges(sql, this.#declared.version, pageMax),
      );
      isMore = rows.length === pageMax;
      // A version may have two rows: one that may be cut is left to the next page.
      const whole = isMore ? rows.filter(({ version }) => version < rows.at(-1)!.version) : rows;
      for (const row of whole) this.#declared.absorb(row);
      this.#news.push(...whole);
    }
  }

  /** Before any topic is made or published to by them. */
  #noteClasses(id: string): void {
    const { postgres, policies } = this.#options;
    const said = this.#news.filter((row) => row.channel === null && this.#declared.isCurrent(row));
    policies.note(new Map(said.map((row) => [row.topic, classIn(row)])), {
      anew: postgres.topologySeen?.id !== id,
    });
  }

  /** Whatever a node had been told before: of which class a topic is holds for all nodes alike. */
  #carryOutClass(name: string): void {
    const { broker, log } = this.#options;
    const topic = broker.topics.get(name);
    const isDurable = broker.options.durability?.isDurable(name) ?? false;
    if (topic === undefined || topic.durable === isDurable) return;
    setDurable(topic, isDurable);
    if (isDurable && this.#isFirst && topic.messageCount > 0)
      log("warn", `TOPIC(${name}): is durable, which this node did not know: what it took until now is not`);
    else log("info", `TOPIC(${name}): ${isDurable ? "durable" : "in memory"} from now on`);
  }

  async #carryOutNews(id: string): Promise<void> {
    const { postgres, broker, now } = this.#options;
    const seen = postgres.topologySeen?.id === id ? postgres.topologySeen.version : null;
    const current = this.#news.filter((row) => this.#declared.isCurrent(row));
    const news = current.filter((row) => row.version > (seen ?? -1));
    this.#news = [];
    now();
    for (const row of news) carryOutDeletion(broker, row, seen);
    for (const { topic, channel } of current) if (channel === null) this.#carryOutClass(topic);
    this.#isFirst = false;
    for (let from = 0; from < news.length; from += turnMax) {
      now();
      for (const row of news.slice(from, from + turnMax)) carryOut(broker, row, seen);
      await new Promise(setImmediate);
    }
    const { version } = this.#declared;
    if (version !== seen) postgres.topologySeen = { id, version };
  }

  #report(error: unknown): void {
    const failure = error === null ? null : this.#options.postgres.describe(error);
    // The store says when Postgres is away.
    if (failure !== null && failure !== this.#failure && this.#options.postgres.state === "up") {
      this.#options.log("warn", `CLUSTER: the declared topology cannot be read: ${failure}`);
    }
    this.#failure = failure;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
