/**
 * Jobs as operators ask for them: counted first, confirmed like any act of their weight, written down, and then done by
 * whichever console holds the lease (CJ1). What is asked twice under one id is one job.
 */
import { createHash, randomUUID } from "node:crypto";
import type { ActionLog, AskedBy } from "../api/action-log.ts";
import { fileHeaders } from "../api/event-lines.ts";
import { Failure } from "../api/failure.ts";
import type { ImpactTags } from "../api/impact-tag.ts";
import type { TraceSource } from "../api/ports.ts";
import { demand, sightKey } from "../auth/authorize.ts";
import type { PeopleStore } from "../auth/people.ts";
import type { Clock } from "../clock.ts";
import type { Collector } from "../collector/collector.ts";
import {
  type Actor,
  type JobPreview,
  type JobRequest,
  type JobRow,
  type JobView,
  jobsShownMax,
  seesEverything,
} from "../contract/index.ts";
import type { Database } from "../history/database.ts";
import type { ConsoleLeases } from "../lease/console-lease.ts";
import { wantedBy } from "./asker.ts";
import { fileText } from "./export.ts";
import { type Asker, type Plan, Planning } from "./planning.ts";
import { type ExportStored, JobStore, rowOf, type StoredJob, viewOfJob } from "./store.ts";
import { JobsWatch } from "./watch.ts";
import { Worker } from "./worker.ts";

export interface JobsOptions {
  readonly collector: Collector;
  readonly database: Database;
  readonly leases: ConsoleLeases;
  /** null: only the first person can ask. */
  readonly people: PeopleStore | null;
  readonly traces: TraceSource;
  readonly log: ActionLog;
  readonly tags: ImpactTags;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

export interface JobFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: AsyncIterable<Buffer>;
}

export class Jobs {
  readonly watch: JobsWatch;
  readonly #options: JobsOptions;
  readonly #store: JobStore;
  readonly #worker: Worker;
  readonly #planning: Planning;

  constructor(options: JobsOptions) {
    const { database, leases, clock } = options;
    this.#options = options;
    this.#store = new JobStore(database);
    this.watch = new JobsWatch(this.#store, clock);
    this.#planning = new Planning(options);
    this.#worker = new Worker({ ...options, store: this.#store });
    leases.hold("jobs", (term) => this.#worker.work(term));
  }

  close(): void {
    this.watch.close();
  }

  /** What it would do. Throws `Failure`. */
  preview(request: JobRequest, actor: Actor): Promise<JobPreview> {
    return this.#planning.preview(request, actor);
  }

  /** Throws `Failure`: not confirmed or not by somebody who has just signed in, changed since, nobody to act on. */
  async create(request: JobRequest, asker: Asker, by: AskedBy): Promise<JobView> {
    const { log } = this.#options;
    const known = await this.#find(request.id);
    if (known !== null) return known;
    try {
      return await this.#insert(request, await this.#planning.plan(request, asker), by);
    } catch (error) {
      const { kind, topic, channel, node, reason } = request;
      const action =
        kind === "drain"
          ? "drain-node"
          : kind === "export"
            ? kind
            : `${kind}-${channel === undefined ? "topic" : "channel"}`;
      const result = error instanceof Failure ? error.code : "internal";
      log.write({ ...by, action, object: { topic, channel, node, job: request.id }, reason, result });
      throw error;
    }
  }

  /** A drain that has begun, followed as a job. What cannot be written down goes on without one. */
  async follow(node: string, messages: number, reason: string, by: AskedBy): Promise<void> {
    const id = randomUUID();
    const isWritten = await this.#store
      .insert(
        {
          ...{ id, kind: "drain", topic: null, channel: null, node, reason, total: messages, undoOf: null },
          // Whoever began it tells the operators' log.
          params: { by, isLogged: true },
          ...{
            actor: by.actor.name,
            role: by.actor.kind,
            address: by.address,
            requestId: by.requestId ?? "",
          },
        },
        [{ node, step: "node", total: messages }],
      )
      .catch(() => false);
    if (isWritten) this.#changed();
  }

  async cancel(id: string, actor: Actor, by: AskedBy): Promise<JobView> {
    const job = await this.#jobFor(id, "cancel-job", by, (found) => {
      demand(actor, ...wantedBy(found));
      // Everybody may ask for a file; what others have asked for is an admin's to stop.
      if (found.kind === "export" && found.actor !== actor.name) demand(actor, "manage-users");
    });
    const asked = await this.#store.cancel(id);
    this.#note(job, "cancel-job", by, asked ? "ok" : "no-op");
    this.#changed();
    return (await this.#find(id))!;
  }

  /** Gives back what a job has removed, as a job of its own. Throws `Failure`. */
  async undo(id: string, actor: Actor, by: AskedBy): Promise<JobView> {
    const nowMs = this.#options.clock.wallMs();
    const job = await this.#jobFor(id, "undo", by, (found) => {
      demand(actor, ...wantedBy(found));
      if (found.endedAt === null) throw new Failure("not-over", "It is not over yet: cancel it first.");
      if (found.undoUntil === null || found.undoUntil.getTime() < nowMs)
        throw new Failure("too-late", "There is nothing of it to give back, or not any more.");
    });
    const before = job.result?.["undoneBy"];
    const earlier = typeof before === "string" ? await this.#find(before) : null;
    // Asked twice it is one; one that did not give everything back may be followed by another.
    if (earlier !== null && (earlier.job.endedAtMs === null || earlier.job.state === "succeeded"))
      return earlier;
    const undoId = derivedId(earlier?.job.key ?? id);
    const items = this.#options.collector.nodes.map(({ key }) => ({ node: key, step: "node", total: 0 }));
    const left = job.kept - (earlier?.job.done ?? 0);
    await this.#store.insert(
      {
        ...{ id: undoId, kind: "undo", topic: job.topic, channel: job.channel, node: null, params: { by } },
        ...{ actor: by.actor.name, role: by.actor.kind, address: by.address, reason: null },
        ...{ requestId: by.requestId ?? "", total: left, undoOf: id },
      },
      items,
    );
    await this.#store.noteUndo(id, undoId);
    this.#changed();
    return (await this.#find(undoId))!;
  }

  /** The file that a job has made, for whoever sees as much as who asked for it. Throws `Failure`. */
  async file(id: string, actor: Actor, by: AskedBy): Promise<JobFile> {
    const job = await this.#jobFor(id, "download", by, (found) => demand(actor, ...wantedBy(found)));
    const { file } = rowOf(job, this.#options.clock.wallMs());
    if (job.kind !== "export" || file === null)
      throw new Failure("not-found", "There is no file of it, or not any more.");
    const { format, wanted, sight } = job.params["export"] as ExportStored;
    if (!seesEverything(actor) && sightKey(actor) !== sight)
      throw new Failure("not-found", "There is no file of it for you: who asked for it sees otherwise.");
    this.#options.log.write({
      ...by,
      action: "download",
      object: { topic: job.topic, channel: job.channel, job: id, bytes: file.bytes },
      result: "ok",
    });
    return { headers: fileHeaders(format, wanted.toMs), text: fileText(this.#store, id) };
  }

  find(id: string): Promise<JobView | null> {
    return this.#find(id);
  }

  async older(beforeMs: number): Promise<JobRow[]> {
    const nowMs = this.#options.clock.wallMs();
    return (await this.#store.newest(jobsShownMax, new Date(beforeMs))).map((job) => rowOf(job, nowMs));
  }

  async #insert(request: JobRequest, { total, items, params }: Plan, by: AskedBy): Promise<JobView> {
    const { id, kind, topic = null, channel = null, node = null, reason = null } = request;
    await this.#store.insert(
      {
        ...{ id, kind, topic, channel, node, params: { by, ...params }, reason, total, undoOf: null },
        ...{ actor: by.actor.name, role: by.actor.kind, address: by.address, requestId: by.requestId ?? "" },
      },
      items,
    );
    this.#changed();
    return (await this.#find(id))!;
  }

  /**
   * Throws `Failure` where there is none, or what `check` throws: that somebody was refused is in the log, unless it is
   * out of their sight.
   */
  async #jobFor(
    id: string,
    action: string,
    by: AskedBy,
    check: (job: StoredJob) => void,
  ): Promise<StoredJob> {
    const found = await this.#store.find(id);
    if (found === null) throw new Failure("not-found", "There is no such job.");
    try {
      check(found.job);
    } catch (error) {
      if (error instanceof Failure && error.code !== "not-found")
        this.#note(found.job, action, by, error.code);
      throw error;
    }
    return found.job;
  }

  #note({ id, topic, channel, node }: StoredJob, action: string, by: AskedBy, result: string): void {
    this.#options.log.write({ ...by, action, object: { topic, channel, node, job: id }, result });
  }

  async #find(id: string): Promise<JobView | null> {
    const found = await this.#store.find(id);
    if (found !== null) this.watch.note(found);
    return found && viewOfJob(found.job, found.items, this.#options.clock.wallMs());
  }

  #changed(): void {
    this.#worker.nudge();
    this.watch.look();
  }
}

/** The id of a job that follows from another: the same whoever asks for it. */
function derivedId(id: string): string {
  const hex = createHash("sha256").update(`undo ${id}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
