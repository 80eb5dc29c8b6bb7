/** Finds out what the process before this one owed, and lets go of everything else that is stored. */
import type { Backlog } from "../broker/ports.ts";
import type { Checkpoint } from "./checkpoint-codec.ts";
import { fitCheckpoint, joinStored, joinTopics, owedFrom, type StoredLog } from "./checkpoint-fit.ts";
import type { LoadedBacklog, MetadataTopic } from "./ports.ts";
import type { Position, SegmentFiles } from "./segment-files.ts";

/** After a clean stop: the checkpoint is exact. What Postgres has is forgotten when it has said what that is. */
export function recoverClean(checkpoint: Checkpoint | null, files: SegmentFiles): LoadedBacklog {
  const topics = checkpoint?.topics ?? [];
  forgetDrained(owedFrom(topics), files.logs(), files);
  return { topics: [...topics], clean: true };
}

/** After a crash: the checkpoint may be a second old, and is fitted to what is stored. */
export function recoverCrashed(
  checkpoint: Checkpoint | null,
  beside: Checkpoint | null,
  files: SegmentFiles,
  inPostgres: readonly StoredLog[],
  known: readonly MetadataTopic[],
  backlog: Backlog,
  removedTo: ReadonlyMap<number, number> = new Map(),
): LoadedBacklog {
  const topics = joinTopics(checkpoint?.topics ?? [], beside?.topics ?? []);
  if (checkpoint) forgetBefore(checkpoint.position, owedFrom(topics), files);
  const stored = joinStored(storedInFiles(files), inPostgres);
  const fitted = fitCheckpoint(topics, stored, known, removedTo);
  forgetDrained(owedFrom(fitted), [...stored.values()], backlog);
  return { topics: fitted, clean: false };
}

export function forgetDrained(
  owed: ReadonlyMap<number, number>,
  logs: Iterable<{ logId: number }>,
  backlog: Backlog,
): void {
  for (const logId of [...logs].map((log) => log.logId)) backlog.forget(logId, owed.get(logId) ?? 2 ** 32);
}

/** Files do not write down what is forgotten. What lies before the checkpoint and is not in it was. */
function forgetBefore(position: Position, owed: ReadonlyMap<number, number>, files: SegmentFiles): void {
  for (const log of [...files.logs()]) {
    if (owed.has(log.logId)) continue;
    for (const entry of [...log.runs, ...log.loose]) {
      const before = entry.file - position.file || entry.offset - position.offset;
      if (before < 0) files.forgetEntry(entry);
    }
  }
}

function storedInFiles(files: SegmentFiles): StoredLog[] {
  return Array.from(files.logs(), ({ logId, topic, runs, loose }) => ({
    logId,
    topic,
    runsFrom: runs[0]?.firstSeq ?? 0,
    runsTo: runs.at(-1)?.endSeq ?? 0,
    looseFrom: loose[0]?.firstSeq ?? 0,
    looseTo: loose.reduce((end, entry) => Math.max(end, entry.endSeq), 0),
  }));
}
