/** Topics and channels named in a query. Which of NSQ's words answers what is missing or wrong depends on the endpoint. */
import type { Channel } from "../broker/channel.ts";
import { isValidName } from "../broker/names.ts";
import type { Topic } from "../broker/topic.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery, type Query } from "../http-api/target.ts";
import type { Call } from "./call.ts";

/** The `topic` as it stands there. */
export function topicArgument(query: Query): string | Refusal {
  return query.get("topic") ?? new Refusal("MISSING_ARG_TOPIC");
}

/** The `topic`, a valid name. */
export function topicName(query: Query): string | Refusal {
  const name = topicArgument(query);
  return name instanceof Refusal || isValidName(name) ? name : new Refusal("INVALID_TOPIC");
}

export function existingTopic(call: Call, name: string): Topic | Refusal {
  return call.ports.broker.topics.get(name) ?? new Refusal("TOPIC_NOT_FOUND");
}

interface Place {
  readonly topic: Topic;
  readonly channelName: string;
}

/** An existing topic and a valid channel name: what all of `/channel/*` begin with. */
export function channelPlace(call: Call): Place | Refusal {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const topic = query.get("topic");
  const channelName = query.get("channel");
  if (topic === undefined) return new Refusal("MISSING_ARG_TOPIC");
  if (!isValidName(topic)) return new Refusal("INVALID_ARG_TOPIC");
  if (channelName === undefined) return new Refusal("MISSING_ARG_CHANNEL");
  if (!isValidName(channelName)) return new Refusal("INVALID_ARG_CHANNEL");
  const existing = existingTopic(call, topic);
  return existing instanceof Refusal ? existing : { topic: existing, channelName };
}

export function existingChannel(call: Call): Channel | Refusal {
  const place = channelPlace(call);
  if (place instanceof Refusal) return place;
  return place.topic.channels.get(place.channelName) ?? new Refusal("CHANNEL_NOT_FOUND");
}
