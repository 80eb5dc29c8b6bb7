/**
 * What an operator does to a topic or a channel. The server counts the impact, compares it with what was
 * confirmed, acts on every node it concerns, and says what each of them answered (CO1, CO2, CO3).
 */
import { demandFresh, type Proven } from "../auth/authorize.ts";
import { mapBounded } from "../bounded.ts";
import type { Collector } from "../collector/collector.ts";
import {
  type ActionNodeResult,
  type ActionRequest,
  type ActionResult,
  type ActionTarget,
  actionLevels,
  type Impact,
} from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";
import type { ActionLog, AskedBy } from "./action-log.ts";
import { Failure } from "./failure.ts";
import { hasDrifted, type ImpactTags } from "./impact-tag.ts";
import { actOn, actOnOne, type Counted, countImpact, lookupsFor, nodesFor, sayToCluster } from "./nodes.ts";

export interface ActionContext extends Proven {
  readonly collector: Collector;
  readonly log: ActionLog;
  readonly tags: ImpactTags;
  readonly by: AskedBy;
  readonly requestId: string;
  /** Tells whoever wants to know of administrative acts. */
  readonly notify: (act: { action: string; topic: string; channel?: string }) => void;
}

const actedOnAtOnceMax = 16;

export async function impactOf(context: ActionContext, target: ActionTarget): Promise<Impact> {
  return tagged(context, await countImpact(context.collector, target));
}

/** Throws `Failure`: not confirmed, changed since, nobody to act on. */
export async function performAction(context: ActionContext, request: ActionRequest): Promise<ActionResult> {
  const { collector } = context;
  const target: ActionTarget = {
    action: request.action,
    topic: request.topic,
    ...(request.channel === undefined ? {} : { channel: request.channel }),
    ...(request.node === undefined ? {} : { node: request.node }),
    ...(request.client === undefined ? {} : { client: request.client }),
  };
  const before = actionLevels[request.action] === 0 ? null : await countImpact(collector, target);
  const level = before?.level ?? 0;
  if (level >= 3) freshOrRecorded(context, request, before);
  if (level >= 2) {
    const refusal = confirmed(context, request, target, before!);
    if (refusal) {
      record(context, request, before, null, refusal.code);
      throw refusal;
    }
  }
  const results: ActionNodeResult[] = [];
  try {
    const said = await sayToCluster(collector, target);
    const one = await actOnOne(collector, target);
    if (said !== null) results.push(said);
    else if (one !== null) results.push(...one);
    else results.push(...(await actOnEach(collector, request, target)));
  } catch (error) {
    record(context, request, before, null, error instanceof Failure ? error.code : "internal");
    throw error;
  }
  const failed = results.filter((result) => !result.ok).length;
  const outcome = failed === 0 ? "done" : failed < results.length ? "partly" : "failed";
  const after = level === 0 ? null : await countImpact(collector, target);
  record(context, request, before, after, outcome === "done" ? doneOr(target, before) : outcome, results);
  if (outcome !== "failed") context.notify({ ...target, action: target.action.replace("-", "_") });
  return { ...target, outcome, nodes: results, requestId: context.requestId };
}

async function actOnEach(
  collector: Collector,
  request: ActionRequest,
  target: ActionTarget,
): Promise<readonly ActionNodeResult[]> {
  const wanted = (peer: HttpPeer) => request.nodes?.includes(peer.address.key) ?? true;
  const nodes = nodesFor(collector, target)
    .map((node) => node.peer)
    .filter(wanted);
  const lookups = lookupsFor(collector, target).filter(wanted);
  if (nodes.length + lookups.length === 0) throw new Failure("not-found", "No node has it.");
  // Lookups first: a node makes the channels that they know, so that what was deleted would come back.
  const results: ActionNodeResult[] = [];
  for (const peers of [lookups, nodes]) {
    const answers = await mapBounded(peers, actedOnAtOnceMax, (peer) => actOn(peer, target));
    results.push(...answers.map((result) => forgiven(target, result)));
  }
  return results;
}

/** Gone already is what was asked for. */
function forgiven(target: ActionTarget, result: ActionNodeResult): ActionNodeResult {
  const gone = result.code === "TOPIC_NOT_FOUND" || result.code === "CHANNEL_NOT_FOUND";
  return gone && target.action.startsWith("delete-") ? { ...result, ok: true } : result;
}

function freshOrRecorded(context: ActionContext, request: ActionRequest, before: Counted | null): void {
  try {
    demandFresh(context, context.collector.clock.wallMs());
  } catch (error) {
    record(context, request, before, null, "fresh-needed");
    throw error;
  }
}

/** `no-op`: it was so already. */
function doneOr({ action }: ActionTarget, before: Counted | null): "ok" | "no-op" {
  const wasPaused = before?.paused ?? null;
  const wanted = action.startsWith("pause-") ? true : action.startsWith("unpause-") ? false : null;
  return wanted !== null && wasPaused === wanted ? "no-op" : "ok";
}

/** Why it does not count as confirmed; null: it does. */
export function confirmed(
  context: Pick<ActionContext, "collector" | "tags">,
  request: Pick<ActionRequest, "action" | "confirm" | "reason">,
  target: ActionTarget,
  now: Counted,
): Failure | null {
  const { collector, tags } = context;
  if (request.confirm?.name !== (target.channel ?? target.topic)) {
    return new Failure("confirm-name", `Type the name ${target.channel ?? target.topic} to confirm.`);
  }
  if (now.level === 3 && (request.reason ?? "").trim() === "")
    return new Failure("reason-needed", "Say why: it is kept in the operators' log.");
  const shown = tags.read(request.confirm.etag, target, collector.clock.wallMs());
  if (shown !== null && !hasDrifted(shown, now.messages.total)) return null;
  const message =
    shown === null
      ? "What was confirmed is too old: look at the numbers again."
      : `The depth has moved from ${shown} to ${now.messages.total} since: look at the numbers again.`;
  return new Failure("impact-changed", message, { impact: tagged(context, now) });
}

export function tagged({ tags }: Pick<ActionContext, "tags">, { paused: _, ...counted }: Counted): Impact {
  return { ...counted, etag: tags.make(counted, counted.messages.total, counted.atMs) };
}

function record(
  context: ActionContext,
  request: ActionRequest,
  before: Counted | null,
  after: Counted | null,
  result: string,
  nodes: readonly ActionNodeResult[] = [],
): void {
  const figures = (counted: Counted | null) =>
    counted && { paused: counted.paused, messages: counted.messages, nodes: counted.nodes };
  context.log.write({
    ...context.by,
    action: request.action,
    object: {
      topic: request.topic,
      channel: request.channel,
      node: request.node,
      ...(request.client && { client: request.client }),
    },
    before: figures(before),
    after: figures(after),
    reason: request.reason,
    result,
    perNode: nodes,
  });
}
