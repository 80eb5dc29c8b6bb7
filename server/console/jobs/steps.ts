/** What a job does in one place. A step never throws: what went wrong is its outcome. */
import { actOn } from "../api/nodes.ts";
import { pause } from "../back-off.ts";
import type { Collector } from "../collector/collector.ts";
import { gentlePerSecondMin, gentleShare, type RequeueParams } from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";
import { followDrain } from "./drain.ts";
import { type NodeAnswer, type Place, removeOn, requeueOn, restoreOn, targetOf, type Verb } from "./nodes.ts";
import type { StoredItem, StoredJob } from "./store.ts";

export interface Progress {
  readonly signal: AbortSignal;
  isCancelled(): Promise<boolean>;
  /** So many are done by now. */
  moved(done: number): Promise<void>;
}

export type Outcome = Pick<StoredItem, "state" | "done" | "kept" | "error">;

/** A node that has just started, or whose Postgres is away for a moment, is asked again for so long. */
const againMsMax = 8_000;
const againEveryMs = 500;
const requeueBatchesPerSecond = 5;

export async function runStep(
  collector: Collector,
  job: StoredJob,
  item: StoredItem,
  progress: Progress,
): Promise<Outcome> {
  const place: Place = { topic: job.topic ?? "", channel: job.channel };
  const peer = item.step === "lookup" ? lookupOf(collector, item.node) : nodeOf(collector, item.node);
  if (peer === undefined) return failed("this console does not know it any more");
  if (item.step === "lookup") {
    const { ok, code } = await actOn(peer, targetOf(job.kind as Verb, place));
    return ok || code.endsWith("_NOT_FOUND") ? done(0) : failed(code);
  }
  switch (job.kind) {
    case "empty":
    case "delete": {
      const answer = await insistently(progress, () => removeOn(peer, job.id, job.kind as Verb, place));
      if (!answer.ok) return failed(answer.code);
      return { state: "done", done: answer.value.messages, kept: answer.value.kept, error: answer.value.why };
    }
    case "undo": {
      const answer = await insistently(progress, () => restoreOn(peer, job.undoOf!));
      return answer.ok ? done(answer.value.messages) : failed(answer.code);
    }
    case "requeue":
      return requeue(collector, peer, job, item, place, progress);
    case "drain":
      return followDrain(peer, item, progress);
    case "export":
      return failed("not-allowed");
    default:
      return failed("a newer console has to do it");
  }
}

/** In batches, so many messages a second; stops between two of them. */
async function requeue(
  collector: Collector,
  peer: HttpPeer,
  job: StoredJob,
  item: StoredItem,
  place: Place,
  progress: Progress,
): Promise<Outcome> {
  const params = job.params["requeue"] as RequeueParams;
  const heldBeforeMs = job.createdAt.getTime();
  let count = item.done;
  while (!progress.signal.aborted) {
    if (await progress.isCancelled()) return { state: "cancelled", done: count, kept: 0, error: null };
    const began = performance.now();
    const perSecond = paceOf(params, place, collector);
    const batch = Math.max(1, Math.ceil(perSecond / requeueBatchesPerSecond));
    const everyMs = (batch * 1_000) / perSecond;
    const answer = await insistently(progress, () =>
      requeueOn(peer, place, params, { heldBeforeMs, limit: batch, by: job.actor }),
    );
    if (!answer.ok) return { ...failed(answer.code), done: count };
    count += answer.value.done;
    const left = answer.value.messages - answer.value.done;
    // What is deferred anew meanwhile is not what was counted.
    if (answer.value.done === 0 || left <= 0 || (item.total > 0 && count >= item.total)) break;
    await progress.moved(count);
    await pause(Math.max(0, everyMs - (performance.now() - began)), progress.signal);
  }
  return done(count);
}

/** Messages a second now: what was asked for, and where it is to be gentle no more than a part of what goes out. */
export function paceOf(
  { perSecond, gentle }: RequeueParams,
  { topic, channel }: Place,
  { topics }: Pick<Collector, "topics">,
): number {
  if (!gentle) return perSecond;
  const outRate = topics.get(topic)?.channels.get(channel ?? "")?.row.flow.outRate ?? 0;
  return Math.min(perSecond, Math.max(gentlePerSecondMin, outRate * gentleShare));
}

async function insistently<T>(progress: Progress, ask: () => Promise<NodeAnswer<T>>): Promise<NodeAnswer<T>> {
  const untilMs = performance.now() + againMsMax;
  for (;;) {
    const answer = await ask();
    if (answer.ok || !answer.again || performance.now() > untilMs || progress.signal.aborted) return answer;
    await pause(againEveryMs, progress.signal);
  }
}

function nodeOf(collector: Collector, key: string): HttpPeer | undefined {
  return collector.node(key)?.peer;
}

function lookupOf({ lookups }: Collector, key: string): HttpPeer | undefined {
  return lookups?.peers.find((peer) => peer.address.key === key);
}

function done(messages: number): Outcome {
  return { state: "done", done: messages, kept: 0, error: null };
}

function failed(error: string): Outcome {
  return { state: "failed", done: 0, kept: 0, error: error.slice(0, 500) };
}
