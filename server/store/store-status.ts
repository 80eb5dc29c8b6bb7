/** What a node's store says of itself. */
import type { LiveStore } from "../protocol/live.ts";
import type { CommitTimes } from "./commit-times.ts";
import type { PostgresSide } from "./postgres-side.ts";
import type { SegmentFiles } from "./segment-files.ts";

export class StoreStatus {
  readonly #files: SegmentFiles;
  readonly #postgres: PostgresSide | null;
  readonly #commits: CommitTimes;
  readonly #openedAtMs = Date.now();
  #filesFailure: { reason: string; sinceMs: number } | null = null;

  /** @param postgres null: there is no database */
  constructor(files: SegmentFiles, postgres: PostgresSide | null, commits: CommitTimes) {
    this.#files = files;
    this.#postgres = postgres;
    this.#commits = commits;
  }

  live(): LiveStore {
    const { p50Ms, p99Ms } = this.#commits.percentiles();
    const audit = this.#postgres?.audit;
    return {
      kind: this.#postgres ? "postgres" : "files",
      ...(this.#postgres?.status() ?? this.#ofFiles()),
      writingBytes: this.#files.queuedBytes + (this.#postgres?.blocks.queuedBytes ?? 0),
      auditLagMs: audit?.lagMs(Date.now()) ?? 0,
      auditEvents: audit?.eventsStored ?? 0,
      auditGaps: audit?.eventsLost ?? 0,
      commitP50Ms: p50Ms,
      commitP99Ms: p99Ms,
      durability: this.#postgres?.owner.durability ?? null,
    };
  }

  #ofFiles(): Pick<LiveStore, "state" | "sinceMs" | "reason"> {
    const { failure } = this.#files;
    if (failure !== this.#filesFailure?.reason)
      this.#filesFailure = failure === null ? null : { reason: failure, sinceMs: Date.now() };
    return {
      state: this.#filesFailure ? "down" : "up",
      sinceMs: this.#filesFailure?.sinceMs ?? this.#openedAtMs,
      reason: failure,
    };
  }
}
