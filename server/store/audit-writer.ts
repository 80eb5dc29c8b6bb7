/**
 * The audit on its way from the broker's ring to Postgres: drained off the hot path, coded in
 * batches of most of a second, and written a few rows a second. What Postgres does not take waits in a bounded
 * spool on disk. Whatever is lost to a bound is counted, and the loss is itself an event.
 */
import type { AuditDirectory } from "../../db/audit-format.ts";
import {
  dropAuditPartitions,
  insertAuditBatch,
  makeAuditPartitions,
  type NewAuditBatch,
} from "../../db/queries/audit.ts";
import { selectAuditDays } from "../../db/queries/audit-days.ts";
import { type AuditRing, auditKinds } from "../broker/audit-ring.ts";
import { AuditBatch } from "./audit-batch.ts";
import { AuditSpool } from "./audit-spool.ts";
import type { AuditPolicy, StoreLog } from "./ports.ts";
import type { PostgresLink } from "./postgres-link.ts";

const drainMs = 250;
/** Four rows at most a batch: five a second. */
const batchMs = 800;
/** A batch is ended before its time at some 4 MB. */
const batchBytesMax = 4 * 1024 * 1024;
/** Records taken in one turn of the loop: 1 to 2 ms. */
const recordsPerTurn = 16_384;
const partitionsEveryMs = 3_600_000;
const retryMs = 1_000;
const dayMs = 86_400_000;
const daysAhead = 3;

export interface AuditWriterOptions {
  readonly link: PostgresLink;
  readonly nodeId: string;
  /** Above that of every process before: rows are numbered by it. */
  readonly session: number;
  readonly directory: string;
  readonly policy: AuditPolicy;
  /** Where operators have not set another number. */
  readonly retentionDays: number;
  readonly spoolBytesMax: number;
  readonly log: StoreLog;
  /** The node's; null: it has none. */
  readonly epoch: () => number | null;
}

/** Copies up to `recordsMax` records of the ring into the batch, as far as the policy wants them, and gives their room back. */
export function drainRing(ring: AuditRing, batch: AuditBatch, policy: AuditPolicy, recordsMax: number): void {
  const records = Math.min(ring.waiting, recordsMax);
  const mask = ring.capacity - 1;
  const { kind, place, client, logId, seq, count, attempts, delayMs, atMs } = ring;
  const first = ring.drained;
  for (let n = 0; n < records; n++) {
    const i = (first + n) & mask;
    const what = kind[i]!;
    if (policy !== "all" && (policy === "off" || !isAcknowledgement(what))) continue;
    batch.add(
      what,
      place[i]!,
      client[i]!,
      logId[i]!,
      seq[i]!,
      count[i]!,
      attempts[i]!,
      delayMs[i]!,
      atMs[i]!,
    );
  }
  ring.drain(records);
}

function isAcknowledgement(kind: number): boolean {
  return kind !== auditKinds.publish && kind !== auditKinds.deliver && kind !== auditKinds.touch;
}

export class AuditWriter {
  /** Events in Postgres, and events lost to a bound. */
  eventsStored = 0;
  eventsLost = 0;
  readonly #options: AuditWriterOptions;
  readonly #spool: AuditSpool;
  readonly #refusedSeen = new Float64Array(8);
  #ring: AuditRing | null = null;
  #batch: AuditBatch;
  #batchFromMs = Number.POSITIVE_INFINITY;
  #batchStarted = performance.now();
  #rowNumber: number;
  #rows: NewAuditBatch[] = [];
  #rowInHand: NewAuditBatch | null = null;
  #draining: Promise<void> | null = null;
  #sending: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #partitionsAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: AuditWriterOptions) {
    this.#options = options;
    this.#batch = new AuditBatch(options.epoch());
    this.#rowNumber = options.session * 2 ** 32;
    this.#spool = new AuditSpool(options);
  }

  attach(ring: AuditRing): void {
    this.#ring = ring;
    ring.onHalfFull = () => this.#drain();
    this.#timer = setInterval(() => this.#drain(), drainMs);
    this.#timer.unref();
  }

  /** Age of the oldest record that Postgres does not have. */
  lagMs(nowMs: number): number {
    const ring = this.#ring;
    const waiting = ring && ring.waiting > 0 && this.#options.policy !== "off";
    const oldest = Math.min(
      this.#spool.oldestMs ?? nowMs,
      this.#rowInHand?.fromMs ?? nowMs,
      this.#rows[0]?.fromMs ?? nowMs,
      this.#batchFromMs,
      waiting ? ring.atMs[ring.drained & (ring.capacity - 1)]! : nowMs,
    );
    return Math.max(0, nowMs - oldest);
  }

  /** Postgres is there (again). */
  resume(): void {
    this.#partitionsAt = Number.NEGATIVE_INFINITY;
    this.#send();
  }

  /** Drains the ring, and leaves nothing in memory: what Postgres does not take in time is in the spool. Never rejects. */
  async close(deadlineMs: number): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    if (this.#ring) this.#ring.onHalfFull = null;
    // One may be under way, and past what came last.
    await this.#draining;
    this.#drain();
    await this.#draining;
    await this.#endBatch();
    const late = new Promise<void>((resolve) => setTimeout(resolve, deadlineMs).unref());
    await Promise.race([this.#sent(), late]);
    this.#closed = true;
    for (const row of this.#rows.splice(0)) this.#keep(row);
    if (this.#rowInHand) this.#keep(this.#rowInHand);
    await this.#spool.close();
  }

  #drain(): void {
    this.#draining ??= this.#drainAll().finally(() => {
      this.#draining = null;
    });
  }

  async #drainAll(): Promise<void> {
    const ring = this.#ring;
    if (!ring) return;
    // Called from within a record of the broker's: not in its turn.
    await new Promise(setImmediate);
    // What waited since the last look counts for the epoch of then: at most a quarter of a second of it was later.
    const isOtherEpoch = this.#options.epoch() !== this.#batch.epoch;
    while (ring.waiting > 0) {
      const fromMs = ring.atMs[ring.drained & (ring.capacity - 1)]!;
      drainRing(ring, this.#batch, this.#options.policy, recordsPerTurn);
      if (this.#batch.events > 0) this.#batchFromMs = Math.min(this.#batchFromMs, fromMs);
      if (this.#batch.bytes >= batchBytesMax) await this.#endBatch();
      await new Promise(setImmediate);
    }
    this.#noteRefused(ring);
    if (isOtherEpoch || performance.now() - this.#batchStarted >= batchMs - drainMs / 2)
      await this.#endBatch();
  }

  #noteRefused(ring: AuditRing): void {
    if (this.#options.policy === "off") return;
    for (const [kind, refused] of ring.refused.entries()) {
      const lost = refused - this.#refusedSeen[kind]!;
      this.#refusedSeen[kind] = refused;
      if (lost > 0) this.#lose(kind, lost, "more events than the audit could take");
    }
  }

  #lose(kind: number, events: number, reason: string): void {
    this.eventsLost += events;
    this.#batch.addGap([kind, events, Date.now(), reason]);
  }

  /** Turns the batch into rows, one a turn. */
  async #endBatch(): Promise<void> {
    const batch = this.#batch;
    this.#batch = new AuditBatch(this.#options.epoch());
    this.#batchStarted = performance.now();
    if (!batch.isEmpty) {
      for (const row of batch.rows()) {
        this.#rows.push({ ...row, batch: this.#rowNumber++ });
        await new Promise(setImmediate);
      }
    }
    this.#batchFromMs = Number.POSITIVE_INFINITY;
    this.#send();
  }

  #send(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
  }

  /** Resolves when Postgres has all, or does not take it. */
  async #sent(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  /** Fresh rows first, so that the page shows what happens now; then what waited on disk. Never rejects. */
  async #sendAll(): Promise<void> {
    const { link } = this.#options;
    while (!this.#closed) {
      const row = this.#rows.shift();
      if (!row) break;
      this.#rowInHand = row;
      if (link.state !== "up" || !(await this.#insert(row))) this.#keep(row);
      this.#rowInHand = null;
    }
    if (link.state !== "up" || this.#closed) return;
    if (performance.now() - this.#partitionsAt > partitionsEveryMs) await this.#makePartitions();
    while (link.state === "up" && !this.#closed && this.#rows.length === 0) {
      const row = await this.#spool.first();
      if (!row) return;
      if (!(await this.#insert(row.value))) {
        setTimeout(() => this.#send(), retryMs).unref();
        return;
      }
      row.forget();
    }
    if (this.#rows.length > 0) setImmediate(() => this.#send());
  }

  async #insert(row: NewAuditBatch): Promise<boolean> {
    const { link, nodeId, log } = this.#options;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await link.use("background", (sql) => insertAuditBatch(sql, nodeId, row));
        this.eventsStored += row.events;
        return true;
      } catch (error) {
        // check_violation: there is no partition for its day yet.
        const missing = (error as { code?: unknown }).code === "23514";
        if (missing && attempt === 0 && (await this.#makePartition(row.day))) continue;
        if (link.state === "up") log.warn({}, `the audit waits on disk: ${link.describe(error)}`);
        return false;
      }
    }
    return false;
  }

  #keep(row: NewAuditBatch): void {
    if (this.#spool.bytes + row.body.byteLength + row.directory.length <= this.#options.spoolBytesMax) {
      this.#spool.add(row);
      return;
    }
    if (row.events > 0) this.#lose(0, row.events, "no room on disk while Postgres was away");
    // The gaps it told of are told of by the next one.
    for (const gap of (JSON.parse(row.directory) as AuditDirectory).gaps) this.#batch.addGap(gap);
  }

  async #makePartition(day: string): Promise<boolean> {
    try {
      await this.#options.link.use("background", (sql) => makeAuditPartitions(sql, [day]));
      return true;
    } catch {
      return false;
    }
  }

  async #makePartitions(): Promise<void> {
    const { link, log, retentionDays } = this.#options;
    const day = (offset: number) => new Date(Date.now() + offset * dayMs).toISOString().slice(0, 10);
    try {
      const days = Array.from({ length: daysAhead + 2 }, (_, i) => day(i - 1));
      await link.use("background", (sql) => makeAuditPartitions(sql, days));
      this.#partitionsAt = performance.now();
      // Somebody may be reading the old ones, a dump for example: then an hour later.
      const keptDays = (await link.use("background", selectAuditDays)) ?? retentionDays;
      await link.use("background", (sql) => dropAuditPartitions(sql, day(-keptDays)));
    } catch (error) {
      if (link.state === "up")
        log.warn({}, `days of the audit could not be made or dropped: ${link.describe(error)}`);
    }
  }
}
