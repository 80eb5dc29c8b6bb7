/**
 * A node: the real broker, and around it what outlives a process, modelled as the contracts between the parts say. A process
 * can die, stand still and begin again; what is to happen in one life never happens in the next.
 */

import type { BrokerOptions } from "../../../broker/broker.ts";
import { Broker } from "../../../broker/broker.ts";
import type { Random } from "../../../broker/testing/random.ts";
import { owedFrom } from "../../../store/checkpoint-fit.ts";
import type { MetadataTopic } from "../../../store/ports.ts";
import { SimLease } from "./lease.ts";
import { allOfLog, SimStore } from "./node-store.ts";
import type { KnownLog, Parts } from "./parts.ts";
import type { Fence, ModelPostgres } from "./postgres.ts";
import type { Outcome, PostgresLink } from "./postgres-link.ts";
import { SimProgress } from "./progress.ts";
import type { HistoryRecorder } from "./recorder.ts";
import type { Scheduler } from "./scheduler.ts";
import { SimWatch } from "./watch.ts";

const tickMs = 20;
const retryMs = 30;
/** 2023-11-14: where the wall clock begins. */
const wallStartMs = 1_700_000_000_000;

export interface NodeOptions {
  readonly index: number;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly history: HistoryRecorder;
  readonly link: PostgresLink;
  readonly broker: BrokerOptions;
  readonly leaseTtlMs: number;
  readonly parts: Parts;
}

export class SimNode {
  readonly name: string;
  readonly parts: Parts;
  /** `nsqd.dat`. */
  readonly topology = new Map<string, Set<string>>();
  /** Their topics; what this life has begun itself, or taken over. */
  readonly knownLogs = new Map<number, string>();
  broker!: Broker;
  lease!: SimLease;
  store!: SimStore;
  progress!: SimProgress;
  isUp = false;
  isFrozen = false;
  life = 0;
  /** Connections: told when the process ends. */
  readonly ended = new Set<() => void>();
  /** What was taken over and is in the broker. */
  loadedTaken = new Set<number>();
  isLoaded = false;
  lost = 0;
  readonly #options: NodeOptions;
  readonly #hindrances = new Set<string>();
  #delayed: (() => void)[] = [];
  readonly #takenTo = new Map<number, number>();
  #births = 0;
  #isWoken = false;
  #nextLogId = 0;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.parts = options.parts;
    this.name = `node-${options.index}`;
  }

  /** Monotonic, of its own. */
  get nowMs(): number {
    return this.#options.scheduler.nowMs;
  }

  // -- a process --------------------------------------------------------------------------------

  start(): void {
    this.isUp = true;
    this.#options.history.note({ op: "start", proc: this.name, kind: "ok", node: this.name });
    this.#begin();
  }

  /** `kill -9`. */
  crash(): void {
    this.#options.history.note({ op: "crash", proc: this.name, kind: "ok", node: this.name });
    this.isUp = false;
    this.isFrozen = false;
    this.#end();
  }

  freeze(): void {
    this.#options.history.note({ op: "freeze", proc: this.name, kind: "ok", node: this.name });
    this.isFrozen = true;
  }

  thaw(): void {
    this.#options.history.note({ op: "thaw", proc: this.name, kind: "ok", node: this.name });
    this.isFrozen = false;
    for (const run of this.#delayed.splice(0)) run();
  }

  // -- turns ------------------------------------------------------------------------------------

  /** Does something in this life, when the process runs, and ends the turn. */
  do(run: () => void, life = this.life): void {
    if (this.life !== life || !this.isUp) return;
    if (this.isFrozen) {
      this.#delayed.push(() => this.do(run, life));
      return;
    }
    this.#setTime();
    run();
    if (this.life !== life) return;
    for (let n = 0; this.#isWoken; n++) {
      if (n > 1_000) throw new Error(`${this.name} wakes without end`);
      this.#isWoken = false;
      this.broker.settle();
    }
  }

  after(delayMs: number, run: () => void): void {
    const { life } = this;
    this.#options.scheduler.after(delayMs, () => this.do(run, life));
  }

  /** @returns whether the answer will come in time */
  ask<T>(act: (postgres: ModelPostgres) => T, answered: (outcome: Outcome<T>) => void): boolean {
    const { life } = this;
    return this.#options.link.run(act, (outcome) => this.do(() => answered(outcome), life));
  }

  // -- what is durable --------------------------------------------------------------------------

  fence(): Fence | null {
    return this.lease.fence;
  }

  leaseChanged(): void {
    this.store.pump();
    this.broker.resumeDurable();
  }

  /**
   * There is an epoch. If it is not the first of this life, another node has taken what there was under the one before, and
   * may have finished it and deleted all trace of it: whatever it began is given up, not what Postgres says.
   */
  born(): void {
    if (this.#births++ > 0) this.#giveUpAll();
    this.lease.ready();
    if (this.isLoaded) this.loadTaken();
    else this.#load();
  }

  /** How often this life had to be born again. */
  get rebirths(): number {
    return Math.max(0, this.#births - 1);
  }

  #giveUpAll(): void {
    const { parts, broker, store } = this;
    parts.giveUp(broker);
    store.giveUp(this.knownLogs.keys());
    this.knownLogs.clear();
    this.#takenTo.clear();
  }

  noteOutcome({ epoch }: Fence, outcome: Outcome<boolean>): void {
    if (!outcome.known) {
      this.#options.history.note({ op: "commit", proc: this.name, kind: "info", node: this.name, epoch });
    } else if (!outcome.value) this.lease.fenced(epoch);
  }

  /** It cannot keep what it promises while the store is there; for the history. */
  hinder(reason: string, isSo: boolean): void {
    const before = this.#hindrances.size;
    if (isSo) {
      this.#hindrances.add(reason);
      // Whatever is under way is answered late or not at all, and nothing is written down until then.
      if (this.isUp) this.#hindrances.add("progress");
    } else this.#hindrances.delete(reason);
    const now = this.#hindrances.size;
    if (before > 0 === now > 0) return;
    this.#options.history.note({
      op: now > 0 ? "away" : "back",
      proc: this.name,
      kind: "ok",
      node: this.name,
    });
  }

  /** Brings into the broker what it took over and does not have yet. */
  loadTaken(): void {
    if (!this.isLoaded) return;
    this.ask(
      (postgres) => {
        const taken = postgres.taken.filter(
          ({ owner, id }) => owner === this.name && !this.loadedTaken.has(id),
        );
        return { taken, stored: postgres.storedLogs(this.name) };
      },
      (outcome) => {
        if (!outcome.known) {
          this.after(retryMs, () => this.loadTaken());
          return;
        }
        const taken = outcome.value.taken.filter(({ id }) => !this.loadedTaken.has(id));
        if (taken.length === 0) return;
        const stored = outcome.value.stored.filter(({ logId }) => !this.knownLogs.has(logId));
        this.#restore(
          taken.map(({ topics }) => topics),
          stored,
        );
        for (const { id } of taken) this.loadedTaken.add(id);
      },
    );
  }

  /** Up to where it knows of each log what is owed: of those it took over, and those that are finished and may be stored still. */
  get knownEnds(): KnownLog[] {
    const ends = [...this.#takenTo, ...this.store.ended.map((logId) => [logId, allOfLog] as const)];
    return ends.map(([logId, seq]) => ({ logId, seq, topic: this.knownLogs.get(logId) ?? "" }));
  }

  // -- topology ---------------------------------------------------------------------------------

  ensureChannel(topic: string, channel: string): void {
    const channels = this.topology.get(topic) ?? new Set();
    this.topology.set(topic, channels);
    this.broker.ensureTopic(topic).ensureChannel(channel);
    if (channels.has(channel)) return;
    channels.add(channel);
    this.#options.history.note({
      op: "channel",
      proc: this.name,
      kind: "ok",
      topic,
      channel,
      node: this.name,
    });
  }

  get metadata(): MetadataTopic[] {
    return [...this.topology].map(([name, channels]) => ({
      name,
      paused: false,
      channels: [...channels].map((channel) => ({ name: channel, paused: false })),
    }));
  }

  // -- within -----------------------------------------------------------------------------------

  #begin(): void {
    const { parts, index } = { parts: this.parts, index: this.#options.index };
    this.life++;
    this.#nextLogId = parts.firstLogId(index, this.life);
    this.knownLogs.clear();
    this.#takenTo.clear();
    this.#births = 0;
    this.loadedTaken = new Set();
    this.isLoaded = false;
    this.#isWoken = false;
    this.store = new SimStore(this);
    this.broker = this.#makeBroker();
    this.lease = new SimLease(this, this.#options.leaseTtlMs);
    this.progress = new SimProgress(this);
    this.#setTime();
    for (const [topic, channels] of this.topology) {
      for (const channel of channels) this.broker.ensureTopic(topic).ensureChannel(channel);
    }
    this.after(tickMs, () => this.#tick());
    // Before it knows what it had nothing can be written down.
    this.hinder("progress", true);
    this.lease.begin();
    new SimWatch(this, this.#options.leaseTtlMs).begin();
  }

  #end(): void {
    this.life++;
    this.#delayed = [];
    this.hinder("progress", false);
    this.hinder("lease", false);
    for (const end of [...this.ended]) end();
    this.ended.clear();
  }

  /** What the life before it owed: of logs that this one has not begun itself. */
  #load(): void {
    this.ask(
      (postgres) => ({
        progress: postgres.progress.get(this.name) ?? null,
        taken: postgres.taken.filter(({ owner }) => owner === this.name),
        stored: postgres.storedLogs(this.name),
      }),
      (outcome) => {
        if (!outcome.known) {
          this.after(retryMs, () => this.#load());
          return;
        }
        const { progress, taken, stored } = outcome.value;
        const written = [progress?.topics ?? [], ...taken.map(({ topics }) => topics)];
        this.#restore(
          written,
          stored.filter(({ logId }) => !this.knownLogs.has(logId)),
        );
        for (const { id } of taken) this.loadedTaken.add(id);
        this.isLoaded = true;
        this.progress.begin(progress?.id ?? 0);
      },
    );
  }

  #restore(written: Parameters<Parts["owed"]>[0], stored: Parameters<Parts["owed"]>[1]): void {
    const owed = this.parts.owed(written, stored, this.metadata);
    for (const { logId, topic, runsTo } of stored) {
      this.knownLogs.set(logId, topic);
      this.store.takeBack(logId);
      this.#takenTo.set(logId, runsTo);
    }
    for (const { name, channels } of owed) {
      for (const channel of channels) this.ensureChannel(name, channel.name);
    }
    this.broker.restore(owed);
    const from = owedFrom(owed);
    for (const { logId } of stored) this.store.forget(logId, from.get(logId) ?? 2 ** 32);
  }

  #tick(): void {
    this.broker.tick();
    this.after(tickMs, () => this.#tick());
  }

  #setTime(): void {
    this.broker.time.set(this.nowMs, wallStartMs + this.nowMs);
  }

  #makeBroker(): Broker {
    return new Broker(this.#options.broker, {
      backlog: this.store,
      logIds: { next: () => this.#nextLogId++ },
      listener: {
        topicCreated() {},
        topicDeleted() {},
        channelCreated() {},
        channelDeleted() {},
        pauseChanged() {},
      },
      report: {
        lost: (_topic, _channel, _logId, from, to) => {
          this.lost += to - from;
        },
      },
      audit: null,
      random: this.#options.random.next,
      mayHandOut: () => !this.parts.holdsWithoutLease || this.lease.isValid,
      wake: () => {
        this.#isWoken = true;
      },
    });
  }
}
