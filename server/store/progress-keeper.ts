/**
 * Writes down how far the channels of durable topics are, at most 100 ms behind (PR1): what has changed, appended, and
 * the whole of it by the minute. One flush is on its way at a time, and is sent again under the same key until its
 * outcome is known, so that what is stored is always what was so at one instant. Nothing has changed: nothing is sent.
 */

import type { Owner } from "../../db/queries/fence.ts";
import {
  dropFlushPartitions,
  type FlushPart,
  insertFlushPart,
  makeFlushPartitions,
} from "../../db/queries/flushes.ts";
import type { ProgressNotes } from "../broker/progress.ts";
import type { ProgressFlush } from "../broker/progress-flush.ts";
import type { StoreLog } from "./ports.ts";
import type { PostgresLink } from "./postgres-link.ts";
import { encodeFlush } from "./progress-codec.ts";
import type { NodeOwner } from "./store-owner.ts";
import type { UnwrittenProgress } from "./unwritten-progress.ts";

const lookEveryMs = 20;
/** From the start of one flush to the next: with the wait for a look and the commit, what has changed is 100 ms old at most. */
const flushEveryMs = 60;
const wholeEveryMs = 60_000;
const partBytesMax = 512 * 1024;
const writeDeadlineMs = 10_000;
const partitionDeadlineMs = 5_000;
const retryMsMin = 50;
const retryMsMax = 2_000;
const hourMs = 3_600_000;

export interface ProgressKeeperOptions {
  readonly link: PostgresLink;
  readonly owner: NodeOwner;
  /** Above that of every process before: flushes are numbered by it. */
  readonly session: number;
  /** Whether the store may have something of a log. */
  readonly mayHave: (logId: number) => boolean;
  readonly log: StoreLog;
  /** Where what Postgres does not take at a stop is kept. */
  readonly unwritten: UnwrittenProgress;
}

export class ProgressKeeper {
  readonly #options: ProgressKeeperOptions;
  #notes: ProgressNotes | null = null;
  #now: () => void = () => {};
  #nextFlush: number;
  /** Of the flush that was written last; null: the next one has to be whole. */
  #epoch: number | null = null;
  #startedMs = Number.NEGATIVE_INFINITY;
  #wholeMs = 0;
  #isWholeNewest = false;
  #hour = 0;
  #partitionsToHour = 0;
  #writing: Promise<boolean> | null = null;
  #looker: NodeJS.Timeout | null = null;
  #closed = false;
  #failure: string | null = null;
  #waiting: (() => void)[] = [];

  constructor(options: ProgressKeeperOptions) {
    this.#options = options;
    this.#nextFlush = options.session * 2 ** 32;
  }

  /** @param now sets the broker's time: called before a flush is taken */
  attach(notes: ProgressNotes, now: () => void): void {
    this.#notes = notes;
    this.#now = now;
    notes.isKept = true;
    this.#looker = setInterval(() => this.#look(), lookEveryMs);
    this.#looker.unref();
  }

  /** Postgres is there (again): the first flush need not wait for its partition. */
  prepare(): void {
    if (this.#notes === null) return;
    // The flush makes it, should this fail.
    this.#makePartitions(Math.floor(Date.now() / hourMs)).catch(() => {});
  }

  /** Resolves when what has happened until now is written down; never, should the node's epoch be over before. */
  written(): Promise<void> {
    const notes = this.#notes;
    if (notes === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      notes.isUrgent = true;
    });
  }

  /** As `writeAll`, and nothing after it. */
  async finish(deadlineMs: number): Promise<boolean> {
    clearInterval(this.#looker ?? undefined);
    const isWritten = await this.writeAll(deadlineMs);
    this.#closed = true;
    return isWritten;
  }

  /** What is left at a stop is in Postgres, or else in the data path. Rejects when neither takes it. */
  async leave(deadlineMs: number): Promise<void> {
    if (await this.finish(deadlineMs)) return;
    const { owner, mayHave, unwritten } = this.#options;
    const epoch = owner.owner?.epoch;
    if (this.#notes === null || epoch === undefined) return;
    this.#now();
    const flush = this.#notes.take(true, mayHave);
    // One that has loaded nothing yet leaves what the life before it kept.
    if (flush !== null && flush.topics.length > 0)
      await unwritten.keep({ epoch, payload: encodeFlush(flush) });
  }

  /** Writes down everything, while nothing changes. False: Postgres did not take it in time. */
  async writeAll(deadlineMs: number): Promise<boolean> {
    const notes = this.#notes;
    if (notes === null) return true;
    const late = new Promise<false>((resolve) => setTimeout(resolve, deadlineMs, false).unref());
    const before = this.#writing;
    const last = async () => {
      await before;
      const owner = this.#owner;
      return owner !== null && (this.#isIdle(notes) || (await this.#flush(notes, owner, true)));
    };
    this.#writing = last().finally(() => {
      this.#writing = null;
    });
    return Promise.race([this.#writing, late]);
  }

  get #owner(): Owner | null {
    const { owner, link } = this.#options;
    return link.state === "up" && owner.mayCommit ? owner.owner : null;
  }

  #isIdle(notes: ProgressNotes): boolean {
    return this.#isWholeNewest && !notes.hasNews;
  }

  #look(): void {
    const notes = this.#notes!;
    const isIdle = this.#epoch === null ? !notes.hasNews : this.#isIdle(notes);
    if (this.#writing !== null || (isIdle && this.#waiting.length === 0)) return;
    const owner = this.#owner;
    if (owner === null) return;
    const nowMs = performance.now();
    const isWhole = owner.epoch !== this.#epoch || nowMs - this.#wholeMs >= wholeEveryMs;
    const isDue = notes.isUrgent || (notes.hasNews && nowMs - this.#startedMs >= flushEveryMs);
    if (!isDue && !(isWhole && this.#epoch !== null)) return;
    this.#writing = this.#flush(notes, owner, isWhole).finally(() => {
      this.#writing = null;
    });
  }

  /** Never rejects. True: it is in the store. */
  async #flush(notes: ProgressNotes, owner: Owner, whole: boolean): Promise<boolean> {
    this.#startedMs = performance.now();
    this.#now();
    const flush = notes.take(whole, this.#options.mayHave);
    const waiting = this.#waiting.splice(0);
    if (flush === null) {
      for (const resolve of waiting) resolve();
      return true;
    }
    const isWritten = await this.#write(flush, owner);
    if (!isWritten) {
      this.#waiting.push(...waiting);
      this.#epoch = null;
      this.#isWholeNewest = false;
      notes.lost(flush);
      return false;
    }
    this.#epoch = owner.epoch;
    this.#isWholeNewest = whole;
    if (whole) this.#wholeMs = this.#startedMs;
    this.#now();
    notes.saved();
    for (const resolve of waiting) resolve();
    return true;
  }

  async #write(flush: ProgressFlush, owner: Owner): Promise<boolean> {
    // A clock that is set back does not bring an hour back whose partition may be gone.
    this.#hour = Math.max(this.#hour, Math.floor(Date.now() / hourMs));
    const payload = encodeFlush(flush);
    const parts = Math.max(1, Math.ceil(payload.byteLength / partBytesMax));
    const id = this.#nextFlush++;
    const hour = this.#hour;
    for (let part = 0; part < parts; part++) {
      const isWritten = await this.#send(owner, {
        ...{ hour, flush: id, part, parts, whole: flush.whole },
        payload: payload.subarray(part * partBytesMax, (part + 1) * partBytesMax),
        restored: part + 1 === parts ? flush.restored : [],
      });
      if (!isWritten) return false;
    }
    return true;
  }

  /** Until the outcome is known. False: the epoch is over. */
  async #send(owner: Owner, part: FlushPart): Promise<boolean> {
    const { link, log, owner: node } = this.#options;
    let retryMs = retryMsMin;
    while (node.owner?.epoch === owner.epoch && !this.#closed) {
      try {
        if (link.state === "up" && node.mayCommit) {
          await this.#makePartitions(part.hour);
          const held = await link.run("background", writeDeadlineMs, (sql) =>
            insertFlushPart(sql, owner, part),
          );
          this.#failure = null;
          if (held.length > 0) return true;
          node.fenced(owner);
          return false;
        }
      } catch (error) {
        this.#partitionsToHour = 0;
        const failure = link.describe(error);
        if (link.state === "up" && failure !== this.#failure)
          log.warn({}, `progress is not taken: ${failure}`);
        this.#failure = failure;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
      retryMs = link.state === "up" ? Math.min(retryMs * 2, retryMsMax) : retryMsMin;
    }
    return false;
  }

  async #makePartitions(hour: number): Promise<void> {
    if (hour < this.#partitionsToHour) return;
    const { link } = this.#options;
    await link.run("background", partitionDeadlineMs, (sql) => makeFlushPartitions(sql, hour));
    this.#partitionsToHour = hour + 1;
    // Whoever holds a snapshot of it holds this up; the next hour comes.
    link.run("background", partitionDeadlineMs, (sql) => dropFlushPartitions(sql, hour - 1)).catch(() => {});
  }
}
