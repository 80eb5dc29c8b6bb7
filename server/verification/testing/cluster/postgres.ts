/**
 * A Postgres in memory, as far as nodes rely on it: what is committed stays, a statement takes effect at one instant or not
 * at all, and a fence is looked at in that same instant. Whoever crashes it loses what was under way, nothing else.
 */
import type { TopicCheckpoint } from "../../../broker/checkpoint.ts";
import type { Block } from "../../../broker/ports.ts";
import type { StoredLog } from "../../../store/checkpoint-fit.ts";
import type { HistoryRecorder } from "./recorder.ts";

interface LogRow {
  readonly topic: string;
  owner: string;
}

/** What a node owes, as it wrote it last. */
export interface ProgressRow {
  /** Grows with every row of a node; the highest counts, whichever came last. */
  readonly id: number;
  readonly topics: readonly TopicCheckpoint[];
}

/** What was taken from a dead node, until the progress of its adopter has it. */
export interface TakenRow {
  readonly id: number;
  readonly owner: string;
  readonly topics: readonly TopicCheckpoint[];
}

export interface Fence {
  readonly node: string;
  readonly epoch: number;
}

export class ModelPostgres {
  isUp = true;
  /** Connections of an earlier life are dead. */
  life = 1;
  /** false: a fault that is planted. */
  checksFence = true;
  readonly epochs = new Map<string, number>();
  /** A node's lease: a number that grows with every renewal. */
  readonly leases = new Map<string, number>();
  readonly logs = new Map<number, LogRow>();
  readonly blocks = new Map<number, Block[]>();
  readonly progress = new Map<string, ProgressRow>();
  taken: TakenRow[] = [];
  readonly #history: HistoryRecorder;
  #nextTaken = 1;

  constructor(history: HistoryRecorder) {
    this.#history = history;
  }

  /** Whether the row is still at this epoch; what is refused is noted, and what takes effect. */
  passes({ node, epoch }: Fence): boolean {
    const passes = !this.checksFence || this.epochs.get(node) === epoch;
    this.#history.note({ op: "commit", proc: "postgres", kind: passes ? "ok" : "fail", node, epoch });
    return passes;
  }

  /** Birth: a new epoch, if it still is what was read. A statement that comes late bears nobody. */
  bear(node: string, epochBefore: number): boolean {
    if ((this.epochs.get(node) ?? 0) !== epochBefore) return false;
    const epoch = epochBefore + 1;
    this.epochs.set(node, epoch);
    this.#history.note({ op: "epoch", proc: "postgres", kind: "ok", node, epoch });
    return this.renew({ node, epoch });
  }

  renew({ node, epoch }: Fence): boolean {
    if (this.epochs.get(node) !== epoch) return false;
    this.leases.set(node, (this.leases.get(node) ?? 0) + 1);
    return true;
  }

  /** Blocks and logs that are there already stay as they are. false: fenced out. */
  insertBlocks(fence: Fence, rows: readonly { topic: string; block: Block }[]): boolean {
    if (!this.passes(fence)) return false;
    for (const { topic, block } of rows) {
      const { logId, firstSeq, loose } = block;
      this.#openLog(logId, topic, fence.node);
      const blocks = this.blocks.get(logId)!;
      if (this.checksFence && this.logs.get(logId)!.owner !== fence.node) return false;
      if (!blocks.some((other) => other.firstSeq === firstSeq && other.loose === loose)) blocks.push(block);
    }
    return true;
  }

  selectBlocks(logId: number, fromSeq: number, toSeq: number, withLoose: boolean): Block[] {
    return (this.blocks.get(logId) ?? [])
      .filter(({ loose, firstSeq, endSeq }) => (withLoose || !loose) && firstSeq < toSeq && endSeq > fromSeq)
      .sort((a, b) => a.firstSeq - b.firstSeq || Number(a.loose) - Number(b.loose));
  }

  deleteBlocks(fence: Fence, logId: number, belowSeq: number): boolean {
    if (!this.passes(fence)) return false;
    const log = this.logs.get(logId);
    if (log && (log.owner === fence.node || !this.checksFence)) {
      const kept = this.blocks.get(logId)!.filter(({ endSeq }) => endSeq > belowSeq);
      this.blocks.set(logId, kept);
      if (belowSeq >= 2 ** 32) this.logs.delete(logId);
    }
    return true;
  }

  /** @param covers ids of what was taken and is in these topics now */
  writeProgress(fence: Fence, row: ProgressRow, covers: readonly number[]): boolean {
    if (!this.passes(fence)) return false;
    if ((this.progress.get(fence.node)?.id ?? -1) < row.id) {
      this.progress.set(fence.node, row);
      this.taken = this.taken.filter(({ id }) => !covers.includes(id));
    }
    return true;
  }

  /**
   * Takes everything of a node whose lease and epoch are still what they were; false: they are not.
   *
   * @param owed what it owed, as somebody thinks; null: as it wrote it last
   */
  adopt(
    by: Fence,
    of: string,
    seen: { readonly epoch: number; readonly lease: number },
    owed: readonly TopicCheckpoint[] | null,
  ): boolean {
    if (!this.passes(by)) return false;
    if (this.epochs.get(of) !== seen.epoch || this.leases.get(of) !== seen.lease) return false;
    const epoch = seen.epoch + 1;
    this.epochs.set(of, epoch);
    this.#history.note({ op: "adopt", proc: "postgres", kind: "ok", node: by.node, of, epoch });
    for (const [log, row] of this.logs) {
      if (row.owner !== of) continue;
      row.owner = by.node;
      this.#history.note({ op: "own", proc: "postgres", kind: "ok", log, node: by.node });
    }
    const topics = owed ?? this.progress.get(of)?.topics ?? [];
    this.taken = this.taken.map((row) => (row.owner === of ? { ...row, owner: by.node } : row));
    this.taken.push({ id: this.#nextTaken++, owner: by.node, topics });
    this.progress.delete(of);
    return true;
  }

  storedLogs(owner: string): StoredLog[] {
    return [...this.logs]
      .filter(([, log]) => log.owner === owner)
      .map(([logId, { topic }]) => {
        const runs = this.selectBlocks(logId, 0, 2 ** 32, false);
        const loose = this.selectBlocks(logId, 0, 2 ** 32, true).filter((block) => block.loose);
        return {
          ...{ logId, topic, runsFrom: runs[0]?.firstSeq ?? 0, runsTo: runs.at(-1)?.endSeq ?? 0 },
          looseFrom: loose[0]?.firstSeq ?? 0,
          looseTo: loose.reduce((end, block) => Math.max(end, block.endSeq), 0),
        };
      })
      .filter(({ runsFrom, runsTo, looseFrom, looseTo }) => runsFrom < runsTo || looseFrom < looseTo);
  }

  #openLog(logId: number, topic: string, owner: string): void {
    if (this.logs.has(logId)) return;
    this.logs.set(logId, { topic, owner });
    this.blocks.set(logId, []);
    this.#history.note({ op: "own", proc: "postgres", kind: "ok", log: logId, node: owner });
  }
}
