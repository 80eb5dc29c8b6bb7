/**
 * `/v1/removals…`: emptying and deleting by a job, counted first, and given back when it is undone; `/v1/requeue`: handing
 * out at once what consumers hold or what is due later.
 */
import { queueStates, requeueNow, samplesOf } from "../broker/bulk.ts";
import { droppedBy, keptMessages, type RemovalTarget, removable } from "../broker/removal.ts";
import { topicAndChannel } from "../http-api/arguments.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery, type Query } from "../http-api/target.ts";
import { existingTopic, topicName } from "./arguments.ts";
import { type Answer, type Call, Json } from "./call.ts";
import { operatorOf } from "./operator.ts";

const jobPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Messages requeued in one turn of the node. */
export const requeueMax = 1_000;

/** `POST ?job=&verb=empty|delete&topic=[&channel=]` */
export async function removeByJob(call: Call): Promise<Answer> {
  const asked = targetOf(call);
  if (asked instanceof Refusal) return asked;
  const job = jobOf(asked.query);
  if (job instanceof Refusal) return job;
  call.ports.now();
  const { removals } = call.ports;
  if (removals === null) return noDatabase;
  if (removals.refusal !== null) return new Refusal("UNAVAILABLE", removals.refusal);
  return new Json(await removals.remove(job, asked.target));
}

/** `GET ?verb=empty|delete&topic=[&channel=]`: what that would drop, what of it could be given back, and ten of them. */
export function previewRemoval(call: Call): Answer {
  const asked = targetOf(call);
  if (asked instanceof Refusal) return asked;
  call.ports.now();
  const { removals } = call.ports;
  const kept = removals === null ? 0 : keptMessages(removable(asked.target, removals.mayKeep));
  const { topic, channel } = asked.target;
  const samples = samplesOf(channel ?? topic, null);
  return new Json({ messages: droppedBy(asked.target), kept, samples });
}

/** `POST ?job=` */
export async function restoreByJob(call: Call): Promise<Answer> {
  const query = parseQuery(call.rawQuery);
  const job = query instanceof Refusal ? query : jobOf(query);
  if (job instanceof Refusal) return job;
  const { removals, log } = call.ports;
  if (removals === null) return noDatabase;
  if (removals.refusal !== null) return new Refusal("UNAVAILABLE", removals.refusal);
  try {
    return new Json({ messages: await removals.restore(job) });
  } catch (error) {
    log("warn", `JOBS: could not give back what ${job} had removed: ${(error as Error).message}`);
    return new Refusal("UNAVAILABLE", "Postgres does not answer, or the node has no lease now");
  }
}

/** `POST ?topic=&channel=&state=in-flight|deferred|both[&attempts=][&before=][&limit=][&by=]`; `before`: wall clock, milliseconds */
export function requeueByJob(call: Call): Answer {
  const place = placeOf(call);
  if (place instanceof Refusal) return place;
  const limit = Math.min(numberOf(place.query, "limit") ?? requeueMax, requeueMax);
  const operator = operatorOf(call, place.query);
  if (operator instanceof Refusal) return operator;
  call.ports.now();
  const requeued = requeueNow(place.channel, place.filter, limit, operator);
  return new Json(requeued);
}

/** `GET`, with the same query: how many there are, and ten of them. */
export function previewRequeue(call: Call): Answer {
  const place = placeOf(call);
  if (place instanceof Refusal) return place;
  call.ports.now();
  const { messages } = requeueNow(place.channel, place.filter, 0, null);
  return new Json({ messages, kept: 0, samples: samplesOf(place.channel, place.filter) });
}

function targetOf(call: Call): { target: RemovalTarget; query: Query } | Refusal {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const verb = query.get("verb");
  if (verb !== "empty" && verb !== "delete") return new Refusal("INVALID_REQUEST");
  const name = topicName(query);
  const topic = name instanceof Refusal ? name : existingTopic(call, name);
  if (topic instanceof Refusal) return topic;
  const channelName = query.get("channel");
  if (channelName === undefined) return { target: { topic, channel: null, verb }, query };
  const channel = topic.channels.get(channelName);
  return channel === undefined
    ? new Refusal("CHANNEL_NOT_FOUND")
    : { target: { topic, channel, verb }, query };
}

function placeOf(call: Call) {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const named = topicAndChannel(call.rawQuery);
  if (named instanceof Refusal) return named;
  const topic = existingTopic(call, named.topic);
  if (topic instanceof Refusal) return topic;
  const channel = topic.channels.get(named.channel);
  if (channel === undefined) return new Refusal("CHANNEL_NOT_FOUND");
  const state = queueStates.find((known) => known === query.get("state"));
  if (state === undefined) return new Refusal("INVALID_REQUEST");
  const filter = {
    state,
    attemptsMin: numberOf(query, "attempts") ?? 0,
    heldBeforeMs: numberOf(query, "before") ?? Number.POSITIVE_INFINITY,
  };
  return { channel, filter, query };
}

function jobOf(query: Query): string | Refusal {
  const job = query.get("job") ?? "";
  return jobPattern.test(job) ? job : new Refusal("INVALID_REQUEST");
}

function numberOf(query: Query, name: string): number | null {
  const text = query.get(name) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

const noDatabase = new Refusal("NO_DATABASE", "this node was started without --database-url");
