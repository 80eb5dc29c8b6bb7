/**
 * The schedule in Postgres: rows of messages that are due later. What is to be done there is done in order, one
 * statement at a time, each until its outcome is known, so that nothing is dropped before it was kept. What is due within
 * the horizon is in memory too, read back once as the horizon moves on.
 */
import type { Owner } from "../../db/queries/fence.ts";
import {
  countScheduled,
  deleteScheduled,
  deleteScheduledOf,
  insertScheduled,
  scheduledPage,
  selectScheduled,
  spreadScheduled,
} from "../../db/queries/scheduled.ts";
import type { Query, Row } from "../../db/statement.ts";
import type { Schedule, ScheduledMessage } from "../broker/schedule.ts";
import type { StoreLog } from "./ports.ts";
import type { PostgresLink } from "./postgres-link.ts";
import { type Act, type Keep, type KnownOwed, leftOut, type Read } from "./schedule-acts.ts";
import type { NodeOwner } from "./store-owner.ts";

/** What is due within this is in memory. */
const horizonMs = 10_000;
const readEveryMs = 4_000;
/** Longer than between two reads: what is due sooner is not late, whatever the horizon is. */
const soonMs = 5_000;
const rowsMax = 256;
const bytesMax = 256 * 1024;
const deadlineMs = 10_000;
const retryMs = 100;

/** Who is to have what is due soon: the broker. */
export interface ScheduleReader {
  /** `isFound`: of logs that were not this process's before. */
  bring(message: ScheduledMessage, channel: string, isFound: boolean): void;
  /** Whether there is memory for more; asked before each read. */
  hasRoom(): boolean;
  /** So many of a channel are due later than that. */
  count(topic: string, channel: string, count: number): void;
}

export interface ScheduleKeeperOptions {
  readonly link: PostgresLink;
  readonly owner: NodeOwner;
  readonly nodeId: string;
  readonly log: StoreLog;
  /** Rows of the log are there. */
  readonly onKept: (logId: number) => void;
}

export class ScheduleKeeper implements Schedule {
  readonly #options: ScheduleKeeperOptions;
  #reader: ScheduleReader | null = null;
  #acts: Act[] = [];
  /** Logs of which all that is due soon is in memory. Another may be this node's already, and not loaded yet. */
  readonly #loaded = new Set<number>();
  #running = false;
  #horizonMs = 0;
  #readToMs = 0;
  /** In memory though it is due beyond the horizon, and when. */
  readonly #ahead = new Map<string, number>();
  /** Something may be due beyond the horizon. */
  #hasLater = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #failure: string | null = null;

  constructor(options: ScheduleKeeperOptions) {
    this.#options = options;
  }

  attach(reader: ScheduleReader): void {
    this.#reader = reader;
    this.#horizonMs = this.#readToMs = Date.now() + horizonMs;
    this.#timer = setInterval(() => this.#moveOn(), readEveryMs);
    this.#timer.unref();
  }

  keep(message: ScheduledMessage, channels: readonly string[], done: (isSoon: boolean) => void): void {
    this.#loaded.add(message.logId);
    this.#add({ kind: "keep", message, channels, done });
  }

  spread(logId: number, seq: number, channels: readonly string[], done: () => void): void {
    this.#add({ kind: "spread", logId, seq, channels, done });
  }

  drop(logId: number, seq: number, channel: string): void {
    this.#add({ kind: "drop", logId, seq, channel });
  }

  dropAll(topic: string, channel: string | null): void {
    this.#add({ kind: "drop-all", topic, channel });
  }

  /** Logs that have come to this process: all of theirs that is due soon is read. */
  found(logIds: readonly number[], known: KnownOwed): void {
    if (logIds.length > 0) this.#add({ kind: "read", logIds, toMs: this.#horizonMs, known, after: null });
  }

  /** What waits for these logs is not this node's to do. */
  giveUp(logIds: readonly number[]): void {
    const given = new Set(logIds);
    for (const logId of given) this.#loaded.delete(logId);
    for (const key of this.#ahead.keys()) if (given.has(Number.parseInt(key, 10))) this.#ahead.delete(key);
    this.#acts = this.#acts.filter((act) => {
      if (act.kind === "keep") return !given.has(act.message.logId);
      // Whatever of it is this node's still is found anew.
      if (act.kind === "read") return false;
      return !(act.kind === "spread" || act.kind === "drop") || !given.has(act.logId);
    });
  }

  /** Resolves when there is nothing left to do; with false when that takes too long. */
  async drained(withinMs: number): Promise<boolean> {
    const untilMs = performance.now() + withinMs;
    while (this.#running && performance.now() < untilMs) await pause(5);
    return !this.#running;
  }

  async close(withinMs: number): Promise<void> {
    clearInterval(this.#timer ?? undefined);
    await this.drained(withinMs);
    this.#closed = true;
  }

  #add(act: Act): void {
    this.#acts.push(act);
    if (this.#running || this.#closed) return;
    this.#running = true;
    // What else comes in this turn shares the statement.
    setImmediate(() => void this.#run());
  }

  /** Never rejects but with a mistake of ours. */
  async #run(): Promise<void> {
    const { link, owner: node, log } = this.#options;
    while (this.#acts.length > 0 && !this.#closed) {
      const owner = link.state === "up" && node.mayCommit ? node.owner : null;
      if (owner === null) {
        await pause(retryMs);
        continue;
      }
      if (this.#acts[0]!.kind === "read" && this.#reader?.hasRoom() === false) {
        // All else goes on meanwhile.
        this.#acts.push(this.#acts.shift()!);
        if (this.#acts.every(({ kind }) => kind === "read")) await pause(retryMs);
        continue;
      }
      const batch = this.#batch();
      try {
        const done = await this.#do(batch, owner);
        this.#failure = null;
        // What was given up meanwhile is not told of.
        const left = batch.filter((act) => this.#acts.includes(act));
        this.#acts = this.#acts.slice(left.length);
        done(left);
      } catch (error) {
        if (!isOfPostgres(error)) throw error;
        const failure = link.describe(error);
        if (link.state === "up" && failure !== this.#failure)
          log.warn({}, `the schedule is not to be had: ${failure}`);
        this.#failure = failure;
        await pause(retryMs);
      }
    }
    this.#running = false;
  }

  /** The first act, and what may share its statement. */
  #batch(): Act[] {
    const first = this.#acts[0]!;
    if (first.kind !== "keep" && first.kind !== "drop") return [first];
    const batch: Act[] = [];
    let rows = 0;
    let bytes = 0;
    for (const act of this.#acts) {
      if (act.kind !== first.kind) break;
      rows += act.kind === "keep" ? act.channels.length : 1;
      bytes += act.kind === "keep" ? act.message.frame.length : 0;
      if (batch.length > 0 && (rows > rowsMax || bytes > bytesMax)) break;
      batch.push(act);
    }
    return batch;
  }

  /** Gives what is to be called with those of the batch that count still. Rejects: the outcome is unknown. */
  async #do(batch: readonly Act[], owner: Owner): Promise<(left: readonly Act[]) => void> {
    const { link, nodeId, owner: node } = this.#options;
    const first = batch[0]!;
    if (first.kind === "read") return this.#read(first);
    const held = await link.run<Row[]>(first.kind === "keep" ? "write" : "background", deadlineMs, (sql) => {
      if (first.kind === "spread") return spreadScheduled(sql, owner, first);
      if (first.kind === "drop-all") return deleteScheduledOf(sql, owner, first.topic, first.channel);
      const kept = batch.filter((act) => act.kind === "keep");
      if (kept.length === 0)
        return deleteScheduled(
          sql,
          owner,
          batch.filter((act) => act.kind === "drop"),
        );
      return insertScheduled(
        sql,
        owner,
        kept.map(({ message, channels }) => ({ ...message, channels })),
      ) as unknown as Query;
    });
    if (held.length === 0) {
      node.fenced({ nodeId, epoch: owner.epoch });
      return () => {};
    }
    const foreign = new Set(held.map((row) => row["logId"] as number | null));
    return (left) => {
      for (const act of left) {
        if (act.kind === "spread") act.done();
        if (act.kind === "keep" && !foreign.has(act.message.logId)) this.#kept(act);
      }
    };
  }

  #kept({ message, done }: Keep): void {
    this.#options.onKept(message.logId);
    const isAhead = message.dueMs > this.#horizonMs && message.dueMs <= Date.now() + soonMs;
    // The horizon may be behind the clock for a while: the read that passes over it leaves it out.
    if (isAhead) this.#ahead.set(`${message.logId} ${message.seq}`, message.dueMs);
    const isSoon = isAhead || message.dueMs <= this.#horizonMs;
    this.#hasLater ||= message.dueMs > this.#horizonMs;
    done(isSoon);
  }

  /** All that is due until then has been read. */
  #passed(toMs: number): void {
    this.#readToMs = toMs;
    for (const [key, dueMs] of this.#ahead) if (dueMs <= toMs) this.#ahead.delete(key);
  }

  #moveOn(): void {
    if (!this.#hasLater || this.#acts.some(({ kind }) => kind === "read")) return;
    // From here on what is kept and due before it stays in memory, so that the read may begin.
    this.#horizonMs = Math.max(this.#horizonMs, Date.now() + horizonMs);
    this.#add({ kind: "read", logIds: null, toMs: this.#horizonMs, known: () => undefined, after: null });
  }

  /** A page, and what follows it later: between the two there must be room for it. */
  async #read(act: Read): Promise<(left: readonly Act[]) => void> {
    const { logIds, toMs, known, after } = act;
    const { link, nodeId, onKept } = this.#options;
    const range = { logIds, toMs, fromMs: logIds === null ? this.#readToMs : 0 };
    const page = await link.run("read", deadlineMs, (sql) => selectScheduled(sql, nodeId, range, after));
    const isLast = page.length < scheduledPage;
    const later =
      isLast && logIds !== null
        ? await link.run("read", deadlineMs, (sql) => countScheduled(sql, nodeId, toMs, logIds))
        : [];
    return (left) => {
      if (left.length === 0) return;
      const isLeftOut = leftOut(act, this.#acts, this.#loaded);
      for (const row of page) {
        if (isLeftOut(row) || (logIds === null && this.#ahead.has(`${row.logId} ${row.seq}`))) continue;
        const { channel, ...message } = row;
        onKept(row.logId);
        const owed = known(row.topic, channel, row.logId, row.seq);
        const { attempts, dueMs } = owed ?? row;
        this.#reader?.bring({ ...message, attempts, dueMs: dueMs || row.dueMs }, channel, logIds !== null);
      }
      for (const { topic, channel, count } of later) this.#reader?.count(topic, channel, count);
      this.#hasLater ||= later.length > 0;
      if (!isLast) this.#acts.push({ ...act, after: page.at(-1)! });
      else if (logIds === null) this.#passed(toMs);
      else for (const logId of logIds) this.#loaded.add(logId);
    };
  }
}

/** All others are mistakes of ours, and end the process. */
function isOfPostgres(error: unknown): boolean {
  return typeof (error as { code?: unknown }).code === "string";
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
