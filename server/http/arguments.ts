/** Topics and channels named in a query. Which of NSQ's words answers what is missing or wrong depends on the endpoint. */
import type { Channel } from "../broker/channel.ts";
import { isValidName } from "../broker/names.ts";
import type { Topic } from "../broker/topic.ts";
import { topicAndChannel, topicArgument } from "../http-api/arguments.ts";
import { Refusal } from "../http-api/errors.ts";
import type { Query } from "../http-api/target.ts";
import type { Call } from "./call.ts";

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
  const named = topicAndChannel(call.rawQuery);
  if (named instanceof Refusal) return named;
  const existing = existingTopic(call, named.topic);
  return existing instanceof Refusal ? existing : { topic: existing, channelName: named.channel };
}

export function existingChannel(call: Call): Channel | Refusal {
  const place = channelPlace(call);
  if (place instanceof Refusal) return place;
  return place.topic.channels.get(place.channelName) ?? new Refusal("CHANNEL_NOT_FOUND");
}
