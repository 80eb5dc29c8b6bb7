/** `GET /v1/message/now?id=&topic=`: `MessageNowAnswer`, as long as something of the message's log is needed. */
import type { Channel } from "../broker/channel.ts";
import type { Log } from "../broker/log.ts";
import { logOf } from "../broker/lookup-frame.ts";
import { isCommitted, isInTopic, standingOf } from "../broker/standing.ts";
import type { Topic } from "../broker/topic.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery, type Query } from "../http-api/target.ts";
import { type ChannelNow, type MessageNowAnswer, messageNowChannelsMax } from "../protocol/node-reads.ts";
import { existingTopic, topicName } from "./arguments.ts";
import { type Answer, type Call, Json } from "./call.ts";

export function messageNow(call: Call): Answer {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const id = query.get("id") ?? "";
  if (!/^[0-9a-f]{16}$/.test(id)) return new Refusal("INVALID_REQUEST", "id has 16 hexadecimal digits");
  const logId = Number.parseInt(id.slice(0, 8), 16);
  const seq = Number.parseInt(id.slice(8), 16);
  const topic = query.get("topic") === undefined ? topicOf(call, logId) : topicNamed(call, query);
  if (topic instanceof Refusal) return topic;
  const log = topic && logOf(topic, logId);
  if (topic === null || log === null || seq >= log.tail) return new Refusal("MESSAGE_NOT_FOUND");
  call.ports.now();
  const inTopic = isInTopic(topic, log, seq);
  const channels = [...topic.channels.values()].slice(0, messageNowChannelsMax);
  const answer: MessageNowAnswer = {
    atMs: Date.now(),
    topic: topic.name,
    inTopic,
    topicPaused: topic.paused,
    committed: isCommitted(log, seq),
    channels: inTopic ? [] : channels.map((channel) => channelNow(channel, log, seq)),
    cut: topic.channels.size > channels.length,
  };
  return new Json(answer);
}

function topicNamed(call: Call, query: Query): Topic | Refusal {
  const name = topicName(query);
  return name instanceof Refusal ? name : existingTopic(call, name);
}

/** Whoever has nothing but an id does not know its topic. */
function topicOf({ ports }: Call, logId: number): Topic | null {
  for (const topic of ports.broker.topics.values()) if (logOf(topic, logId) !== null) return topic;
  return null;
}

function channelNow(channel: Channel, log: Log, seq: number): ChannelNow {
  const standing = standingOf(channel, log, seq);
  const identity = standing.state === "in-flight" ? standing.owner?.consumer.identity : undefined;
  return {
    channel: channel.name,
    paused: channel.paused,
    state: standing.state,
    attempts: "attempts" in standing ? standing.attempts : null,
    ahead: standing.state === "waiting" ? standing.ahead : null,
    untilMs: "atMs" in standing ? Math.round(channel.broker.wallOf(standing.atMs)) : null,
    client: identity
      ? { clientId: identity.clientId, hostname: identity.hostname, address: identity.remoteAddress }
      : null,
  };
}
