/** What pages see of jobs: read once a second for all of them, and only while one of them looks. */
import type { Clock } from "../clock.ts";
import { type JobsView, type JobView, jobsShownMax } from "../contract/index.ts";
import { type JobStore, rowOf, type StoredItem, type StoredJob, viewOfJob } from "./store.ts";

const readEveryMs = 900;
/** Nobody has looked for so long: it is not read any more. */
const forgetMs = 15_000;
const watchedMax = 200;

interface Watched {
  found: { job: StoredJob; items: StoredItem[] } | null | undefined;
  lookedAtMs: number;
}

export class JobsWatch {
  readonly #store: JobStore;
  readonly #clock: Clock;
  #jobs: readonly StoredJob[] = [];
  #isFresh = true;
  #listLookedAtMs = Number.NEGATIVE_INFINITY;
  readonly #watched = new Map<string, Watched>();
  #reading = false;
  readonly #timer: NodeJS.Timeout;

  constructor(store: JobStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#timer = setInterval(() => this.look(), readEveryMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  list(): JobsView {
    const wasLooked = this.#isRecent(this.#listLookedAtMs);
    this.#listLookedAtMs = this.#clock.nowMs();
    if (!wasLooked) this.look();
    const nowMs = this.#clock.wallMs();
    return { jobs: this.#jobs.map((job) => rowOf(job, nowMs)), fresh: this.#isFresh };
  }

  /** null: there is none, or it is not known yet. */
  one(id: string): JobView | null {
    const watched = this.#watched.get(id) ?? { found: undefined, lookedAtMs: 0 };
    watched.lookedAtMs = this.#clock.nowMs();
    if (!this.#watched.has(id)) {
      if (this.#watched.size >= watchedMax) return null;
      this.#watched.set(id, watched);
      this.look();
    }
    const { found } = watched;
    return found ? viewOfJob(found.job, found.items, this.#clock.wallMs()) : null;
  }

  /** As `list`, read for the first time where nobody has looked. */
  async ready(): Promise<void> {
    const wasLooked = this.#isRecent(this.#listLookedAtMs);
    this.#listLookedAtMs = this.#clock.nowMs();
    if (!wasLooked) await this.#read();
  }

  /** What was read otherwise: whoever looks next sees it at once. */
  note(found: NonNullable<Watched["found"]>): void {
    if (this.#watched.size < watchedMax)
      this.#watched.set(found.job.id, { found, lookedAtMs: this.#clock.nowMs() });
  }

  /** Reads what is looked at, now. */
  look(): void {
    if (this.#reading) return;
    this.#reading = true;
    void this.#read().finally(() => {
      this.#reading = false;
    });
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    try {
      if (this.#isRecent(this.#listLookedAtMs)) this.#jobs = await this.#store.newest(jobsShownMax);
      for (const [id, watched] of this.#watched) {
        if (!this.#isRecent(watched.lookedAtMs)) this.#watched.delete(id);
        else if (watched.found?.job.endedAt == null || watched.found.job.undoUntil !== null)
          watched.found = await this.#store.find(id);
      }
      this.#isFresh = true;
    } catch {
      this.#isFresh = false;
    }
  }

  #isRecent(atMs: number): boolean {
    return this.#clock.nowMs() - atMs < forgetMs;
  }
}
