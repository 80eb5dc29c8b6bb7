/**
 * Does jobs: whichever console holds the lease, one step after another, each written down before the next. A console that
 * takes over goes on where the last one stopped; a step that was under way is done again, which a node that has done it
 * answers as before (CJ2).
 */
import type { ActionLog, AskedBy } from "../api/action-log.ts";
import type { TraceSource } from "../api/ports.ts";
import type { PeopleStore } from "../auth/people.ts";
import { pause } from "../back-off.ts";
import type { Clock } from "../clock.ts";
import type { Collector } from "../collector/collector.ts";
import { type ActionNodeResult, type JobState, jobKeptMs, undoMs } from "../contract/index.ts";
import type { Term } from "../lease/console-lease.ts";
import { actorNow, askerOf } from "./asker.ts";
import { exportEvents } from "./export.ts";
import { type Outcome, type Progress, runStep } from "./steps.ts";
import type { JobStore, StoredItem, StoredJob } from "./store.ts";

/** Jobs done at a time; others wait for their turn. */
const atOnceMax = 4;
const lookEveryMs = 1_000;
const openMax = 100;
const forgetEveryMs = 3_600_000;

export interface WorkerOptions {
  readonly collector: Collector;
  readonly store: JobStore;
  /** Who asks for jobs; null: only the first person can. */
  readonly people: PeopleStore | null;
  readonly traces: TraceSource;
  readonly log: ActionLog;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/** The term is over: somebody else goes on. */
class TermOver extends Error {}

export class Worker {
  readonly #options: WorkerOptions;
  readonly #running = new Map<string, Promise<void>>();
  #wake = new AbortController();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** There may be something new. */
  nudge(): void {
    this.#wake.abort();
  }

  /** Until the term ends. */
  async work(term: Term): Promise<void> {
    const { store, clock } = this.#options;
    let forgottenAtMs = Number.NEGATIVE_INFINITY;
    try {
      while (!term.signal.aborted) {
        for (const job of await store.open(openMax)) {
          if (this.#running.size >= atOnceMax) break;
          if (!this.#running.has(job.id)) this.#begin(term, job.id);
        }
        if (clock.nowMs() - forgottenAtMs > forgetEveryMs) {
          forgottenAtMs = clock.nowMs();
          await store.forget(term, jobKeptMs);
          await store.forgetFiles(term);
        }
        this.#wake = new AbortController();
        await pause(lookEveryMs, AbortSignal.any([term.signal, this.#wake.signal]));
      }
    } finally {
      await Promise.all(this.#running.values());
    }
  }

  #begin(term: Term, id: string): void {
    const running = this.#run(term, id)
      .catch((error: unknown) => {
        // Whatever it is, the job is found again at the next look.
        if (!(error instanceof TermOver) && !term.signal.aborted)
          this.#options.warn(`job ${id} waits: ${(error as Error).message}`);
      })
      .finally(() => {
        this.#running.delete(id);
        this.nudge();
      });
    this.#running.set(id, running);
  }

  async #run(term: Term, id: string): Promise<void> {
    const { store, collector, people, traces, clock } = this.#options;
    const found = await store.find(id);
    if (found === null || found.job.endedAt !== null) return;
    const { job, items } = found;
    let isCancelled = job.cancelAsked;
    const mayStill = askerOf(people, job, clock);
    for (const item of items) {
      if (isOver(item)) continue;
      if (term.signal.aborted) throw new TermOver();
      if (!isCancelled) isCancelled = await store.isCancelAsked(id);
      if (isCancelled) {
        await this.#save(term, job, item, { state: "cancelled" });
        continue;
      }
      if (!(await mayStill())) {
        await this.#save(term, job, item, notAllowed);
        continue;
      }
      await this.#save(term, job, item, { state: "running" });
      const progress: Progress = {
        signal: term.signal,
        isCancelled: async () => {
          isCancelled ||= await store.isCancelAsked(id);
          return isCancelled || !(await mayStill());
        },
        moved: (done) => this.#save(term, job, item, { state: "running", done }),
      };
      const actor = job.kind === "export" ? await actorNow(people, job.params["by"] as AskedBy) : null;
      const outcome: Outcome =
        actor === null
          ? await runStep(collector, job, item, progress)
          : await exportEvents({ traces, store, term, job, actor, progress });
      if (term.signal.aborted) throw new TermOver();
      const isForbidden = outcome.state === "cancelled" && !isCancelled;
      await this.#save(term, job, item, isForbidden ? { ...outcome, ...notAllowed } : outcome);
    }
    await this.#end(term, job, items, isCancelled);
  }

  async #save(
    term: Term,
    job: StoredJob,
    item: StoredItem,
    change: Partial<Omit<StoredItem, "item">>,
  ): Promise<void> {
    Object.assign(item, change);
    if (!(await this.#options.store.saveItem(term, job.id, item))) throw new TermOver();
  }

  async #end(term: Term, job: StoredJob, items: readonly StoredItem[], isCancelled: boolean): Promise<void> {
    const { store, log } = this.#options;
    const state = stateOf(job, items, isCancelled);
    const sum = (of: (item: StoredItem) => number) => items.reduce((all, item) => all + of(item), 0);
    const [done, kept] = [sum((item) => item.done), sum((item) => item.kept)];
    const isRemoval = job.kind === "empty" || job.kind === "delete";
    const ended = await store.end(term, job.id, {
      state,
      result: {},
      undoMs: isRemoval && kept > 0 ? undoMs : 0,
    });
    if (ended && job.kind === "export") await store.forgetFiles(term);
    if (!ended || job.params["isLogged"] === true) return;
    const by = job.params["by"] as AskedBy;
    log.write({
      ...by,
      action: actionOf(job),
      object: { topic: job.topic, channel: job.channel, node: job.node, job: job.id },
      before: { messages: job.total },
      after: { done, kept },
      reason: job.reason,
      result: state === "succeeded" ? "ok" : state,
      perNode: items.map((item): ActionNodeResult => {
        const ok = item.state === "done";
        return { node: item.node, ok, code: item.error ?? (ok ? "" : item.state), tookMs: 0 };
      }),
    });
  }
}

/** Whoever asked for it has lost the right. */
const notAllowed = { state: "failed", error: "not-allowed" } as const;

/** `empty-channel`, as the same act is called when it is no job. */
function actionOf({ kind, topic, channel }: StoredJob): string {
  if (kind === "drain") return "drain-node";
  if (topic === null || kind === "export") return kind;
  return `${kind}-${channel === null ? "topic" : "channel"}`;
}

function isOver({ state }: StoredItem): boolean {
  return state !== "queued" && state !== "running";
}

function stateOf(job: StoredJob, items: readonly StoredItem[], isCancelled: boolean): JobState {
  const failed = items.filter(({ state }) => state === "failed").length;
  if (isCancelled && items.some(({ state }) => state === "cancelled")) return "cancelled";
  if (failed > 0) return failed === items.length ? "failed" : "partly";
  const done = items.reduce((all, item) => all + item.done, 0);
  // What was to be given back and is nobody's to give is said, not passed over.
  if (job.kind === "undo" && done < job.total) return done === 0 ? "failed" : "partly";
  return "succeeded";
}
