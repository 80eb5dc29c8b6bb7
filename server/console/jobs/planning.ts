/** What a job would do, counted; and, once that is confirmed, what it has to do, place by place. */
import { confirmed, tagged } from "../api/actions.ts";
import { confirmedDrain } from "../api/drains.ts";
import { wantedOf } from "../api/event-lines.ts";
import { Failure } from "../api/failure.ts";
import type { ImpactTags } from "../api/impact-tag.ts";
import { countImpact, lookupsFor, nodesFor } from "../api/nodes.ts";
import type { TraceSource } from "../api/ports.ts";
import { demandFresh, type Proven, sightKey } from "../auth/authorize.ts";
import { mapBounded } from "../bounded.ts";
import type { Clock } from "../clock.ts";
import type { Collector } from "../collector/collector.ts";
import type { Subscription } from "../collector/subscription.ts";
import {
  type Actor,
  type JobPreview,
  type JobRequest,
  perSecondDefault,
  type RequeueParams,
  seesEverything,
} from "../contract/index.ts";
import { type Preview, previewOn, targetOf, type Verb } from "./nodes.ts";
import type { ExportStored, NewItem } from "./store.ts";

const askedAtOnceMax = 16;
const samplesMax = 10;

export interface PlanningOptions {
  readonly collector: Collector;
  readonly traces: TraceSource;
  readonly tags: ImpactTags;
  readonly clock: Clock;
}

export interface Asker extends Proven {
  readonly actor: Actor;
}

export interface Plan {
  /** Messages; 0 where nobody has counted. */
  readonly total: number;
  readonly items: readonly NewItem[];
  /** What whoever does it has to know. */
  readonly params: object;
}

export class Planning {
  readonly #options: PlanningOptions;

  constructor(options: PlanningOptions) {
    this.#options = options;
  }

  /** What it would do. Throws `Failure`. */
  async preview(request: JobRequest, actor: Actor): Promise<JobPreview> {
    const { clock } = this.#options;
    if (request.kind === "export") return this.#previewExport(request, actor);
    const nodes = this.#nodesOf(request);
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

  /** About how much there is of everybody's is told to those who see everything. */
  async #previewExport(request: JobRequest, actor: Actor): Promise<JobPreview> {
    const { clock, traces } = this.#options;
    const { wanted } = this.#exportOf(request, actor);
    const about = seesEverything(actor) ? await traces.estimate(wanted.fromMs, wanted.toMs) : null;
    return {
      ...{ atMs: clock.wallMs(), messages: about ?? 0, kept: 0 },
      ...{ nodes: [], samples: [], impact: null },
    };
  }

  #exportOf(request: JobRequest, actor: Actor): ExportStored {
    const { topic, channel } = request;
    const { format, ...query } = request.export!;
    const place = { ...(topic !== undefined && { topic }), ...(channel !== undefined && { channel }) };
    const wanted = wantedOf({ ...query, ...place }, this.#options.clock.wallMs());
    return { format, wanted, sight: sightKey(actor) };
  }

  /** Throws `Failure`: not confirmed or not by somebody who has just signed in, changed since, nobody to act on. */
  async plan(request: JobRequest, asker: Asker): Promise<Plan> {
    if (request.kind === "export")
      return {
        total: 0,
        items: [{ node: `events.${request.export!.format}`, step: "file", total: 0 }],
        params: { export: this.#exportOf(request, asker.actor) },
      };
    const nodes = this.#nodesOf(request);
    const { collector } = this.#options;
    const steps = nodes.map(({ key }) => ({ node: key, step: "node", total: 0 }));
    if (request.kind === "drain") {
      confirmedDrain(request.node!, request, asker, this.#options.clock.wallMs());
      const total = owedOf(nodes[0]!);
      return { total, items: [{ ...steps[0]!, total }], params: {} };
    }
    if (request.kind === "requeue") {
      if (request.confirm?.name !== request.channel)
        throw new Failure("confirm-name", `Type the name ${request.channel} to confirm.`);
      const { nodes: counted, messages } = await this.preview(request, asker.actor);
      const items = counted.map(({ node, messages: total }) => ({ node, step: "node", total }));
      const params = { requeue: requeueOf(request) };
      return { total: messages, items: items.filter(({ total }) => total > 0), params };
    }
    const target = targetOf(request.kind, { topic: request.topic!, channel: request.channel ?? null });
    const counted = await countImpact(collector, target);
    if (counted.level === 3) demandFresh(asker, this.#options.clock.wallMs());
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
    return { total: counted.messages.total, items: [...first, ...steps], params: {} };
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
}

function requeueOf({ requeue = {} }: JobRequest): RequeueParams {
  const { state = "both", attemptsMin = 0, perSecond = perSecondDefault, gentle = false } = requeue;
  return { state, attemptsMin, perSecond, gentle };
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
