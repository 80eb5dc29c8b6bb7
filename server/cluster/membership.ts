/**
 * A node as one of those that take over from one another: it holds a lease, watches the others' and takes the durable
 * logs of a node that is gone, and it lets go of its own where that has happened to it.
 */
import { countLogs, type Renewal, releaseLogs } from "../../db/queries/leases.ts";
import type { NodeRow } from "../../db/queries/nodes.ts";
import type { SharedPostgres } from "../../db/shared-postgres.ts";
import type { Broker } from "../broker/broker.ts";
import type { LiveCluster } from "../protocol/live.ts";
import { Adopter, type LogStore } from "./adoption.ts";
import { type Clocks, Lease } from "./lease.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { Watch } from "./watch.ts";

/** Told to people at once. */
const othersMax = 256;
const releaseRetryMs = 250;
/** Of the longest lease there is: others wait for one, having read it up to a third of one late. */
const testLeases = 2;
/** Between two looks, also where what is ripe could not be taken yet. */
const lookMsMin = 50;

const notHeld = "the node's own lease does not hold now";

export interface MembershipOptions {
  readonly node: NodeRow;
  readonly ttlMs: number;
  readonly postgres: SharedPostgres;
  readonly broker: Broker;
  readonly store: LogStore;
  readonly clocks: Clocks;
  /** Sets the broker's time. */
  now(): void;
  log(level: "info" | "warn" | "error", text: string): void;
}

export class Membership {
  readonly lease: Lease;
  readonly #options: MembershipOptions;
  readonly #keeper: LeaseKeeper;
  readonly #watch: Watch;
  readonly #adopter: Adopter;
  #adopting: Promise<void> | null = null;
  #ripeTimer: NodeJS.Timeout | null = null;
  #hadEpoch = false;
  /** Its durable logs, as last read; null: not yet. */
  #logs: number | null = null;
  readonly #firstLoad = Promise.withResolvers<void>();
  /** Takes nothing from others any more. */
  #leaving = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { postgres, broker, store, node, clocks, ttlMs, now, log } = options;
    this.lease = new Lease(ttlMs, clocks);
    this.#watch = new Watch(node.id, ttlMs);
    this.#keeper = new LeaseKeeper({
      ...{ postgres, node, clocks, log, lease: this.lease },
      lost: () => this.#letGo(),
      renewed: (renewal) => this.#renewed(renewal),
      interrupted: () => this.#watch.restart(),
    });
    this.#adopter = new Adopter({
      ...{ postgres, broker, store, clocks, now, log },
      held: () => this.#keeper.held,
      letGo: () => this.#letGo(),
    });
  }

  /** Whether a run of a durable log may be handed out now. */
  mayHandOut(): boolean {
    return this.lease.mayCommit(this.#options.clocks.nowMs());
  }

  get #holdsLease(): boolean {
    return this.mayHandOut() && !this.#keeper.isResting;
  }

  /** Resolves when the broker has what is this node's in Postgres: for the first time after the start. */
  get loaded(): Promise<void> {
    return this.#firstLoad.promise;
  }

  start(): void {
    this.#keeper.start();
  }

  /** The store has found logs to be another node's. Whoever waits for them is refused when this returns. */
  giveUp(logIds: readonly number[]): void {
    const { broker, now } = this.#options;
    const given = new Set(logIds);
    now();
    broker.durable.giveUp((logId) => given.has(logId));
    this.#sayGivenUp(given.size);
  }

  /** From now on others are left to others. */
  leave(): void {
    this.#leaving = true;
    clearTimeout(this.#ripeTimer ?? undefined);
  }

  /** Why this node cannot hand over what it has now, in words; null: it can. */
  get drainRefusal(): string | null {
    if (!this.#holdsLease) return notHeld;
    const isAlive = this.live().others.some(
      ({ released, unrenewedMs, ttlMs }) => !released && unrenewedMs < ttlMs,
    );
    return isAlive ? null : "no other node of the cluster is alive to take over what this one has";
  }

  /**
   * Renews its lease no more until another node has taken over, or that had its time: what would happen if it were cut
   * off from Postgres. For how long at most, or why not, in words.
   */
  testFailover(): { readonly restMs: number } | { readonly refusal: string } {
    const refusal = this.#leaving ? "the node is leaving" : this.drainRefusal;
    if (refusal !== null) return { refusal };
    if (!this.#logs) return { refusal: "the node has nothing durable that another would have to take over" };
    const { others, ttlMs } = this.live();
    const restMs = testLeases * Math.max(ttlMs, ...others.map((other) => other.ttlMs));
    this.#keeper.rest(restMs);
    this.#options.log("warn", `CLUSTER: a test of failover: the lease is not renewed for up to ${restMs} ms`);
    return { restMs };
  }

  /**
   * Takes another node's durable logs though it may be alive. That is safe because its epoch ends with it, and each of
   * its durable writes names the epoch: it finds out by its next write or renewal, and what it had handed out until
   * then is delivered again. How many, or why not, in words. Rejects when Postgres does not answer.
   */
  async takeFrom(nodeId: string): Promise<{ readonly logs: number } | { readonly refusal: string }> {
    // One after the other: what is ripe may be this one.
    while (this.#adopting !== null) await this.#adopting;
    if (this.#leaving) return { refusal: "the node is leaving" };
    if (!this.#holdsLease) return { refusal: notHeld };
    const seen = this.#watch.one(nodeId, this.#options.clocks.nowMs());
    if (seen === null) return { refusal: "it knows of no such node" };
    if (!seen.row.holds) return { refusal: "that node has nothing durable to take over" };
    const taking = this.#adopter.adopt(seen, true);
    this.#adopting = this.#unlessAway(async () => {
      await taking;
      await this.#adopter.load();
    }).finally(() => {
      this.#adopting = null;
    });
    const logs = await taking;
    return logs > 0
      ? { logs }
      : { refusal: "another node was first, or that one has begun anew: look again" };
  }

  /**
   * Lets go of all logs: whoever looks next takes them. Resolves when that is known, however long Postgres is away; with why not
   * where another node has taken this one's logs before.
   */
  async release(): Promise<string | null> {
    const { held } = this.#keeper;
    const { postgres, node } = this.#options;
    await this.close();
    for (;;) {
      try {
        if (held !== null && (await postgres.use((sql) => releaseLogs(sql, held)))) return null;
        // An earlier try may have done it, and somebody may have been quick.
        const { memory } = await postgres.use((sql) => countLogs(sql, node.id));
        return memory === 0 ? null : "another node has taken this one for dead";
      } catch {
        await new Promise((resolve) => setTimeout(resolve, releaseRetryMs));
      }
    }
  }

  /** Logs of this node in Postgres. */
  async logsLeft(): Promise<number> {
    const { postgres, node } = this.#options;
    return (await postgres.use((sql) => countLogs(sql, node.id))).all;
  }

  /** The lease stays as it is, and runs out. */
  async close(): Promise<void> {
    this.leave();
    await this.#keeper.close();
  }

  /** Without how far the node has handed over what it has. */
  live(): Omit<LiveCluster, "drain"> {
    const { lease } = this;
    const nowMs = this.#options.clocks.nowMs();
    const others = [];
    for (const { row, unrenewedMs } of this.#watch.others(nowMs)) {
      const { nodeId, hostname, epoch, ttlMs, released, holds, logs } = row;
      if (others.length < othersMax)
        others.push({
          nodeId,
          hostname,
          epoch,
          ttlMs,
          unrenewedMs: Math.round(unrenewedMs),
          released,
          holds,
          logs,
        });
    }
    const isBegun = lease.epoch !== null;
    const ageMs = lease.ageMs();
    return {
      epoch: lease.epoch,
      lease: isBegun ? (lease.mayCommit(nowMs) ? "held" : "overdue") : this.#hadEpoch ? "lost" : "waiting",
      ttlMs: lease.ttlMs,
      renewedAgoMs: ageMs === null ? null : Math.round(ageMs),
      testing: this.#keeper.isResting,
      logs: this.#logs,
      others,
      adoptions: this.#adopter.adoptions.map((adoption) => ({ ...adoption })),
    };
  }

  /**
   * Whatever was begun or taken until now is another's, also what Postgres does not name as such: that one may have
   * delivered all of a log and ended it. What nobody has taken is loaded anew.
   */
  #letGo(): void {
    const { broker, store, now } = this.#options;
    this.#adopter.wantsLoad = true;
    now();
    const logIds = broker.durable.giveUpAll();
    store.giveUp(logIds);
    this.#sayGivenUp(logIds.length);
  }

  #sayGivenUp(logs: number): void {
    if (logs > 0) this.#options.log("warn", `CLUSTER: gave up ${logs} durable logs: they are another node's`);
  }

  #renewed({ rows, adopts }: Renewal): void {
    const { broker, store, clocks, now } = this.#options;
    this.#hadEpoch = true;
    this.#logs = rows.find(({ nodeId }) => nodeId === this.#options.node.id)?.logs ?? null;
    if (adopts) this.#adopter.wantsLoad = true;
    this.#watch.observe(rows, clocks.nowMs());
    store.leaseChanged();
    now();
    broker.durable.resume();
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
    this.#ripeTimer = setTimeout(
      () => this.#look(),
      Math.max(lookMsMin, atMs - this.#options.clocks.nowMs()),
    );
    this.#ripeTimer.unref();
  }

  async #adoptRipe(): Promise<void> {
    await this.#unlessAway(async () => {
      await this.#adopter.load();
      this.#firstLoad.resolve();
      for (const ripe of this.#watch.ripe(this.#options.clocks.nowMs())) {
        if (this.#leaving || !this.mayHandOut()) break;
        this.#watch.forget(ripe.row.nodeId);
        await this.#adopter.adopt(ripe);
        await this.#adopter.load();
      }
    });
  }

  /** Never rejects: what could not be done is tried at the next renewal. */
  async #unlessAway(act: () => Promise<void>): Promise<void> {
    const { postgres, log } = this.#options;
    try {
      await act();
    } catch (error) {
      log("warn", `CLUSTER: taking over was interrupted: ${postgres.describe(error)}`);
    }
  }
}
