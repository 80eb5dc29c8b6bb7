/** Long work that an operator asks for, and that goes on when they leave: by whichever console does jobs now. */
import type { Impact } from "./actions.ts";

export const jobKinds = ["empty", "delete", "requeue", "drain", "export", "undo"] as const;
export type JobKind = (typeof jobKinds)[number];

/** `partly`: on some nodes only, or not all of it. */
export type JobState = "queued" | "running" | "succeeded" | "partly" | "failed" | "cancelled";
export type JobItemState = "queued" | "running" | "done" | "failed" | "cancelled";

/** Which messages of a channel are requeued, and how fast. */
export interface RequeueParams {
  readonly state: "in-flight" | "deferred" | "both";
  /** Deliveries so far, at least. */
  readonly attemptsMin: number;
  /** Messages a second, of all nodes together. */
  readonly perSecond: number;
  /** No more, either, than a fifth of what the channel delivers: its consumers hardly notice. */
  readonly gentle: boolean;
}
export const perSecondDefault = 500;
export const perSecondMax = 100_000;

/** Of what a channel delivers a second, and at least so many: a channel that stands still is not waited for. */
export const gentleShare = 0.2;
export const gentlePerSecondMin = 10;

/** Which events a file is made of, beside those of a topic or channel; as in the query of events. */
export interface ExportParams {
  readonly format: "csv" | "ndjson";
  readonly event?: string;
  readonly client?: string;
  readonly attempts?: string;
  readonly from?: string;
  readonly to?: string;
}
export const jobFileRowsMax = 1_000_000;
/** Unpacked. */
export const jobFileBytesMax = 256 * 1024 * 1024;
/** So long it can be downloaded, and so many are kept. */
export const jobFileMs = 24 * 3_600_000;
export const jobFilesMax = 10;
/** A job that has ended can be looked at for so long. */
export const jobKeptMs = 30 * 24 * 3_600_000;

/** What is in a file, and what became of it. */
export interface JobExport {
  readonly format: ExportParams["format"];
  readonly fromMs: number;
  readonly toMs: number;
  /** Why it does not have everything; null: it has, or is not ready. */
  readonly cut: string | null;
}

/** So long what a job removed can be given back. */
export const undoMs = 24 * 3_600_000;

/** POST `/api/v1/jobs`. Posted again with the same id it is the same job, and the answer the same. */
export interface JobRequest {
  /** A UUID that the asker chooses. */
  readonly id: string;
  readonly kind: Exclude<JobKind, "undo">;
  /** Nothing is done: the answer is a `JobPreview`. */
  readonly dryRun?: boolean;
  /** With all but `drain`; with `export` it may be left out. */
  readonly topic?: string;
  /** With `empty` and `delete` left out for the topic itself; `requeue` needs it. */
  readonly channel?: string;
  /** With `drain`: the node's key. */
  readonly node?: string;
  /** Keys of the nodes; default: all that have it. For "Retry there". */
  readonly nodes?: readonly string[];
  readonly requeue?: Partial<RequeueParams>;
  readonly export?: ExportParams;
  /** The name as typed; for `empty` and `delete` also the etag of the impact that was shown. */
  readonly confirm?: { readonly name: string; readonly etag?: string };
  /** With `drain`, and where `Impact.level` is 3, there has to be one. */
  readonly reason?: string;
}

/** What a job would do, counted now. */
export interface JobPreview {
  readonly atMs: number;
  readonly messages: number;
  /** Of these, how many an undo could give back. */
  readonly kept: number;
  readonly nodes: readonly {
    readonly node: string;
    readonly messages: number;
    readonly kept: number;
    /** Why it could not be asked; empty: it was. */
    readonly error: string;
  }[];
  /** At most ten. */
  readonly samples: readonly JobSample[];
  /** With `empty` and `delete`: what is confirmed. */
  readonly impact: Impact | null;
}

export interface JobSample {
  readonly node: string;
  readonly id: string;
  readonly state: "waiting" | "in-flight" | "deferred";
  readonly attempts: number;
  readonly publishedAtMs: number | null;
  readonly dueAtMs: number | null;
}

export interface JobRow {
  /** The id. */
  readonly key: string;
  readonly kind: JobKind;
  readonly topic: string | null;
  readonly channel: string | null;
  readonly node: string | null;
  readonly state: JobState;
  /** Whoever asked for it. */
  readonly actor: string;
  readonly reason: string | null;
  /** Messages, as counted when it was asked for, and those that are done. */
  readonly total: number;
  readonly done: number;
  /** How much is done where nobody has counted before, 0 to 1; null: see `total`. */
  readonly share: number | null;
  /** What can be downloaded, once it is over; null: nothing, or not any more. */
  readonly file: { readonly bytes: number; readonly untilMs: number } | null;
  /** Of those removed, how many can be given back. */
  readonly kept: number;
  /** Messages a second so far; null: not known. */
  readonly perSecond: number | null;
  /** How long it will take yet; null: not known. */
  readonly leftMs: number | null;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Somebody has asked for it to stop; it does at the end of a batch. */
  readonly cancelAsked: boolean;
  /** Until when what it removed can be given back; null: there is nothing to give back. */
  readonly undoUntilMs: number | null;
  /** The job that gives it back, or has; and the one that this gives back. */
  readonly undoneBy: string | null;
  readonly undoOf: string | null;
  /** How many nodes it failed on. */
  readonly failures: number;
}

/** What it has to do in one place. */
export interface JobItem {
  /** Its place in the order. */
  readonly key: string;
  /** A node's or a lookup's key. */
  readonly node: string;
  readonly step: "lookup" | "node" | "file";
  readonly state: JobItemState;
  readonly total: number;
  readonly done: number;
  readonly kept: number;
  /** Why it failed, in the node's words; null: it did not. */
  readonly error: string | null;
}

export interface JobView {
  readonly job: JobRow;
  readonly items: readonly JobItem[];
  readonly requeue: RequeueParams | null;
  readonly exported: JobExport | null;
}

/** The newest ones, and whether jobs can be had at all. */
export interface JobsView {
  readonly jobs: readonly JobRow[];
  /** false: started without Postgres, or it does not answer: what is shown is what was known last. */
  readonly fresh: boolean;
}
export const jobsShownMax = 200;

export function isEnded(state: JobState): boolean {
  return state !== "queued" && state !== "running";
}
