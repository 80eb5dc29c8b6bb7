/** A node's schedule over the modelled Postgres: one statement at a time, each the same again until its outcome is known. */
import type { Schedule, ScheduledMessage } from "../../../broker/schedule.ts";
import type { SimNode } from "./node.ts";
import type { Life, ModelPostgres, ScheduledRow } from "./postgres.ts";

/** What is due within this is in memory: short, so that a run has some of both. */
const horizonMs = 300;
const readEveryMs = 120;
const retryMs = 30;

export type KnownOwed = (
  row: ScheduledRow,
) => { readonly attempts: number; readonly dueMs: number } | undefined;

interface Act {
  /** What it drops. */
  readonly drops?: string;
  /** Of which logs it finds out. */
  readonly asks?: readonly number[];
  /** Of which log; null: of none in particular. */
  readonly logId: number | null;
  /** false: fenced out. */
  readonly run: (postgres: ModelPostgres, owner: Life) => boolean;
  readonly done: () => void;
}

export class SimScheduleKeeper implements Schedule {
  readonly #node: SimNode;
  #acts: Act[] = [];
  /** Logs of which all that is due soon is in memory. */
  readonly #loaded = new Set<number>();
  #isRunning = false;
  #horizonMs = 0;
  #readToMs = 0;

  constructor(node: SimNode) {
    this.#node = node;
  }

  get isIdle(): boolean {
    return this.#acts.length === 0;
  }

  start(): void {
    this.#horizonMs = this.#readToMs = this.#node.wallMs + horizonMs;
    this.#node.after(readEveryMs, () => this.#moveOn());
  }

  keep(message: ScheduledMessage, channels: readonly string[], done: (isSoon: boolean) => void): void {
    const { logId } = message;
    this.#node.knownLogs.add(logId);
    this.#loaded.add(logId);
    if (this.#node.parts.confirmsDeferralsAtOnce) {
      done(message.dueMs <= this.#horizonMs);
      done = () => {};
    }
    this.#add({
      logId,
      run: (postgres, owner) => postgres.insertScheduled(owner, message, channels),
      done: () => {
        this.#node.store.noteStored(logId);
        done(message.dueMs <= this.#horizonMs);
      },
    });
  }

  spread(logId: number, seq: number, channels: readonly string[], done: () => void): void {
    this.#add({
      logId,
      done,
      run: (postgres, owner) => postgres.spreadScheduled(owner, { logId, seq, channels }),
    });
  }

  drop(logId: number, seq: number, channel: string): void {
    const run: Act["run"] = (postgres, owner) => postgres.deleteScheduled(owner, { logId, seq, channel });
    this.#add({ logId, run, drops: `${logId}/${seq}/${channel}`, done: () => {} });
  }

  dropAll(): void {
    throw new Error("nothing is deleted in this world");
  }

  /** Logs that have come to this process: what of theirs is due soon is read, the rest counted. */
  found(logIds: readonly number[], known: KnownOwed): void {
    if (logIds.length > 0) this.#read(this.#horizonMs, logIds, known);
  }

  giveUp(logIds: Iterable<number>): void {
    const given = new Set(logIds);
    for (const logId of given) this.#loaded.delete(logId);
    this.#acts = this.#acts.filter(({ logId }) => logId === null || !given.has(logId));
  }

  #add(act: Act): void {
    this.#acts.push(act);
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#node.after(0, () => this.#run());
  }

  #run(): void {
    const [act] = this.#acts;
    const { owner } = this.#node.keeper;
    if (act === undefined) {
      this.#isRunning = false;
      return;
    }
    if (owner === null) {
      this.#node.after(retryMs, () => this.#run());
      return;
    }
    const isWell = this.#node.ask(
      (postgres) => act.run(postgres, owner),
      (outcome) => {
        if (outcome.known) this.#node.hinder("schedule", false);
        this.#node.noteOutcome(owner, outcome);
        // What was given up meanwhile is not told of.
        if (outcome.known && outcome.value && this.#acts[0] === act) {
          this.#acts.shift();
          act.done();
        }
        this.#node.after(outcome.known ? 0 : retryMs, () => this.#run());
      },
      // Else a row could come back after it was delivered and dropped.
      { isEnded: true },
    );
    if (!isWell) this.#node.hinder("schedule", true);
  }

  #moveOn(): void {
    this.#node.after(readEveryMs, () => this.#moveOn());
    if (this.#acts.some(({ logId }) => logId === null)) return;
    // From here on what is kept and due before it stays in memory, so that the read may begin.
    this.#horizonMs = Math.max(this.#horizonMs, this.#node.wallMs + horizonMs);
    this.#read(this.#horizonMs, null, () => undefined);
  }

  #read(toMs: number, logIds: readonly number[] | null, known: KnownOwed): void {
    const { broker, name } = this.#node;
    let rows: ScheduledRow[] = [];
    const fromMs = logIds === null ? this.#readToMs : 0;
    this.#add({
      logId: null,
      asks: logIds ?? [],
      run: (postgres) => {
        rows = postgres.selectScheduled(name, logIds).filter(({ dueMs }) => dueMs > fromMs);
        return true;
      },
      done: () => {
        if (logIds === null) this.#readToMs = toMs;
        const dropped = new Set(this.#acts.map(({ drops }) => drops));
        const asked = new Set(this.#acts.flatMap(({ asks }) => asks ?? []));
        for (const logId of logIds ?? []) this.#loaded.add(logId);
        for (const row of rows) {
          // Adopted a moment ago: how it stands says whoever told of it.
          if (logIds === null && (!this.#loaded.has(row.logId) || asked.has(row.logId))) continue;
          // Delivered from memory, and finished, while this was waited for.
          if (dropped.has(`${row.logId}/${row.seq}/${row.channel}`)) continue;
          const owed = known(row);
          const dueMs = owed?.dueMs || row.dueMs;
          if (row.dueMs <= toMs) {
            const message = { ...row, attempts: owed?.attempts ?? row.attempts, dueMs };
            broker.durable.bring(message, row.channel, logIds !== null);
          } else if (logIds !== null) broker.durable.count(row.topic, row.channel, 1);
        }
      },
    });
  }
}
