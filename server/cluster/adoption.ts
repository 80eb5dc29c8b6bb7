/**
 * Taking over from a node that is gone, and bringing into the broker what is this node's in Postgres: the same
 * thing after an adoption and after a start.
 */
import { adoptLogs, finishAdoptions, type Held, selectUnfinishedAdoptions } from "../../db/queries/leases.ts";
import type { SharedPostgres } from "../../db/shared-postgres.ts";
import type { Broker } from "../broker/broker.ts";
import type { TopicCheckpoint } from "../broker/checkpoint.ts";
import type { LiveAdoption } from "../protocol/live.ts";
import type { Clocks } from "./lease.ts";
import type { Ripe } from "./watch.ts";

/** Adoptions that are remembered for people. */
const rememberedMax = 20;
/** Logs whose first blocks were under way when a node was adopted are few, and found by the next statement. */
const sweepsMax = 5;

/** What the node's store does about logs that change hands. */
export interface LogStore {
  /** As the node's epoch is over: nothing is written of its durable logs any more, and nothing deleted. */
  giveUp(logIds: readonly number[]): void;
  /** What is unfinished of the durable logs that are this node's and were not loaded before. Rejects when Postgres does not answer. */
  loadDurable(): Promise<readonly TopicCheckpoint[]>;
  /** Whether this node may write has changed. */
  leaseChanged(): void;
}

export interface AdopterOptions {
  readonly postgres: SharedPostgres;
  readonly broker: Broker;
  readonly store: LogStore;
  readonly clocks: Clocks;
  /** As whom the node acts; null: its epoch is over. */
  held(): Held | null;
  /** The epoch in which something was loaded is over. */
  letGo(): void;
  /** Sets the broker's time. */
  now(): void;
  log(level: "info" | "warn" | "error", text: string): void;
}

type Adoption = { -readonly [Key in keyof LiveAdoption]: LiveAdoption[Key] };

export class Adopter {
  /** The last ones, oldest first. */
  readonly adoptions: Adoption[] = [];
  /** There may be durable logs of this node in Postgres that the broker does not have. */
  wantsLoad = true;
  readonly #options: AdopterOptions;

  constructor(options: AdopterOptions) {
    this.#options = options;
  }

  /**
   * Takes a node's durable logs, unless it has renewed its lease or another node was first. `forced`: also of one that
   * renews, whose epoch that ends. How many.
   */
  async adopt({ row, waitedMs }: Ripe, forced = false): Promise<number> {
    const { postgres, clocks, log } = this.#options;
    const { nodeId, hostname } = row;
    const renewals = forced ? null : row.renewals;
    let { term } = row;
    let logs = 0;
    for (let sweep = 0; sweep < sweepsMax; sweep++) {
      const held = this.#options.held();
      if (held === null) break;
      // What becomes of a statement that fails is not known: what may have been taken is looked for.
      this.wantsLoad = true;
      const beganMs = clocks.nowMs();
      const atMs = clocks.wallMs();
      const taken = await postgres.use((sql) => adoptLogs(sql, held, { nodeId, term, renewals }, waitedMs));
      if (taken === null || taken.logs === 0) break;
      logs += taken.logs;
      ({ term } = taken);
      const takeMs = Math.round(clocks.nowMs() - beganMs);
      this.#remember({
        ...{ nodeId, epoch: taken.epoch, atMs, waitedMs: Math.round(waitedMs), logs: taken.logs, takeMs },
        ...{ forced, state: "loading", messages: null, loadMs: null, reason: null },
      });
      const silent = row.released ? "it has let go of them" : `not renewed for ${Math.round(waitedMs)} ms`;
      const why = forced ? "somebody asked for it" : silent;
      log("warn", `CLUSTER: took ${taken.logs} durable logs of node ${hostname} (${nodeId}): ${why}`);
    }
    return logs;
  }

  /**
   * Brings into the broker what is this node's by now; also what a statement took that was given up. Rejects when it
   * could not: to be called again.
   */
  async load(): Promise<void> {
    const { postgres, broker, store, clocks, now, held, letGo } = this.#options;
    const before = held();
    if (!this.wantsLoad || before === null) return;
    this.wantsLoad = false;
    const beganMs = clocks.nowMs();
    try {
      // Read first: what is taken after that is loaded the next time.
      const unfinished = await postgres.use((sql) => selectUnfinishedAdoptions(sql, before.nodeId));
      const topics = await store.loadDurable();
      now();
      broker.restore(topics, () => true);
      // Somebody may have taken it while it was read.
      if (held() !== before) return letGo();
      this.#settle("done", {
        reason: null,
        loadMs: Math.round(clocks.nowMs() - beganMs),
        messages: owed(topics),
      });
      await postgres.use((sql) => finishAdoptions(sql, unfinished));
    } catch (error) {
      this.wantsLoad = true;
      this.#settle("failed", { reason: postgres.describe(error) });
      throw error;
    }
  }

  #settle(state: "done" | "failed", outcome: Partial<Adoption>): void {
    for (const adoption of this.adoptions) {
      if (adoption.state === "done") continue;
      Object.assign(adoption, { state, ...outcome });
      if (state !== "done") continue;
      const { nodeId, messages, loadMs } = adoption;
      this.#options.log(
        "info",
        `CLUSTER: ${messages} messages of node ${nodeId} are there after ${loadMs} ms`,
      );
    }
  }

  #remember(adoption: Adoption): void {
    this.adoptions.push(adoption);
    if (this.adoptions.length > rememberedMax) this.adoptions.shift();
  }
}

/** Messages that some channel, or the topic itself, is owed; of those owed to several channels the most. */
function owed(topics: readonly TopicCheckpoint[]): number {
  let messages = 0;
  for (const { ranges, deferred, channels } of topics) {
    const of = (list: readonly { from: number; to: number }[]) =>
      list.reduce((sum, { from, to }) => sum + to - from, 0);
    const most = channels.map((channel) => of(channel.ranges) + channel.exceptions.seq.length);
    messages += of(ranges) + deferred.seq.length + Math.max(0, ...most);
  }
  return messages;
}
