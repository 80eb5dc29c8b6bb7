/** Jobs in Postgres, as the console has them. Everything rejects while Postgres is away. */

import {
  appendPart,
  deleteOldFiles,
  type FileEnd,
  type NewPart,
  selectFileEnd,
  selectPart,
} from "../../../db/queries/job-files.ts";
import {
  askToCancel,
  deleteOldJobs,
  endJob,
  insertJob,
  isCancelAsked,
  type JobEnd,
  type NewItem,
  type NewJob,
  noteUndo,
  type StoredItem,
  type StoredJob,
  saveItem,
  selectJob,
  selectJobs,
  selectOpenJobs,
} from "../../../db/queries/jobs.ts";
import type { EventsWanted, FileFormat } from "../api/event-lines.ts";
import {
  type JobItem,
  type JobKind,
  type JobRow,
  type JobState,
  type JobView,
  jobFileMs,
  jobFilesMax,
  type RequeueParams,
} from "../contract/index.ts";
import type { Database } from "../history/database.ts";
import type { Term } from "../lease/console-lease.ts";

/** What an export is to make, as it was asked for. */
export interface ExportStored {
  readonly format: FileFormat;
  readonly wanted: EventsWanted;
  /** What whoever asked could see: a file is for those who see as much. */
  readonly sight: string;
}

export type { NewItem, NewJob, StoredItem, StoredJob };

export class JobStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(job: NewJob, items: readonly NewItem[]): Promise<boolean> {
    return this.#database((sql) => insertJob(sql, job, items));
  }

  newest(limit: number, before: Date | null = null): Promise<StoredJob[]> {
    return this.#database((sql) => selectJobs(sql, limit, before));
  }

  open(limit: number): Promise<StoredJob[]> {
    return this.#database((sql) => selectOpenJobs(sql, limit));
  }

  find(id: string): Promise<{ job: StoredJob; items: StoredItem[] } | null> {
    return this.#database((sql) => selectJob(sql, id));
  }

  saveItem(
    term: Term,
    id: string,
    item: Pick<StoredItem, "item" | "state" | "done" | "kept" | "error">,
  ): Promise<boolean> {
    return this.#database((sql) => saveItem(sql, term, id, item));
  }

  end(term: Term, id: string, end: JobEnd): Promise<boolean> {
    return this.#database((sql) => endJob(sql, term, id, end));
  }

  cancel(id: string): Promise<boolean> {
    return this.#database((sql) => askToCancel(sql, id));
  }

  isCancelAsked(id: string): Promise<boolean> {
    return this.#database((sql) => isCancelAsked(sql, id));
  }

  noteUndo(id: string, undoneBy: string): Promise<void> {
    return this.#database((sql) => noteUndo(sql, id, undoneBy));
  }

  append(term: Term, id: string, part: NewPart, note: object): Promise<boolean> {
    return this.#database((sql) => appendPart(sql, term, id, part, note));
  }

  fileEnd(id: string): Promise<FileEnd | null> {
    return this.#database((sql) => selectFileEnd(sql, id));
  }

  part(id: string, part: number): Promise<Uint8Array | null> {
    return this.#database((sql) => selectPart(sql, id, part));
  }

  forgetFiles(term: Term): Promise<void> {
    return this.#database((sql) => deleteOldFiles(sql, term, { keptMs: jobFileMs, filesMax: jobFilesMax }));
  }

  forget(term: Term, keptMs: number): Promise<void> {
    return this.#database((sql) => deleteOldJobs(sql, term, keptMs));
  }
}

export function rowOf(job: StoredJob, nowMs: number): JobRow {
  const { total, done, startedAt, endedAt } = job;
  const endMs = endedAt?.getTime() ?? nowMs;
  const tookMs = startedAt === null ? 0 : Math.max(1, endMs - startedAt.getTime());
  const perSecond = startedAt === null || done === 0 ? null : (done * 1_000) / tookMs;
  const left = Math.max(0, total - done);
  const undoneBy = job.result?.["undoneBy"];
  const share = isExport(job) ? (numberOf(job.result?.["share"]) ?? 0) : null;
  const leftMs =
    share === null
      ? perSecond && (left * 1_000) / perSecond
      : share > 0
        ? (tookMs * (1 - share)) / share
        : null;
  return {
    key: job.id,
    kind: job.kind as JobKind,
    ...{ topic: job.topic, channel: job.channel, node: job.node },
    state: job.state as JobState,
    ...{ actor: job.actor, reason: job.reason, total, done, kept: job.kept, share, file: fileOf(job, nowMs) },
    perSecond: perSecond === null ? null : Math.round(perSecond * 10) / 10,
    leftMs: endedAt !== null || leftMs === null ? null : Math.round(leftMs),
    createdAtMs: job.createdAt.getTime(),
    startedAtMs: startedAt?.getTime() ?? null,
    endedAtMs: endedAt?.getTime() ?? null,
    cancelAsked: job.cancelAsked,
    undoUntilMs: job.undoUntil?.getTime() ?? null,
    undoneBy: typeof undoneBy === "string" ? undoneBy : null,
    undoOf: job.undoOf,
    failures: job.failures,
  };
}

function isExport({ kind }: StoredJob): boolean {
  return kind === "export";
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** Once the job is over, for a while. */
function fileOf({ result, endedAt }: StoredJob, nowMs: number): JobRow["file"] {
  const bytes = numberOf((result?.["file"] as { bytes?: unknown } | undefined)?.bytes);
  if (bytes === null || endedAt === null) return null;
  const untilMs = endedAt.getTime() + jobFileMs;
  return untilMs < nowMs ? null : { bytes, untilMs };
}

function exportedOf({ params, result }: StoredJob): JobView["exported"] {
  const { format, wanted } = params["export"] as ExportStored;
  const cut = result?.["cut"];
  return { format, fromMs: wanted.fromMs, toMs: wanted.toMs, cut: typeof cut === "string" ? cut : null };
}

export function viewOfJob(job: StoredJob, items: readonly StoredItem[], nowMs: number): JobView {
  return {
    job: rowOf(job, nowMs),
    items: items.map(({ item, ...rest }) => ({ key: String(item), ...rest }) as JobItem),
    requeue: job.kind === "requeue" ? ((job.params["requeue"] as RequeueParams | undefined) ?? null) : null,
    exported: isExport(job) ? exportedOf(job) : null,
  };
}
