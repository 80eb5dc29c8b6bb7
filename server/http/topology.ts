/** `/topic/*` and `/channel/*`: create, delete, empty, pause and unpause on this node. */
import type { Channel } from "../broker/channel.ts";
import type { Topic } from "../broker/topic.ts";
import { topicArgument } from "../http-api/arguments.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery } from "../http-api/target.ts";
import { channelPlace, existingChannel, existingTopic, topicName } from "./arguments.ts";
import type { Answer, Call, Handler } from "./call.ts";

export function createTopic(call: Call): Answer {
  const query = parseQuery(call.rawQuery);
  const name = query instanceof Refusal ? query : topicName(query);
  if (name instanceof Refusal) return name;
  call.ports.broker.ensureTopic(name);
  return null;
}

export function emptyTopic(call: Call): Answer {
  const query = parseQuery(call.rawQuery);
  const name = query instanceof Refusal ? query : topicName(query);
  const topic = name instanceof Refusal ? name : existingTopic(call, name);
  if (topic instanceof Refusal) return topic;
  topic.empty();
  return null;
}

/** Delete and pause do not look whether the name is valid: an invalid one is no topic. */
const onTopic =
  (act: (call: Call, topic: Topic) => void): Handler =>
  (call) => {
    const query = parseQuery(call.rawQuery);
    const name = query instanceof Refusal ? query : topicArgument(query);
    const topic = name instanceof Refusal ? name : existingTopic(call, name);
    if (topic instanceof Refusal) return topic;
    act(call, topic);
    return null;
  };

export const deleteTopic = onTopic((call, topic) => call.ports.broker.deleteTopic(topic.name));
export const pauseTopic = onTopic((call, topic) => call.ports.broker.pauseTopic(topic, true));
export const unpauseTopic = onTopic((call, topic) => call.ports.broker.pauseTopic(topic, false));

export function createChannel(call: Call): Answer {
  const place = channelPlace(call);
  if (place instanceof Refusal) return place;
  place.topic.ensureChannel(place.channelName);
  return null;
}

const onChannel =
  (act: (call: Call, channel: Channel) => void): Handler =>
  (call) => {
    const channel = existingChannel(call);
    if (channel instanceof Refusal) return channel;
    act(call, channel);
    return null;
  };

export const deleteChannel = onChannel((_, channel) => channel.topic.deleteChannel(channel.name));
export const emptyChannel = onChannel((_, channel) => channel.empty());
export const pauseChannel = onChannel((call, channel) => call.ports.broker.pauseChannel(channel, true));
export const unpauseChannel = onChannel((call, channel) => call.ports.broker.pauseChannel(channel, false));
