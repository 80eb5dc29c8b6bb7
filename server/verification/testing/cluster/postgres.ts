/**
 * A Postgres in memory, as far as nodes rely on it: what is committed stays, a statement takes effect at one instant or not
 * at all, and a fence is looked at in that same instant. Each method is one statement of `db/queries`.
 */

import type { LeaseRow } from "../../../../db/queries/leases.ts";
import type { Block } from "../../../broker/ports.ts";
import type { ProgressFlush } from "../../../broker/progress-flush.ts";
import type { ScheduledMessage } from "../../../broker/schedule.ts";
import type { StoredLog } from "../../../store/checkpoint-fit.ts";
import type { HistoryRecorder } from "./recorder.ts";

/** A node under one epoch. */
export interface Life {
  readonly node: string;
  readonly epoch: number;
}

interface LogRow {
  readonly topic: string;
  owner: string;
  /** In whose flushes its state is. */
  told: Life;
}

interface Lease {
  term: number;
  renewals: number;
}

/** A message that is due later, for a channel or (empty) for its topic. */
export interface ScheduledRow extends ScheduledMessage {
  readonly channel: string;
}

/** A log of a node, with what is stored of it. */
export interface OwnedLog extends StoredLog {
  readonly told: Life;
}

export class ModelPostgres {
  isUp = true;
  /** Connections of before a restart are dead. */
  life = 1;
  /** false: a mistake that is planted. */
  checksFence = true;
  readonly epochs = new Map<string, number>();
  readonly leases = new Map<string, Lease>();
  readonly logs = new Map<number, LogRow>();
  readonly blocks = new Map<number, Block[]>();
  /** By life, then by number. */
  readonly flushes = new Map<string, Map<number, ProgressFlush>>();
  /** How many messages that had been delivered went to the schedule. */
  requeuedLong = 0;
  /** By log, sequence and channel. */
  readonly scheduled = new Map<string, ScheduledRow>();
  readonly #history: HistoryRecorder;
  readonly #ttlMs: number;

  constructor(history: HistoryRecorder, ttlMs: number) {
    this.#history = history;
    this.#ttlMs = ttlMs;
  }

  // -- leases -----------------------------------------------------------------------------------

  /** A new epoch, and a lease. */
  begin(node: string): { epoch: number; term: number } {
    const epoch = (this.epochs.get(node) ?? -1) + 1;
    const lease = this.leases.get(node) ?? { term: 0, renewals: 0 };
    this.leases.set(node, { term: lease.term + 1, renewals: lease.renewals + 1 });
    this.epochs.set(node, epoch);
    this.#history.note({ op: "epoch", proc: "postgres", kind: "ok", node, epoch });
    return { epoch, term: lease.term + 1 };
  }

  /** All leases as they were before; null: it is not this holder's any more. */
  renew(node: string, term: number): LeaseRow[] | null {
    const rows = [...this.leases.keys()].map((name) => this.#leaseRow(name));
    const lease = this.leases.get(node);
    if (lease?.term !== term) return null;
    lease.renewals++;
    return rows;
  }

  /** Takes a node's logs, unless its lease has moved since it was read. @returns how many; null: it has */
  adopt(by: Life, { nodeId: of, term, renewals }: LeaseRow): { logs: number; term: number } | null {
    if (!this.passes(by)) return null;
    const lease = this.leases.get(of);
    if (lease?.term !== term || lease.renewals !== renewals) return null;
    lease.term++;
    const epoch = this.epochs.get(of)! + 1;
    this.epochs.set(of, epoch);
    this.#history.note({ op: "adopt", proc: "postgres", kind: "ok", node: by.node, of, epoch });
    let logs = 0;
    for (const [log, row] of this.logs) {
      if (row.owner !== of) continue;
      row.owner = by.node;
      logs++;
      this.#history.note({ op: "own", proc: "postgres", kind: "ok", log, node: by.node });
    }
    return { logs, term: lease.term };
  }

  // -- blocks -----------------------------------------------------------------------------------

  /** Whether the row is still at this epoch; what is refused is noted, and what takes effect. */
  passes({ node, epoch }: Life): boolean {
    const passes = !this.checksFence || this.epochs.get(node) === epoch;
    this.#history.note({ op: "commit", proc: "postgres", kind: passes ? "ok" : "fail", node, epoch });
    return passes;
  }

  /** Blocks and logs that are there already stay as they are. false: fenced out. */
  insertBlocks(owner: Life, rows: readonly { topic: string; block: Block }[]): boolean {
    if (!this.passes(owner)) return false;
    for (const { topic, block } of rows) {
      this.#openLog(block.logId, topic, owner);
      const blocks = this.blocks.get(block.logId)!;
      const isThere = blocks.some(
        ({ firstSeq, loose }) => firstSeq === block.firstSeq && loose === block.loose,
      );
      if (!isThere) blocks.push(block);
    }
    return true;
  }

  selectBlocks(logId: number, fromSeq: number, toSeq: number, withLoose: boolean): Block[] {
    return (this.blocks.get(logId) ?? [])
      .filter(({ loose, firstSeq, endSeq }) => (withLoose || !loose) && firstSeq < toSeq && endSeq > fromSeq)
      .sort((a, b) => a.firstSeq - b.firstSeq || Number(a.loose) - Number(b.loose));
  }

  deleteBlocks(owner: Life, logId: number, belowSeq: number): boolean {
    if (!this.passes(owner)) return false;
    if (this.logs.get(logId)?.owner !== owner.node) return true;
    const kept = this.blocks.get(logId)!.filter(({ endSeq }) => endSeq > belowSeq);
    this.blocks.set(logId, kept);
    const isScheduled = [...this.scheduled.values()].some((row) => row.logId === logId);
    if (belowSeq >= 2 ** 32 && !isScheduled) this.logs.delete(logId);
    return true;
  }

  // -- what is due later ------------------------------------------------------------------------

  insertScheduled(owner: Life, message: ScheduledMessage, channels: readonly string[]): boolean {
    if (!this.passes(owner)) return false;
    this.#openLog(message.logId, message.topic, owner);
    if (message.attempts > 0) this.requeuedLong++;
    for (const channel of channels) this.#schedule({ ...message, channel });
    return true;
  }

  spreadScheduled(
    owner: Life,
    { logId, seq, channels }: { logId: number; seq: number; channels: readonly string[] },
  ): boolean {
    if (!this.passes(owner)) return false;
    const key = `${logId}/${seq}/`;
    const row = this.scheduled.get(key);
    if (row === undefined || this.logs.get(logId)?.owner !== owner.node) return true;
    this.scheduled.delete(key);
    for (const channel of channels) this.#schedule({ ...row, channel });
    return true;
  }

  deleteScheduled(
    owner: Life,
    { logId, seq, channel }: Pick<ScheduledRow, "logId" | "seq" | "channel">,
  ): boolean {
    if (!this.passes(owner)) return false;
    if (this.logs.get(logId)?.owner === owner.node) this.scheduled.delete(`${logId}/${seq}/${channel}`);
    return true;
  }

  /** Of a node's logs, or of some of them. */
  selectScheduled(owner: string, logIds: readonly number[] | null): ScheduledRow[] {
    return [...this.scheduled.values()].filter(
      ({ logId }) => this.logs.get(logId)?.owner === owner && (logIds === null || logIds.includes(logId)),
    );
  }

  #schedule(row: ScheduledRow): void {
    const key = `${row.logId}/${row.seq}/${row.channel}`;
    if (!this.scheduled.has(key)) this.scheduled.set(key, row);
  }

  // -- progress ---------------------------------------------------------------------------------

  /** The same number twice is the same flush. false: fenced out. */
  insertFlush(owner: Life, id: number, flush: ProgressFlush): boolean {
    if (!this.passes(owner)) return false;
    const key = keyOf(owner);
    const flushes = this.flushes.get(key) ?? new Map<number, ProgressFlush>();
    this.flushes.set(key, flushes);
    if (!flushes.has(id)) flushes.set(id, flush);
    for (const logId of flush.restored) {
      const log = this.logs.get(logId);
      if (log?.owner === owner.node) log.told = owner;
    }
    return true;
  }

  /** Of a life, from its newest whole one on. */
  flushesOf(life: Life): ProgressFlush[] {
    const sorted = [...(this.flushes.get(keyOf(life)) ?? [])]
      .sort(([a], [b]) => a - b)
      .map(([, flush]) => flush);
    return sorted.slice(
      Math.max(
        0,
        sorted.findLastIndex(({ whole }) => whole),
      ),
    );
  }

  ownedLogs(owner: string): OwnedLog[] {
    const owned: OwnedLog[] = [];
    for (const [logId, { topic, told, owner: node }] of this.logs) {
      if (node !== owner) continue;
      const blocks = this.selectBlocks(logId, 0, 2 ** 32, true);
      const runs = blocks.filter(({ loose }) => !loose);
      const loose = blocks.filter((block) => block.loose);
      owned.push({
        ...{ logId, topic, told, runsFrom: runs[0]?.firstSeq ?? 0, runsTo: runs.at(-1)?.endSeq ?? 0 },
        looseFrom: loose[0]?.firstSeq ?? 0,
        looseTo: loose.reduce((end, { endSeq }) => Math.max(end, endSeq), 0),
      });
    }
    return owned;
  }

  /** Makes its row, if there is none. */
  #openLog(logId: number, topic: string, owner: Life): void {
    let log = this.logs.get(logId);
    if (log && log.owner !== owner.node && this.checksFence) {
      const name = "writes to another's log under a valid epoch";
      this.#history.note({ op: "gauge", proc: "postgres", kind: "ok", name, value: 1, max: 0 });
    }
    if (log) return;
    log = { topic, owner: owner.node, told: owner };
    this.logs.set(logId, log);
    this.blocks.set(logId, []);
    this.#history.note({ op: "own", proc: "postgres", kind: "ok", log: logId, node: owner.node });
  }

  #leaseRow(nodeId: string): LeaseRow {
    const logs = [...this.logs.values()].filter(({ owner }) => owner === nodeId).length;
    const address = { hostname: nodeId, broadcastAddress: nodeId };
    const { term, renewals } = this.leases.get(nodeId)!;
    const epoch = this.epochs.get(nodeId)!;
    return {
      ...address,
      nodeId,
      epoch,
      term,
      renewals,
      ttlMs: this.#ttlMs,
      released: false,
      holds: logs > 0,
      logs,
    };
  }
}

function keyOf({ node, epoch }: Life): string {
  return `${node}/${epoch}`;
}
