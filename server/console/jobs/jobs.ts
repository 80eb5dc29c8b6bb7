/**
 * Jobs as operators ask for them: counted first, confirmed like any act of their weight, written down, and then done by
 * whichever console holds the lease (CJ1). What is asked twice under one id is one job.
 */
import { createHash, randomUUID } from "node:crypto";
import type { ActionLog, AskedBy } from "../api/action-log.ts";
import { confirmed, tagged } from "../api/actions.ts";
import { confirmedDrain } from "../api/drains.ts";
import { Failure } from "../api/failure.ts";
import type { ImpactTags } from "../api/impact-tag.ts";
import { countImpact, lookupsFor, nodesFor } from "../api/nodes.ts";
import { demand, demandFresh, type Proven } from "../auth/authorize.ts";
import type { PeopleStore } from "../auth/people.ts";
import { mapBounded } from "../bounded.ts";
import type { Clock } from "../clock.ts";
import type { Collector } from "../collector/collector.ts";
import type { Subscription } from "../collector/subscription.ts";
import {
  type Actor,
  type JobPreview,
  type JobRequest,
  type JobRow,
  type JobView,
  jobsShownMax,
  perSecondDefault,
  type RequeueParams,
} from "../contract/index.ts";
import type { Database } from "../history/database.ts";
import type { ConsoleLeases } from "../lease/console-lease.ts";
import { wantedBy } from "./asker.ts";
import { type Preview, previewOn, targetOf, type Verb } from "./nodes.ts";
import { JobStore, type NewItem, rowOf, type StoredJob, viewOfJob } from "./store.ts";
import { JobsWatch } from "./watch.ts";
import { Worker } from "./worker.ts";

const askedAtOnceMax = 16;
const samplesMax = 10;

export interface JobsOptions {
  readonly collector: Collector;
  readonly database: Database;
  readonly leases: ConsoleLeases;
  /** null: only the first person can ask. */
  readonly people: PeopleStore | null;
  readonly log: ActionLog;
  readonly tags: ImpactTags;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

export class Jobs {
  readonly watch: JobsWatch;
  readonly #options: JobsOptions;
  readonly #store: JobStore;
  readonly #worker: Worker;

  constructor(options: JobsOptions) {
    const { database, leases, clock } = options;
    this.#options = options;
    this.#store = new JobStore(database);
    this.watch = new JobsWatch(this.#store, clock);
    this.#worker = new Worker({ ...options, store: this.#store });
    leases.hold("jobs", (term) => this.#worker.work(term));
  }

  close(): void {
    this.watch.close();
  }

  /** What it would do. Throws `Failure`. */
  async preview(request: JobRequest): Promise<JobPreview> {
    const nodes = this.#nodesOf(request);
    const { clock } = this.#options;
    if (request.kind === "drain") {
      const messages = nodes[0]!.state.node === null ? 0 : owedOf(nodes[0]!);
      const row = { node: nodes[0]!.key, messages, kept: 0, error: "" };
      return { atMs: clock.wallMs(), messages, kept: 0, nodes: [row], samples: [], impact: null };
    }
    const place = { topic: request.topic!, channel: request.channel ?? null };
    const what = request.kind === "requeue" ? { requeue: requeueOf(request) } : { verb: request.kind };
    const [answers, counted] = await Promise.all([
      mapBounded(nodes, askedAtOnceMax, async (node) => ({
        node: node.key,
        answer: await previewOn(node.peer, what, place),
      })),
      "verb" in what ? this.#counted(request) : null,
    ]);
    const rows = answers.map(({ node, answer }) => ({
      node,
      messages: answer?.ok ? answer.value.messages : 0,
      kept: answer?.ok ? answer.value.kept : 0,
      error: answer === null ? "it keeps nothing" : answer.ok ? "" : answer.code,
    }));
    const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((all, row) => all + of(row), 0);
    const kept = sum((row) => row.kept);
    return {
      atMs: clock.wallMs(),
      messages: counted?.messages.total ?? sum((row) => row.messages),
      kept,
      nodes: rows,
      samples: answers.flatMap(({ node, answer }) => samplesOf(node, answer)).slice(0, samplesMax),
      impact: counted && { ...tagged(this.#options, counted), undoable: kept > 0 },
    };
  }

  /** Throws `Failure`: not confirmed or not by somebody who has just signed in, changed since, nobody to act on. */
  async create(request: JobRequest, by: AskedBy, proven: Proven): Promise<JobView> {
    const { log } = this.#options;
    const known = await this.#find(request.id);
    if (known !== null) return known;
    const nodes = this.#nodesOf(request);
    try {
      const { total, items } = await this.#plan(request, nodes, proven);
      return await this.#insert(request, total, items, by);
    } catch (error) {
      const { kind, topic, channel, node, reason } = request;
      const action =
        kind === "drain" ? "drain-node" : `${kind}-${channel === undefined ? "topic" : "channel"}`;
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
    const { job } = await this.#stored(id, actor);
    const asked = await this.#store.cancel(id);
    const object = { topic: job.topic, channel: job.channel, node: job.node, job: id };
    this.#options.log.write({ ...by, action: "cancel-job", object, result: asked ? "ok" : "no-op" });
    this.#changed();
    return (await this.#find(id))!;
  }

  /** Gives back what a job has removed, as a job of its own. Throws `Failure`. */
  async undo(id: string, actor: Actor, by: AskedBy): Promise<JobView> {
    const { job } = await this.#stored(id, actor);
    if (job.endedAt === null) throw new Failure("not-over", "It is not over yet: cancel it first.");
    if (job.undoUntil === null || job.undoUntil.getTime() < this.#options.clock.wallMs())
      throw new Failure("too-late", "There is nothing of it to give back, or not any more.");
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

  find(id: string): Promise<JobView | null> {
    return this.#find(id);
  }

  async older(beforeMs: number): Promise<JobRow[]> {
    const nowMs = this.#options.clock.wallMs();
    return (await this.#store.newest(jobsShownMax, new Date(beforeMs))).map((job) => rowOf(job, nowMs));
  }

  async #plan(
    request: JobRequest,
    nodes: readonly Subscription[],
    proven: Proven,
  ): Promise<{ total: number; items: NewItem[] }> {
    const { collector } = this.#options;
    const steps = nodes.map(({ key }) => ({ node: key, step: "node", total: 0 }));
    if (request.kind === "drain") {
      confirmedDrain(request.node!, request, proven, this.#options.clock.wallMs());
      const total = owedOf(nodes[0]!);
      return { total, items: [{ ...steps[0]!, total }] };
    }
    if (request.kind === "requeue") {
      if (request.confirm?.name !== request.channel)
        throw new Failure("confirm-name", `Type the name ${request.channel} to confirm.`);
      const { nodes: counted, messages } = await this.preview(request);
      const items = counted.map(({ node, messages: total }) => ({ node, step: "node", total }));
      return { total: messages, items: items.filter(({ total }) => total > 0) };
    }
    const target = targetOf(request.kind, { topic: request.topic!, channel: request.channel ?? null });
    const counted = await countImpact(collector, target);
    if (counted.level === 3) demandFresh(proven, this.#options.clock.wallMs());
    const confirm = request.confirm && { name: request.confirm.name, etag: request.confirm.etag ?? "" };
    const refusal = confirmed(
      this.#options,
      {
        action: target.action,
        ...(confirm && { confirm }),
        ...(request.reason !== undefined && { reason: request.reason }),
      },
      target,
      counted,
    );
    if (refusal !== null) throw refusal;
    const lookups = lookupsFor(collector, target)
      .map((peer) => peer.address.key)
      .filter((key) => request.nodes?.includes(key) ?? true);
    // A node makes the channels that lookups know, so that what was deleted would come back.
    const first = lookups.map((node) => ({ node, step: "lookup", total: 0 }));
    return { total: counted.messages.total, items: [...first, ...steps] };
  }

  async #insert(
    request: JobRequest,
    total: number,
    items: readonly NewItem[],
    by: AskedBy,
  ): Promise<JobView> {
    const { id, kind, topic = null, channel = null, node = null, reason = null } = request;
    const params = { by, ...(kind === "requeue" && { requeue: requeueOf(request) }) };
    await this.#store.insert(
      {
        ...{ id, kind, topic, channel, node, params, reason, total, undoOf: null },
        ...{ actor: by.actor.name, role: by.actor.kind, address: by.address, requestId: by.requestId ?? "" },
      },
      items,
    );
    this.#changed();
    return (await this.#find(id))!;
  }

  async #counted(request: JobRequest) {
    const place = { topic: request.topic!, channel: request.channel ?? null };
    return countImpact(this.#options.collector, targetOf(request.kind as Verb, place));
  }

  #nodesOf(request: JobRequest): readonly Subscription[] {
    const { collector } = this.#options;
    if (request.kind === "drain") {
      const node = collector.node(request.node!);
      if (!node) throw new Failure("not-found", "There is no such node.");
      return [node];
    }
    const { topic, channel } = request;
    const target = targetOf("empty", { topic: topic!, channel: channel ?? null });
    const nodes = nodesFor(collector, target).filter(({ key }) => request.nodes?.includes(key) ?? true);
    // What only lookups know is deleted there.
    const isKnown = request.kind === "delete" && (collector.lookups?.peers.length ?? 0) > 0;
    if (nodes.length === 0 && !isKnown) throw new Failure("not-found", "No node has it.");
    return nodes;
  }

  /** Throws `Failure` where there is none, or whoever asks may not do what it does. */
  async #stored(id: string, actor: Actor): Promise<{ job: StoredJob }> {
    const found = await this.#store.find(id);
    if (found === null) throw new Failure("not-found", "There is no such job.");
    demand(actor, ...wantedBy(found.job));
    return found;
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

function requeueOf({ requeue = {} }: JobRequest): RequeueParams {
  const { state = "both", attemptsMin = 0, perSecond = perSecondDefault } = requeue;
  return { state, attemptsMin, perSecond };
}

function owedOf({ state }: Subscription): number {
  let messages = 0;
  for (const { live, channels } of state.topics.values()) {
    messages += live.depth;
    for (const { live: part } of channels.values()) messages += part.depth + part.inFlight + part.deferred;
  }
  return messages;
}

function samplesOf(node: string, answer: Awaited<ReturnType<typeof previewOn>>) {
  const samples: Preview["samples"] = answer?.ok ? answer.value.samples : [];
  return samples.map((sample) => ({ ...sample, node }));
}

/** The id of a job that follows from another: the same whoever asks for it. */
function derivedId(id: string): string {
  const hex = createHash("sha256").update(`undo ${id}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
