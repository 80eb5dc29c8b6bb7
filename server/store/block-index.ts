/** Which blocks there are, by log and sequence. Runs of a log never overlap one another; loose blocks may overlap runs. */

export interface BlockKey {
  readonly logId: number;
  readonly loose: boolean;
  readonly firstSeq: number;
  readonly endSeq: number;
}

interface LogEntries<T> {
  readonly topic: string;
  /** Each sorted by `firstSeq`. */
  readonly runs: T[];
  readonly loose: T[];
}

export class BlockIndex<T extends BlockKey> {
  readonly #logs = new Map<number, LogEntries<T>>();

  get logCount(): number {
    return this.#logs.size;
  }

  /** False when a block of that key is there already; it stays. */
  add(topic: string, entry: T): boolean {
    let log = this.#logs.get(entry.logId);
    if (!log) {
      log = { topic, runs: [], loose: [] };
      this.#logs.set(entry.logId, log);
    }
    const list = entry.loose ? log.loose : log.runs;
    const at = lowerBound(list, entry.firstSeq);
    if (list[at]?.firstSeq === entry.firstSeq) return false;
    list.splice(at, 0, entry);
    return true;
  }

  has(key: BlockKey): boolean {
    const log = this.#logs.get(key.logId);
    const list = key.loose ? log?.loose : log?.runs;
    return list?.[lowerBound(list, key.firstSeq)]?.firstSeq === key.firstSeq;
  }

  hasLog(logId: number): boolean {
    return this.#logs.has(logId);
  }

  /** Blocks that hold sequences in [fromSeq, toSeq), by `firstSeq`, runs before loose ones. */
  find(range: { logId: number; fromSeq: number; toSeq: number; loose: boolean }): T[] {
    const log = this.#logs.get(range.logId);
    if (!log) return [];
    const found: T[] = [];
    // A run that begins before `fromSeq` may reach into the range; only the last such one can.
    for (let i = Math.max(0, lowerBound(log.runs, range.fromSeq) - 1); i < log.runs.length; i++) {
      const entry = log.runs[i]!;
      if (entry.firstSeq >= range.toSeq) break;
      if (entry.endSeq > range.fromSeq) found.push(entry);
    }
    if (!range.loose) return found;
    const loose = log.loose.filter((entry) => entry.firstSeq < range.toSeq && entry.endSeq > range.fromSeq);
    if (loose.length === 0) return found;
    return [...found, ...loose].sort((a, b) => a.firstSeq - b.firstSeq || Number(a.loose) - Number(b.loose));
  }

  /** Takes out the blocks of a log that lie wholly below `belowSeq`, and returns them. */
  removeBelow(logId: number, belowSeq: number): T[] {
    const log = this.#logs.get(logId);
    if (!log) return [];
    // Runs do not overlap: those that end below are the first ones.
    let runs = 0;
    while (runs < log.runs.length && log.runs[runs]!.endSeq <= belowSeq) runs++;
    const removed = log.runs.splice(0, runs);
    for (let i = log.loose.length - 1; i >= 0; i--) {
      if (log.loose[i]!.endSeq <= belowSeq) removed.push(...log.loose.splice(i, 1));
    }
    this.#dropWhenEmpty(logId, log);
    return removed;
  }

  remove(entry: T): boolean {
    const log = this.#logs.get(entry.logId);
    if (!log) return false;
    const list = entry.loose ? log.loose : log.runs;
    const at = list.indexOf(entry);
    if (at < 0) return false;
    list.splice(at, 1);
    this.#dropWhenEmpty(entry.logId, log);
    return true;
  }

  *logs(): Generator<{ logId: number; topic: string; runs: readonly T[]; loose: readonly T[] }> {
    for (const [logId, log] of this.#logs) yield { logId, ...log };
  }

  #dropWhenEmpty(logId: number, log: LogEntries<T>): void {
    if (log.runs.length === 0 && log.loose.length === 0) this.#logs.delete(logId);
  }
}

/** The first place in a list sorted by `firstSeq` whose `firstSeq` is not below `seq`. */
function lowerBound(list: readonly BlockKey[], seq: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.firstSeq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
