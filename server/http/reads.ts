/** What an operator looks at closer: messages in flight and deferred, producers, options, the log. All of it bounded. */
import type { Channel } from "../broker/channel.ts";
import type { Exception } from "../broker/exceptions.ts";
import { messageId } from "../broker/frame.ts";
import { bodyOf, type HeldMessage, heldMessages, isHeld, soonestDeferred } from "../broker/inspection.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery, type Query } from "../http-api/target.ts";
import { hidden } from "../protocol/config-value.ts";
import {
  type ClientsAnswer,
  type ConfigAnswer,
  type DeferredAnswer,
  type DeferredMessage,
  type InFlightAnswer,
  type InFlightMessage,
  type LogAnswer,
  type NodeClientRow,
  type OptionValue,
  type OptionValueRow,
  type ProducerRow,
  type ProducersAnswer,
  readRowsMax,
} from "../protocol/node-reads.ts";
import { existingChannel, existingTopic, topicName } from "./arguments.ts";
import { type Answer, type Call, Json } from "./call.ts";
import { First } from "./first.ts";

/** Messages looked at for one answer: more than a channel has in flight, but for thousands of consumers. */
const looksMax = 200_000;
/** In one go, since what is deferred is in an order that changes. */
const deferredLooksMax = 16_384;

/** `GET /v1/channel/inflight?topic=&channel=&limit=`: `InFlightAnswer`. */
export async function inFlight(call: Call): Promise<Answer> {
  const channel = existingChannel(call);
  if (channel instanceof Refusal) return channel;
  const limit = limitOf(call);
  if (limit instanceof Refusal) return limit;
  const first = new First<HeldMessage>(limit, ({ atMs }) => atMs);
  await call.turns.each(upTo(heldMessages(channel), looksMax), (message) => first.add(message));
  call.ports.now();
  const answer: InFlightAnswer = {
    atMs: Date.now(),
    total: channel.inFlightCount,
    cut: first.seen >= looksMax,
    messages: first
      .taken()
      .filter(isHeld)
      .map((message) => inFlightMessage(channel, message)),
  };
  return new Json(answer);
}

function inFlightMessage({ broker }: Channel, message: HeldMessage): InFlightMessage {
  const { logId, seq, attempts, sinceMs, atMs, owner, from } = message;
  const identity = owner?.consumer.identity;
  return {
    id: messageId(logId, seq),
    attempts,
    ...roundedBody(from, seq),
    sinceMs: Math.round(broker.wallOf(sinceMs)),
    deadlineAtMs: Math.round(broker.wallOf(atMs)),
    client: identity
      ? { clientId: identity.clientId, hostname: identity.hostname, address: identity.remoteAddress }
      : null,
  };
}

/** `GET /v1/channel/deferred?topic=&channel=&limit=`: `DeferredAnswer`. */
export function deferred(call: Call): Answer {
  const channel = existingChannel(call);
  if (channel instanceof Refusal) return channel;
  const limit = limitOf(call);
  if (limit instanceof Refusal) return limit;
  const { found, cut } = soonestDeferred(channel, limit, deferredLooksMax);
  const answer: DeferredAnswer = {
    atMs: Date.now(),
    total: channel.deferredCount,
    inStore: channel.scheduledCount,
    cut,
    messages: found.map((exception) => deferredMessage(channel, exception)),
  };
  return new Json(answer);
}

function deferredMessage({ broker }: Channel, exception: Exception): DeferredMessage {
  const { log, seq, attempts, heldSinceMs, atMs } = exception;
  const body = roundedBody(exception, seq);
  const isPublished = attempts === 0;
  const givenBackAtMs = heldSinceMs === 0 ? null : Math.round(broker.wallOf(heldSinceMs));
  return {
    id: messageId(log.id, seq),
    attempts,
    ...body,
    dueAtMs: Math.round(broker.wallOf(atMs)),
    sinceMs: isPublished ? body.publishedAtMs : givenBackAtMs,
    reason: isPublished ? "publish" : "requeue",
  };
}

export function roundedBody(from: HeldMessage["from"], seq: number) {
  const { bytes, publishedAtMs } = bodyOf(from, seq);
  return { bytes, publishedAtMs: publishedAtMs === null ? null : Math.round(publishedAtMs) };
}

/** `GET /v1/topic/producers?topic=&limit=`: `ProducersAnswer`. */
export async function producers(call: Call): Promise<Answer> {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const name = topicName(query);
  const topic = name instanceof Refusal ? name : existingTopic(call, name);
  if (topic instanceof Refusal) return topic;
  const limit = limitIn(query);
  if (limit instanceof Refusal) return limit;
  const latest = new First<ProducerRow>(limit, ({ lastAtMs }) => -(lastAtMs ?? 0));
  await call.turns.each(call.ports.connections(), (connection) => {
    const published = connection.publishedTo(topic.name);
    if (published === null) return;
    const { clientId, hostname, remoteAddress, userAgent, connectedAtMs, tls } = connection;
    latest.add({
      ...{ clientId, hostname, address: remoteAddress, userAgent },
      connectedAtMs: Math.round(connectedAtMs),
      messageCount: published.count,
      lastAtMs: Math.round(published.lastAtMs),
      tls: tls !== null,
    });
  });
  const answer: ProducersAnswer = { atMs: Date.now(), total: latest.seen, producers: latest.taken() };
  return new Json(answer);
}

/** `GET /v1/clients?limit=`: `ClientsAnswer`. */
export async function clients(call: Call): Promise<Answer> {
  const limit = limitOf(call);
  if (limit instanceof Refusal) return limit;
  const { ports, turns } = call;
  const channels = new Map<number, Channel>();
  await turns.each(ports.broker.topics.values(), (topic) => {
    for (const channel of topic.channels.values())
      for (const { number } of channel.subscriptions) channels.set(number, channel);
  });
  const busiest = new First<NodeClientRow>(limit, ({ inFlight: held }) => -held);
  await turns.each(ports.connections(), (connection) => {
    const { clientId, hostname, remoteAddress, userAgent, connectedAtMs, subscription, tls } = connection;
    const channel = channels.get(connection.number);
    let publishCount = 0;
    for (const count of connection.pubCounts.values()) publishCount += count;
    busiest.add({
      ...{ clientId, hostname, address: remoteAddress, userAgent, publishCount, tls: tls !== null },
      connectedAtMs: Math.round(connectedAtMs),
      topic: channel?.topicName ?? null,
      channel: channel?.name ?? null,
      readyCount: subscription?.rdy ?? 0,
      inFlight: subscription?.inFlight ?? 0,
      finishCount: subscription?.finishCount ?? 0,
      requeueCount: subscription?.requeueCount ?? 0,
    });
  });
  return new Json({
    atMs: Date.now(),
    total: busiest.seen,
    clients: busiest.taken(),
  } satisfies ClientsAnswer);
}

/** `POST /v1/client/kick?address=`: ends the connection of that address. What it held waits for its timeout. */
export function kick(call: Call): Answer {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const address = query.get("address") ?? "";
  // All clients of a unix socket have the same one.
  if (address === "" || address.startsWith("@")) return new Refusal("INVALID_REQUEST", "address is missing");
  if (call.ports.disconnect(address) === 0) return new Refusal("CLIENT_NOT_FOUND");
  call.ports.log("info", `CLIENT(${address}): disconnected by an operator`);
  return null;
}

/** `GET /v1/config`: `ConfigAnswer`. Of a secret only that it is set. */
export function config({ ports }: Call): Answer {
  const { options, optionTable, settings } = ports;
  const now: Readonly<Record<string, unknown>> = {
    "log-level": settings.logLevel(),
    "lookupd-tcp-address": settings.lookupdTcpAddresses(),
  };
  const rows = Object.entries(optionTable)
    .filter(([name]) => !hidden.has(name))
    .map(([name, row]): OptionValueRow => {
      const isSecret = row.secret === true;
      const value = optionValue(now[name] ?? options[name]);
      const standard = optionValue(row.default);
      return {
        ...{ name, kind: row.kind, isSecret },
        value: isSecret ? null : value,
        default: isSecret ? null : standard,
        isSet: JSON.stringify(value) !== JSON.stringify(standard),
      };
    });
  return new Json({ atMs: Date.now(), options: rows } satisfies ConfigAnswer);
}

function optionValue(value: unknown): OptionValue {
  if (Array.isArray(value)) return value.map((item) => (typeof item === "number" ? item : String(item)));
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
  return value == null ? null : String(value);
}

/** `GET /v1/log?limit=`: `LogAnswer`. */
export function logLines(call: Call): Answer {
  const limit = limitOf(call);
  if (limit instanceof Refusal) return limit;
  const lines = call.ports.logLines().slice(-limit).reverse();
  return new Json({ atMs: Date.now(), lines } satisfies LogAnswer);
}

export function limitOf({ rawQuery }: Call): number | Refusal {
  const query = parseQuery(rawQuery);
  return query instanceof Refusal ? query : limitIn(query);
}

function limitIn(query: Query): number | Refusal {
  const text = query.get("limit") ?? String(readRowsMax);
  if (!/^[1-9]\d{0,4}$/.test(text)) return new Refusal("INVALID_REQUEST", "limit must be a number from 1 on");
  return Math.min(Number(text), readRowsMax);
}

export function* upTo<T>(items: Iterable<T>, most: number): Iterable<T> {
  let left = most;
  for (const item of items) {
    if (left-- <= 0) return;
    yield item;
  }
}
