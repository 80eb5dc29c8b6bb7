/**
 * What jobs take out of topics and channels, in such a way that it can be given back (JB1-JB4). Dropped in one turn;
 * what of it is in Postgres is marked there, once it is written down that nobody is owed it, and is not deleted while the
 * mark lasts. Given back in one turn; the mark goes when it is written down that it is owed again. So a crash in between
 * leaves what can be given back once more, and never loses what somebody was told is kept.
 */
import { randomUUID } from "node:crypto";
import type { Owner } from "../../db/queries/fence.ts";
import {
  deleteRemovals,
  expireRemovals,
  insertRemovals,
  type RemovedRow,
  selectRemovals,
} from "../../db/queries/removals.ts";
import type { SharedPostgres } from "../../db/shared-postgres.ts";
import type { Broker } from "../broker/broker.ts";
import { giveBack, keptMessages, type RemovalTarget, type RemovedLog, remove } from "../broker/removal.ts";

/** What was removed can be given back for so long. */
export const keepMs = 24 * 3_600_000;
const expireEveryMs = 60_000;
/** After a start what has had its time meanwhile goes soon. */
const expireFirstMs = 3_000;
/** So long Postgres may take to hear who is owed what; after that what was removed cannot be given back. */
const writtenMsMax = 15_000;
/** What was just taken over is read first. */
const readMsMax = 10_000;
const lookEveryMs = 50;
/** Answers that are remembered: a console that was restarted asks again. */
const answersMax = 256;
const wholeLog = 2 ** 32;

/** What the node's store does for it. */
export interface RemovalStore {
  mayKeepRemoved(logId: number): boolean;
  hasRead(logId: number, durable: boolean): boolean;
  recall(logIds: readonly number[]): Promise<void>;
  progressWritten(): Promise<void>;
  /** Keeps what memory topics owe; resolves when it is kept. */
  saveCheckpoint(): Promise<void>;
}

export interface RemovalsOptions {
  readonly postgres: SharedPostgres;
  readonly broker: Broker;
  readonly store: RemovalStore;
  readonly nodeId: string;
  /** Whether the node has read what it owes: before that nobody knows what there is to remove. */
  isReady(): boolean;
  /** The epoch of which this node is; null: it has none now. */
  epoch(): number | null;
  /** Sets the broker's time. */
  now(): void;
  log(level: "info" | "warn", text: string): void;
}

/** `kept`: of the messages dropped, how many can be given back. `why`: why no more; null: that is all there is in Postgres. */
export interface Removed {
  readonly messages: number;
  readonly kept: number;
  readonly why: string | null;
}

export class Removals {
  readonly #options: RemovalsOptions;
  #timer: NodeJS.Timeout;
  /** What was asked before ends first: what is asked twice finds what the first time has done. */
  #last: Promise<unknown> = Promise.resolve();
  /** By job and place, the oldest first. */
  readonly #answers = new Map<string, Promise<Removed>>();

  constructor(options: RemovalsOptions) {
    this.#options = options;
    this.#timer = this.#expireIn(expireFirstMs);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** What of a log can be kept. */
  readonly mayKeep = (logId: number): boolean =>
    this.#owner !== null && this.#options.store.mayKeepRemoved(logId);

  /** Why nothing can be removed or given back now, in words; null: it can. */
  get refusal(): string | null {
    return this.#options.isReady() ? null : "the node has not read yet what it owes";
  }

  /** Never rejects: what cannot be kept is dropped all the same. Asked again for the same it answers as before. Call only without a `refusal`. */
  remove(jobId: string, target: RemovalTarget): Promise<Removed> {
    const key = `${jobId} ${target.verb} ${target.topic.name}/${target.channel?.name ?? ""}`;
    const before = this.#answers.get(key);
    if (before !== undefined) return before;
    const answer = this.#remove(jobId, target);
    this.#answers.set(key, answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= answersMax) break;
      this.#answers.delete(oldest);
    }
    return answer;
  }

  #remove(jobId: string, target: RemovalTarget): Promise<Removed> {
    const removal = remove(target, this.mayKeep);
    const { messages, logs, release } = removal;
    const done = this.#mark(jobId, logs).then(
      () => ({ messages, kept: keptMessages(logs), why: null }),
      (error: unknown) => ({ messages, kept: 0, why: this.#options.postgres.describe(error) }),
    );
    const ended = done.finally(() => {
      this.#options.now();
      release();
    });
    this.#last = Promise.all([this.#last, ended]);
    return ended;
  }

  /** Gives back what a job has removed of logs that are this node's. Rejects when Postgres does not answer: to be asked again. */
  restore(jobId: string): Promise<number> {
    const restored = this.#last.then(() => this.#restore(jobId));
    this.#last = restored.catch(() => {});
    return restored;
  }

  get #owner(): Owner | null {
    const epoch = this.#options.epoch();
    return epoch === null ? null : { nodeId: this.#options.nodeId, epoch };
  }

  async #mark(jobId: string, logs: readonly RemovedLog[]): Promise<void> {
    const { postgres } = this.#options;
    const owner = this.#owner;
    if (logs.length === 0 || owner === null) return;
    const id = randomUUID();
    await this.#written();
    const rows = logs.map((log) => rowOf(id, log));
    if (!(await postgres.use((sql) => insertRemovals(sql, owner, jobId, rows, keepMs))))
      throw new Error("another node has taken over what this one had");
  }

  /** What a load would find later would be owed twice. Rejects when it takes too long. */
  async #read(rows: readonly { readonly logId: number; readonly durable: boolean }[]): Promise<void> {
    const deadlineMs = performance.now() + readMsMax;
    while (!rows.every(({ logId, durable }) => this.#options.store.hasRead(logId, durable))) {
      if (performance.now() > deadlineMs) throw new Error("the node has not read yet what it has taken over");
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  /** Who is owed what by now is written down. Rejects when that takes too long. */
  async #written(): Promise<void> {
    const { store } = this.#options;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error("Postgres did not answer in time")), writtenMsMax);
    try {
      await Promise.race([Promise.all([store.progressWritten(), store.saveCheckpoint()]), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #restore(jobId: string): Promise<number> {
    const { postgres, broker, store, nodeId, now, log } = this.#options;
    const owner = this.#owner;
    if (owner === null) throw new Error("the node has no lease now");
    const rows = await postgres.use((sql) => selectRemovals(sql, nodeId, jobId));
    if (rows.length === 0) return 0;
    const logIds = [...new Set(rows.map(({ logId }) => logId))];
    await this.#read(rows);
    await store.recall(logIds);
    now();
    let messages = 0;
    for (const { logId, topic, channel, lists, durable } of rows)
      messages += giveBack(broker, { logId, topic, channel, ...lists }, durable);
    await this.#written();
    await postgres.use((sql) => deleteRemovals(sql, owner, rows));
    log("info", `JOBS: gave back ${messages} messages that job ${jobId} had removed`);
    return messages;
  }

  #expireIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#timer = this.#expireIn(expireEveryMs);
      void this.#expire();
    }, ms).unref();
  }

  /** What nobody has wanted back in time goes. */
  async #expire(): Promise<void> {
    const { postgres, broker, store, now, log } = this.#options;
    const owner = this.#owner;
    if (owner === null || postgres.state !== "up") return;
    try {
      const logIds = await postgres.use((sql) => expireRemovals(sql, owner));
      if (logIds.length === 0) return;
      await store.recall(logIds);
      now();
      for (const logId of logIds) broker.backlog.forget(logId, neededFrom(broker, logId));
    } catch (error) {
      log("warn", `JOBS: what was removed long ago could not be let go: ${postgres.describe(error)}`);
    }
  }
}

/** Below it nobody is owed anything of the log. */
function neededFrom(broker: Broker, logId: number): number {
  for (const topic of broker.topics.values()) {
    const log = topic.logs.find(({ id }) => id === logId);
    if (log !== undefined) return log.forgottenTo;
  }
  return wholeLog;
}

function rowOf(id: string, removed: RemovedLog): RemovedRow {
  const { logId, topic, channel, ranges, singles } = removed;
  const froms = [...ranges, ...singles].map(([from]) => from);
  const ends = [...ranges.map(([, to]) => to), ...singles.map(([seq]) => seq + 1)];
  return {
    ...{ id, logId, topic, channel },
    fromSeq: froms.reduce((least, from) => Math.min(least, from)),
    toSeq: ends.reduce((most, to) => Math.max(most, to)),
    messages: keptMessages([removed]),
    lists: { ranges: ranges.map(([a, b]) => [a, b]), singles: singles.map(([a, b, c]) => [a, b, c]) },
  };
}
