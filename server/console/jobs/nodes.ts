/** What jobs ask of nodes. What a node does not know, because it is older or no node of Weir, is done NSQ's way. */
import { z } from "zod";
import { operatorCharactersMax } from "../../protocol/chosen-messages.ts";
import { actOn, nodeCodeOf } from "../api/nodes.ts";
import type { ActionTarget, JobSample, RequeueParams } from "../contract/index.ts";
import type { HttpPeer, PeerAnswer } from "../http-peer.ts";

/** Emptying and marking a few million messages takes a node a moment. */
const actTimeoutMs = 40_000;
const lookTimeoutMs = 5_000;

const count = z.number().int().nonnegative();
const removed = z.object({ messages: count, kept: count, why: z.string().max(1_024).nullable() });
const restored = z.object({ messages: count });
const requeued = z.object({ messages: count, done: count });
const sample = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  state: z.enum(["waiting", "in-flight", "deferred"]),
  attempts: count,
  publishedAtMs: z.number().nullable(),
  dueAtMs: z.number().nullable(),
});
const preview = z.object({ messages: count, kept: count, samples: z.array(sample).max(20) });

/** `again`: it may answer otherwise in a moment. */
export type NodeAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly again: boolean };

export type Verb = "empty" | "delete";

export interface Place {
  readonly topic: string;
  readonly channel: string | null;
}

export function targetOf(verb: Verb, { topic, channel }: Place): ActionTarget {
  return channel === null
    ? { action: `${verb}-topic`, topic }
    : { action: `${verb}-channel`, topic, channel };
}

/** Empties or deletes on one node. Of nodes that can keep nothing nothing is kept. */
export async function removeOn(peer: HttpPeer, jobId: string, verb: Verb, place: Place) {
  if (peer.secret !== null) {
    const query = { job: jobId, verb, ...placeQuery(place) };
    const answer = await peer.call({
      ...{ method: "POST", path: "/v1/removals", query, timeoutMs: actTimeoutMs },
    });
    if (answer.status === 200) return parsed(answer, removed);
    const refusal = refusalOf(answer);
    if (isGone(refusal.code)) return done({ messages: 0, kept: 0, why: null });
    if (!isUnable(answer)) return refusal;
  }
  const result = await actOn(peer, targetOf(verb, place));
  if (result.ok || isGone(result.code))
    return done({ messages: 0, kept: 0, why: result.ok ? "it keeps nothing" : null });
  return { ok: false as const, code: result.code, again: false };
}

/** Gives back on one node what a job removed of logs that are its own by now. */
export async function restoreOn(peer: HttpPeer, jobId: string): Promise<NodeAnswer<{ messages: number }>> {
  if (peer.secret === null) return done({ messages: 0 });
  const query = { job: jobId };
  const answer = await peer.call({
    ...{ method: "POST", path: "/v1/removals/restore", query, timeoutMs: actTimeoutMs },
  });
  if (answer.status === 200) return parsed(answer, restored);
  return isUnable(answer) ? done({ messages: 0 }) : refusalOf(answer);
}

interface RequeueBatch {
  /** Wall clock: what was handed out later is left alone. */
  readonly heldBeforeMs: number;
  /** Messages. */
  readonly limit: number;
  /** Whom the audit of these messages names. */
  readonly by: string;
}

export async function requeueOn(
  peer: HttpPeer,
  place: Place,
  { state, attemptsMin }: RequeueParams,
  { heldBeforeMs, limit, by }: RequeueBatch,
): Promise<NodeAnswer<{ messages: number; done: number }>> {
  const query = {
    ...placeQuery(place),
    ...{ state, attempts: String(attemptsMin), before: String(heldBeforeMs), limit: String(limit) },
    by: by.slice(0, operatorCharactersMax),
  };
  const answer = await peer.call({ method: "POST", path: "/v1/requeue", query, timeoutMs: lookTimeoutMs });
  if (answer.status === 200) return parsed(answer, requeued);
  const refusal = refusalOf(answer);
  if (isGone(refusal.code)) return done({ messages: 0, done: 0 });
  return isUnable(answer)
    ? { ok: false, code: "it cannot requeue: it is older, or no node of Weir", again: false }
    : refusal;
}

export interface Preview {
  readonly messages: number;
  readonly kept: number;
  readonly samples: readonly Omit<JobSample, "node">[];
}

/** What a removal, or with `requeue` that, would meet on one node; null: the node cannot say. */
export async function previewOn(
  peer: HttpPeer,
  what: { readonly verb: Verb } | { readonly requeue: RequeueParams },
  place: Place,
): Promise<NodeAnswer<Preview> | null> {
  if (peer.secret === null) return null;
  const isRemoval = "verb" in what;
  const more = isRemoval
    ? { verb: what.verb }
    : { state: what.requeue.state, attempts: String(what.requeue.attemptsMin) };
  const path = isRemoval ? "/v1/removals" : "/v1/requeue";
  const query = { ...placeQuery(place), ...more };
  const answer = await peer.call({ method: "GET", path, query, timeoutMs: lookTimeoutMs });
  if (answer.status === 200) return parsed(answer, preview);
  const refusal = refusalOf(answer);
  if (isGone(refusal.code)) return done({ messages: 0, kept: 0, samples: [] });
  return isUnable(answer) ? null : refusal;
}

function placeQuery({ topic, channel }: Place): Record<string, string> {
  return { topic, ...(channel === null ? {} : { channel }) };
}

function parsed<T>(answer: PeerAnswer, schema: z.ZodType<T>): NodeAnswer<T> {
  try {
    return done(schema.parse(JSON.parse(answer.body)));
  } catch {
    return { ok: false, code: "it answered what is not understood", again: false };
  }
}

function refusalOf(answer: PeerAnswer) {
  if (answer.status === 0) return { ok: false as const, code: `unreachable: ${answer.body}`, again: true };
  return { ok: false as const, code: nodeCodeOf(answer), again: answer.status === 503 };
}

function isGone(code: string): boolean {
  return code === "TOPIC_NOT_FOUND" || code === "CHANNEL_NOT_FOUND";
}

/** It has no such path, no database, or another secret. */
function isUnable({ status }: PeerAnswer): boolean {
  return status === 401 || status === 403 || status === 404 || status === 409;
}

function done<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}
