/**
 * A node: the real broker, lease, watch and progress, and around them what reaches Postgres, modelled as the store and the
 * cluster do it. A process can die, stand still and begin again; what is to happen in one life never happens in the next.
 */
import { Broker, type BrokerOptions } from "../../../broker/broker.ts";
import type { Random } from "../../../broker/testing/random.ts";
import { SimLeaseKeeper } from "./lease-keeper.ts";
import { SimStore } from "./node-store.ts";
import type { Parts } from "./parts.ts";
import type { Life, ModelPostgres } from "./postgres.ts";
import type { Outcome, PostgresLink, StatementOptions } from "./postgres-link.ts";
import { SimProgressKeeper } from "./progress-keeper.ts";
import type { HistoryRecorder } from "./recorder.ts";
import { SimScheduleKeeper } from "./schedule-keeper.ts";
import type { Scheduler } from "./scheduler.ts";

const tickMs = 20;
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
  /** Logs that this process has begun, or loaded, and not given up. */
  readonly knownLogs = new Set<number>();
  /** Connections: told when the process ends. */
  readonly ended = new Set<() => void>();
  broker!: Broker;
  keeper!: SimLeaseKeeper;
  store!: SimStore;
  schedule!: SimScheduleKeeper;
  isUp = false;
  isFrozen = false;
  life = 0;
  /** Messages that should have been stored, and were not. */
  lost = 0;
  /** How often its epoch was over while it lived. */
  lettingsGo = 0;
  readonly #options: NodeOptions;
  readonly #hindrances = new Set<string>();
  #delayed: (() => void)[] = [];
  #isWoken = false;
  #nextLogId = 0;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.parts = options.parts;
    this.name = `node-${options.index}`;
  }

  get nowMs(): number {
    return this.#options.scheduler.nowMs;
  }

  get wallMs(): number {
    return wallStartMs + this.nowMs;
  }

  // -- a process --------------------------------------------------------------------------------

  start(): void {
    const { index, history, leaseTtlMs } = this.#options;
    history.note({ op: "start", proc: this.name, kind: "ok", node: this.name });
    this.isUp = true;
    this.life++;
    this.#nextLogId = this.parts.firstLogId(index, this.life);
    this.knownLogs.clear();
    this.#isWoken = false;
    this.store = new SimStore(this);
    this.schedule = new SimScheduleKeeper(this);
    this.broker = this.#makeBroker();
    this.#setTime();
    for (const [topic, channels] of this.topology) {
      for (const channel of channels) this.broker.ensureTopic(topic).ensureChannel(channel);
    }
    // Before it knows what it had nothing can be written down.
    this.hinder("progress", true);
    this.after(tickMs, () => this.#tick());
    this.keeper = new SimLeaseKeeper(this, leaseTtlMs);
    this.keeper.start();
    new SimProgressKeeper(this).start();
    this.schedule.start();
  }

  /** `kill -9`. */
  crash(): void {
    this.#options.history.note({ op: "crash", proc: this.name, kind: "ok", node: this.name });
    this.isUp = false;
    this.isFrozen = false;
    this.life++;
    this.#delayed = [];
    this.hinder("progress", false);
    this.hinder("lease", false);
    this.hinder("schedule", false);
    for (const end of [...this.ended]) end();
    this.ended.clear();
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
  ask<T>(
    act: (postgres: ModelPostgres) => T,
    answered: (outcome: Outcome<T>) => void,
    options?: StatementOptions,
  ): boolean {
    const { life } = this;
    return this.#options.link.run(act, (outcome) => this.do(() => answered(outcome), life), options);
  }

  // -- what is durable --------------------------------------------------------------------------

  leaseRenewed(): void {
    this.store.pump();
    this.broker.durable.resume();
  }

  noteOutcome({ epoch }: Life, outcome: Outcome<boolean>): void {
    if (!outcome.known) {
      this.#options.history.note({ op: "commit", proc: this.name, kind: "info", node: this.name, epoch });
    } else if (!outcome.value) this.keeper.lease.fenced(epoch);
  }

  /** Its epoch is over: whatever it had is another's, also what Postgres does not name as such. */
  letGo(): void {
    this.lettingsGo++;
    this.parts.giveUp(this.broker);
    this.store.giveUp(this.knownLogs);
    this.schedule.giveUp(this.knownLogs);
    this.knownLogs.clear();
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

  // -- within -----------------------------------------------------------------------------------

  #tick(): void {
    this.broker.tick();
    this.after(tickMs, () => this.#tick());
  }

  #setTime(): void {
    this.broker.time.set(this.nowMs, this.wallMs);
  }

  #makeBroker(): Broker {
    const { broker, random } = this.#options;
    return new Broker(broker, {
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
      schedule: this.schedule,
      audit: null,
      random: random.next,
      mayHandOut: () => !this.parts.holdsWithoutLease || this.keeper.owner !== null,
      wake: () => {
        this.#isWoken = true;
      },
    });
  }
}
