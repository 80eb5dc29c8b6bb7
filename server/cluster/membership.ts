/**
 * A node as one of those that take over from one another: it holds a lease, watches the others' and takes the durable
 * logs of a node that is gone, and it lets go of its own where that has happened to it.
 */
import { adoptLogs, finishAdoption, type Held, type LeaseRow } from "../../db/queries/leases.ts";
import type { NodeRow } from "../../db/queries/nodes.ts";
import type { SharedPostgres } from "../../db/shared-postgres.ts";
import type { Broker } from "../broker/broker.ts";
import type { TopicCheckpoint } from "../broker/checkpoint.ts";
import { type Clocks, Lease } from "./lease.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { type Ripe, Watch } from "./watch.ts";

/** Adoptions that are remembered for people. */
const adoptionsMax = 20;
/** Logs whose first blocks were under way when a node was adopted are few, and found by the next statement. */
const sweepsMax = 5;

/** What the node's store does about logs that change hands. */
export interface LogStore {
  /** Logs that are another node's: nothing is written of them any more, and nothing deleted. */
  giveUp(logIds: readonly number[]): void;
  /** What is unfinished of the durable logs that are this node's and were not loaded before. Rejects when Postgres does not answer. */
  loadDurable(): Promise<readonly TopicCheckpoint[]>;
  /** Whether this node may write has changed. */
  leaseChanged(): void;
}

export interface MembershipOptions {
  readonly node: NodeRow;
  readonly ttlMs: number;
  readonly postgres: SharedPostgres;
  readonly broker: Broker;
  readonly store: LogStore;
  /** Resolves when the broker has what the node's last process left beside durable logs. */
  readonly loaded: Promise<void>;
  readonly clocks: Clocks;
  /** Sets the broker's time. */
  now(): void;
  log(level: "info" | "warn" | "error", text: string): void;
}

/** A node's taking over from another, as people are told of it. */
export interface Adoption {
  readonly nodeId: string;
  readonly hostname: string;
  readonly atMs: number;
  readonly logs: number;
  readonly waitedMs: number;
  /** Until what was unfinished could be delivered; null: not yet. */
  tookMs: number | null;
}

/** Ours in Postgres, and perhaps not in the broker yet. */
interface Unread {
  readonly adoption: Adoption;
  readonly epoch: number;
  readonly beganMs: number;
}

export class Membership {
  readonly lease: Lease;
  readonly adoptions: Adoption[] = [];
  /** Logs of this node that others have taken, ever. */
  logsGivenUp = 0;
  readonly #options: MembershipOptions;
  readonly #keeper: LeaseKeeper;
  readonly #watch: Watch;
  #unread: Unread[] = [];
  /** There may be durable logs of this node in Postgres that the broker does not have. */
  #wantsLoad = true;
  #adopting: Promise<void> | null = null;
  #ripeTimer: NodeJS.Timeout | null = null;
  /** Takes nothing from others any more. */
  #leaving = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { postgres, node, clocks, ttlMs, log } = options;
    this.lease = new Lease(ttlMs, clocks);
    this.#watch = new Watch(node.id, ttlMs);
    this.#keeper = new LeaseKeeper({
      ...{ postgres, node, clocks, log, lease: this.lease },
      lost: () => this.#letGo(),
      renewed: (rows) => this.#renewed(rows),
      interrupted: () => this.#watch.restart(),
    });
  }

  /** Whether a run of a durable log may be handed out now. */
  mayHandOut(): boolean {
    return this.lease.mayCommit(this.#options.clocks.nowMs());
  }

  async start(): Promise<void> {
    await this.#options.loaded;
    if (!this.#leaving) this.#keeper.start();
  }

  get held(): Held | null {
    return this.#keeper.held;
  }

  /** Other nodes as they were read last, with how long each was seen unrenewed. */
  others(): Iterable<{ readonly row: LeaseRow; readonly unrenewedMs: number }> {
    return this.#watch.others(this.#options.clocks.nowMs());
  }

  /** The store has found logs to be another node's. Whoever waits for them is refused when this returns. */
  giveUp(logIds: readonly number[]): void {
    const { broker, now, log } = this.#options;
    const foreign = new Set(logIds);
    now();
    broker.giveUpLogs((logId) => foreign.has(logId));
    this.logsGivenUp += foreign.size;
    log("warn", `CLUSTER: ${foreign.size} durable logs are another node's by now: given up`);
  }

  /** From now on others are left to others. Resolves when what was begun is done. */
  async leave(): Promise<void> {
    this.#leaving = true;
    clearTimeout(this.#ripeTimer ?? undefined);
    await this.#adopting;
  }

  /** The lease stays as it is, and runs out. */
  async close(): Promise<void> {
    await this.leave();
    await this.#keeper.close();
  }

  /**
   * Whatever was begun or taken until now is another's, also what Postgres does not name as such: that one may have
   * delivered all of a log and ended it. What nobody has taken is loaded anew.
   */
  #letGo(): void {
    const { broker, store } = this.#options;
    const logIds = broker.durableLogIds;
    this.#wantsLoad = true;
    if (logIds.length === 0) return;
    this.giveUp(logIds);
    store.giveUp(logIds);
  }

  #renewed(rows: readonly LeaseRow[]): void {
    const { broker, store, clocks, now } = this.#options;
    this.#watch.observe(rows, clocks.nowMs());
    store.leaseChanged();
    now();
    broker.resumeDurable();
    this.#look();
  }

  /** Takes what is ripe, now and when the next will be. */
  #look(): void {
    clearTimeout(this.#ripeTimer ?? undefined);
    if (this.#leaving) return;
    this.#adopting ??= this.#adoptRipe().finally(() => {
      this.#adopting = null;
    });
    const atMs = this.#watch.ripeAtMs();
    if (atMs === null) return;
    this.#ripeTimer = setTimeout(() => this.#look(), Math.max(1, atMs - this.#options.clocks.nowMs() + 1));
    this.#ripeTimer.unref();
  }

  /** Never rejects: what could not be done is tried at the next renewal. */
  async #adoptRipe(): Promise<void> {
    const { postgres, clocks, log } = this.#options;
    try {
      await this.#load();
      for (const ripe of this.#watch.ripe(clocks.nowMs())) {
        if (this.#leaving) return;
        await this.#adopt(ripe);
      }
      await this.#load();
      await this.#noteRead();
    } catch (error) {
      log("warn", `CLUSTER: taking over was interrupted: ${postgres.describe(error)}`);
    }
  }

  async #adopt({ row, waitedMs }: Ripe): Promise<void> {
    const { postgres, clocks, log } = this.#options;
    const { held } = this;
    if (held === null || !this.mayHandOut()) return;
    const { nodeId, hostname, renewals } = row;
    this.#watch.forget(nodeId);
    const beganMs = clocks.nowMs();
    let { term } = row;
    for (let sweep = 0; sweep < sweepsMax; sweep++) {
      // What became of a statement that fails is not known: what may have been taken is looked for.
      this.#wantsLoad = true;
      const seen = { nodeId, term, renewals };
      const taken = await postgres.use((sql) => adoptLogs(sql, held, seen, waitedMs));
      if (taken === null || taken.logs === 0) return;
      const { epoch, logs } = taken;
      ({ term } = taken);
      const adoption = { nodeId, hostname, atMs: clocks.wallMs(), logs, waitedMs, tookMs: null };
      this.adoptions.push(adoption);
      if (this.adoptions.length > adoptionsMax) this.adoptions.shift();
      this.#unread.push({ adoption, epoch, beganMs });
      const why = row.released ? "it has let go of them" : `not renewed for ${Math.round(waitedMs)} ms`;
      log("warn", `CLUSTER: took ${logs} durable logs of node ${hostname} (${nodeId}): ${why}`);
    }
  }

  /** Brings into the broker what is this node's by now. */
  async #load(): Promise<void> {
    const { broker, store, clocks, now, log } = this.#options;
    const { held } = this;
    if (!this.#wantsLoad || held === null) return;
    this.#wantsLoad = false;
    try {
      const topics = await store.loadDurable();
      now();
      broker.restore(topics, () => true);
    } catch (error) {
      this.#wantsLoad = true;
      throw error;
    }
    // Somebody may have taken it while it was read.
    if (this.held !== held) return this.#letGo();
    for (const { adoption, beganMs } of this.#unread) {
      if (adoption.tookMs !== null) continue;
      adoption.tookMs = clocks.nowMs() - beganMs;
      log(
        "info",
        `CLUSTER: what ${adoption.hostname} left is there, after ${Math.round(adoption.tookMs)} ms`,
      );
    }
  }

  /** For the cluster page of any node's console. */
  async #noteRead(): Promise<void> {
    for (let first = this.#unread[0]; first !== undefined; first = this.#unread[0]) {
      const { adoption, epoch } = first;
      if (adoption.tookMs === null) return;
      const { nodeId, tookMs } = adoption;
      await this.#options.postgres.use((sql) => finishAdoption(sql, { nodeId, epoch }, tookMs));
      this.#unread.shift();
    }
  }
}
