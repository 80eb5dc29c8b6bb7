/**
 * What operators did lately, whichever console they used: Postgres is asked once a second for what is new. Of each
 * topic, channel and node the last act is remembered, so that its page can tell it. Without Postgres it is what was
 * done here, for as long as this console runs.
 */
import type { ActionLog } from "../api/action-log.ts";
import type { ActionRecord, ActionStore } from "../api/ports.ts";
import { auditLinesMax, type LastAction, type OperatorAction } from "../contract/index.ts";

const pollMs = 1_000;
const pollRowsMax = 500;
/** At the start, how far back the last act on each object is looked for. */
const lookBack = 20_000;
/** Without Postgres: all there is. */
const keptMax = 2_000;
const objectsMax = 20_000;

/** Looking, signing in and publishing change nothing about an object. */
const quiet = new Set(["publish", "sign-in", "sign-out", "export"]);

export interface RecentOptions {
  readonly store: ActionStore | null;
  readonly log: ActionLog;
  readonly pollMs?: number;
}

export class RecentActions {
  readonly #store: ActionStore | null;
  readonly #lasts = new Map<string, OperatorAction>();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #lines: OperatorAction[] = [];
  #seq: number | null = null;
  #asking: Promise<void> | null = null;

  constructor({ store, log, pollMs: everyMs = pollMs }: RecentOptions) {
    this.#store = store;
    log.onWritten((record) => (store ? void this.poll() : this.#take([lineOf(record)])));
    if (!store) return;
    this.#timer = setInterval(() => void this.poll(), everyMs);
    void this.poll();
  }

  /** They are kept in Postgres. */
  get kept(): boolean {
    return this.#store !== null;
  }

  /** Newest first; with Postgres, the last hundred. */
  get lines(): readonly OperatorAction[] {
    return this.#lines;
  }

  /** The last act that changed something about it. */
  on(topic: string | null, channel: string | null, node: string | null): LastAction | null {
    const line = this.#lasts.get(keyOf({ topic, channel, node }));
    if (!line) return null;
    const { seq, atMs, actor, action, reason, result } = line;
    return { seq, atMs, actor, action, reason, result };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Once for all who ask meanwhile. */
  poll(): Promise<void> {
    this.#asking ??= this.#ask()
      .catch(() => {})
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const store = this.#store!;
    if (this.#seq === null) {
      const newest = await store.list({}, null, auditLinesMax);
      const lasts = await store.last(lookBack);
      this.#seq = newest[0]?.seq ?? 0;
      this.#remember([...lasts].sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0)));
      this.#take(newest.toReversed());
      return;
    }
    for (;;) {
      const rows = await store.since(this.#seq, pollRowsMax);
      if (rows.length === 0) return;
      this.#seq = rows.at(-1)!.seq ?? this.#seq;
      this.#take(rows);
      if (rows.length < pollRowsMax) return;
    }
  }

  /** Oldest first. */
  #take(rows: readonly OperatorAction[]): void {
    this.#lines = [...rows.toReversed(), ...this.#lines].slice(0, this.#store ? auditLinesMax : keptMax);
    this.#remember(rows);
  }

  #remember(rows: readonly OperatorAction[]): void {
    for (const row of rows) {
      if (quiet.has(row.action) || !["ok", "partly"].includes(row.result)) continue;
      if (row.topic === null && row.node === null) continue;
      const key = keyOf(row);
      this.#lasts.delete(key);
      this.#lasts.set(key, row);
      if (this.#lasts.size > objectsMax) this.#lasts.delete(this.#lasts.keys().next().value!);
    }
  }
}

/** What is done to a topic at one of its nodes is done to the topic. */
function keyOf({ topic, channel, node }: Pick<OperatorAction, "topic" | "channel" | "node">): string {
  return topic === null ? `node ${node}` : `${topic} ${channel ?? ""}`;
}

function lineOf(record: ActionRecord): OperatorAction {
  return { ...(record as Omit<OperatorAction, "seq">), seq: null };
}
