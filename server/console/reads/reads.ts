/** What browsers may ask of nodes and lookups beside the live feeds. Whoever asks the same within a second shares an answer. */
import type { Clock } from "../clock.ts";
import type { Collector } from "../collector/collector.ts";
import type {
  DeferredView,
  HeldView,
  InFlightView,
  LogView,
  MessageNowView,
  NodeClientsView,
  OptionsView,
  PoisonView,
  PostgresHealth,
  ProducersView,
  RegistrationsView,
} from "../contract/index.ts";
import { readClients } from "./clients.ts";
import { type HeldWanted, readHeld } from "./held.ts";
import { readMessageNow } from "./message-now.ts";
import { readDeferred, readInFlight, readPoison } from "./messages.ts";
import { readLog, readOptions } from "./options.ts";
import { type CountsBefore, readProducers } from "./producers.ts";
import { readRegistrations } from "./registrations.ts";
import { SharedReads } from "./shared-reads.ts";

const rowsGoodMs = 1_000;
const optionsGoodMs = 10_000;
const registrationsGoodMs = 5_000;
const postgresGoodMs = 2_000;
/** Topics of which counts are remembered for rates. */
const ratedMax = 64;

export interface HealthSource {
  /** Rejects when Postgres does not answer. */
  health(): Promise<Omit<PostgresHealth, "atMs" | "walBytesPerSecond"> & { readonly walBytes: number }>;
}

export class Reads {
  readonly #collector: Collector;
  readonly #clock: Clock;
  readonly #health: HealthSource | null;
  readonly #shared: SharedReads;
  readonly #counts = new Map<string, CountsBefore>();
  #wal: { readonly bytes: number; readonly atMs: number } | null = null;

  /** `health` null: started without Postgres. */
  constructor(collector: Collector, health: HealthSource | null) {
    this.#collector = collector;
    this.#clock = collector.clock;
    this.#health = health;
    this.#shared = new SharedReads(this.#clock);
  }

  inFlight(topic: string, channel: string): Promise<InFlightView> {
    return this.#shared.read(`inflight ${topic}/${channel}`, rowsGoodMs, () =>
      readInFlight(this.#nodesOf(topic, channel), { topic, channel }, this.#clock.wallMs()),
    );
  }

  deferred(topic: string, channel: string): Promise<DeferredView> {
    return this.#shared.read(`deferred ${topic}/${channel}`, rowsGoodMs, () =>
      readDeferred(this.#nodesOf(topic, channel), { topic, channel }, this.#clock.wallMs()),
    );
  }

  poison(topic: string, channel: string): Promise<PoisonView> {
    return this.#shared.read(`poison ${topic}/${channel}`, rowsGoodMs, () =>
      readPoison(this.#nodesOf(topic, channel), { topic, channel }, this.#clock.wallMs()),
    );
  }

  /** Of many channels; what is asked of each is shared as if it had been asked for alone. */
  held(wanted: HeldWanted): Promise<HeldView> {
    return readHeld(this.#collector.topics, this, wanted, this.#clock.wallMs());
  }

  /** `topic` null: whoever asks has but an id, and all nodes are asked. */
  messageNow(topic: string | null, id: string): Promise<MessageNowView> {
    const nodes = topic === null ? this.#collector.nodes : this.#nodesOf(topic);
    return this.#shared.read(`now ${topic ?? "*"} ${id}`, rowsGoodMs, () =>
      readMessageNow(nodes, topic, id, this.#clock.wallMs()),
    );
  }

  producers(topic: string): Promise<ProducersView> {
    return this.#shared.read(`producers ${topic}`, rowsGoodMs, () =>
      readProducers(this.#nodesOf(topic), topic, this.#clock.wallMs(), this.#countsOf(topic)),
    );
  }

  /** Of the nodes that have the topic; null: of all there are. */
  options(topic: string | null): Promise<OptionsView> {
    return this.#shared.read(`options ${topic ?? "*"}`, optionsGoodMs, () =>
      readOptions(topic === null ? this.#collector.nodes : this.#nodesOf(topic), this.#clock.wallMs()),
    );
  }

  /** null: there is no such node. */
  async clients(key: string): Promise<NodeClientsView | null> {
    const node = this.#collector.node(key);
    if (!node) return null;
    return this.#shared.read(`clients ${key}`, rowsGoodMs, () => readClients(node, this.#clock.wallMs()));
  }

  /** null: there is no such node. */
  async log(key: string): Promise<LogView | null> {
    const node = this.#collector.node(key);
    if (!node) return null;
    return this.#shared.read(`log ${key}`, rowsGoodMs, () => readLog(node, this.#clock.wallMs()));
  }

  registrations(): Promise<RegistrationsView> {
    return this.#shared.read("registrations", registrationsGoodMs, () =>
      readRegistrations(this.#collector.lookups?.peers ?? [], this.#clock.wallMs()),
    );
  }

  /** null: there is none. Rejects when it does not answer. */
  async postgres(): Promise<PostgresHealth | null> {
    const source = this.#health;
    if (source === null) return null;
    return this.#shared.read("postgres", postgresGoodMs, async () => {
      const { walBytes, ...health } = await source.health();
      const atMs = this.#clock.wallMs();
      const before = this.#wal;
      this.#wal = { bytes: walBytes, atMs };
      const isRated = before !== null && atMs > before.atMs && walBytes >= before.bytes;
      const walBytesPerSecond = isRated ? ((walBytes - before.bytes) * 1_000) / (atMs - before.atMs) : null;
      return { ...health, atMs, walBytesPerSecond };
    });
  }

  /** A silent one is asked too: that it does not answer is said of it. */
  #nodesOf(topic: string, channel?: string) {
    return this.#collector.nodes.filter(({ state }) => {
      const known = state.topics.get(topic);
      return known !== undefined && (channel === undefined || known.channels.has(channel));
    });
  }

  #countsOf(topic: string): CountsBefore {
    const counts: CountsBefore = this.#counts.get(topic) ?? new Map();
    this.#counts.delete(topic);
    this.#counts.set(topic, counts);
    if (this.#counts.size > ratedMax) this.#counts.delete(this.#counts.keys().next().value!);
    return counts;
  }
}
