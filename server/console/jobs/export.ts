/**
 * Events as a file, made by a job: page by page, each written down with the place where the next begins, so that another
 * console goes on where this one stopped (CJ6). What ends it before its time is the file's own last line.
 */
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { readPosition, writePosition } from "../../../db/queries/audit-order.ts";
import { cutLine, fileHead, fileLine, filterFor, rowOf } from "../api/event-lines.ts";
import type { TraceSource } from "../api/ports.ts";
import { sightKey } from "../auth/authorize.ts";
import { pause } from "../back-off.ts";
import { type Actor, jobFileBytesMax, jobFileRowsMax, searchMsMax } from "../contract/index.ts";
import type { Term } from "../lease/console-lease.ts";
import type { Outcome, Progress } from "./steps.ts";
import type { ExportStored, JobStore, StoredJob } from "./store.ts";

const pageRows = 10_000;
const pack = promisify(gzip);
const unpack = promisify(gunzip);

export interface ExportOptions {
  readonly traces: TraceSource;
  readonly store: JobStore;
  readonly term: Term;
  readonly job: StoredJob;
  /** Whoever asked, as they are now. */
  readonly actor: Actor;
  readonly progress: Progress;
}

/** Rejects while Postgres is away: the job waits, and goes on after that. */
export async function exportEvents({
  traces,
  store,
  term,
  job,
  actor,
  progress,
}: ExportOptions): Promise<Outcome> {
  const { format, wanted, sight } = job.params["export"] as ExportStored;
  if (sightKey(actor) !== sight) return { state: "failed", done: 0, kept: 0, error: "not-allowed" };
  const filter = filterFor(wanted, actor);
  const span = Math.max(1, wanted.toMs - wanted.fromMs);
  const before = await store.fileEnd(job.id);
  let { parts, rows, next } = before ?? { parts: 0, rows: 0, next: null };
  let bytes = bytesOf(job);
  let isWhole = before !== null && next === null;
  while (!isWhole && !progress.signal.aborted) {
    const isCancelled = await progress.isCancelled();
    const isFull = rows >= jobFileRowsMax || bytes >= jobFileBytesMax;
    const cut = isCancelled ? "cut: it was stopped" : isFull ? cutBy(rows) : null;
    if (cut !== null) {
      // What was found so far can be had, with its end in words.
      const body = Buffer.from(cutLine(cut, format));
      bytes += body.length;
      await append({ part: parts, body, rows: 0, next: null }, { cut });
      if (isCancelled) return { state: "cancelled", done: rows, kept: 0, error: null };
      return { state: "done", done: rows, kept: 0, error: cut };
    }
    const begunMs = performance.now();
    const limit = Math.min(pageRows, jobFileRowsMax - rows);
    const position = next === null ? null : readPosition(next);
    const page = await traces.search(filter, { limit, position, deadlineMs: searchMsMax });
    const lines = page.events.map((event) => fileLine(rowOf(event), format));
    const body = Buffer.from((parts === 0 ? fileHead(format) : "") + lines.join(""));
    next = page.next && writePosition(page.next);
    rows += page.events.length;
    bytes += body.length;
    isWhole = next === null;
    const share = isWhole ? 1 : Math.min(1, Math.max(0, (wanted.toMs - page.backToMs) / span));
    await append({ part: parts, body, rows: page.events.length, next }, { share });
    parts++;
    await progress.moved(rows);
    // Whoever searches on a page has half of the time.
    if (!isWhole) await pause(performance.now() - begunMs, progress.signal);
  }
  return { state: "done", done: rows, kept: 0, error: null };

  async function append(
    { body, ...part }: { part: number; body: Buffer; rows: number; next: string | null },
    note: object,
  ): Promise<void> {
    const packed = await pack(body);
    const isOurs = await store.append(term, job.id, { ...part, body: packed }, { ...note, file: { bytes } });
    if (!isOurs) throw new Error("another console does it now");
  }
}

function cutBy(rows: number): string {
  return rows >= jobFileRowsMax
    ? `cut at ${jobFileRowsMax} rows, which is the most of one file`
    : `cut at ${jobFileBytesMax / 1024 / 1024} MB, which is the most of one file`;
}

/** As another console has noted it. */
function bytesOf({ result }: StoredJob): number {
  const file = result?.["file"] as { bytes?: unknown } | undefined;
  return typeof file?.bytes === "number" ? file.bytes : 0;
}

/** Part by part: nothing is kept but the part in hand. Ends early where the file went meanwhile. */
export async function* fileText(store: JobStore, id: string): AsyncGenerator<Buffer> {
  for (let part = 0; ; part++) {
    const body = await store.part(id, part);
    if (body === null) return;
    yield await unpack(body);
  }
}
