/** What a lookup is told: names to list or to drop, and nodes that a topic is to leave. */
import { topicAndChannel, topicArgument } from "../http-api/arguments.ts";
import type { Answer } from "../http-api/call.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery } from "../http-api/target.ts";
import { isValidName } from "../protocol/names.ts";
import type { Call } from "./lookupd-call.ts";

const full = new Refusal("BUSY", "there are too many topics and channels");

export function createTopic(call: Call): Answer {
  const name = topicOf(call);
  if (name instanceof Refusal) return name;
  if (!isValidName(name)) return new Refusal("INVALID_ARG_TOPIC");
  call.ports.log("info", `DB: adding topic(${name})`);
  return call.ports.registry.createTopic(name) ? null : full;
}

/** An unknown topic is as gone as a deleted one. */
export function deleteTopic(call: Call): Answer {
  const name = topicOf(call);
  if (name instanceof Refusal) return name;
  const { registry, log } = call.ports;
  const topic = registry.topics.get(name);
  if (topic === undefined) return null;
  log("info", `DB: removing topic(${name}) and its channels, ${topic.channels.size}`);
  registry.deleteTopic(topic);
  return null;
}

export function tombstoneTopic(call: Call): Answer {
  const query = parseQuery(call.rawQuery);
  const name = query instanceof Refusal ? query : topicArgument(query);
  if (query instanceof Refusal || name instanceof Refusal) return name;
  const node = query.get("node");
  if (node === undefined) return new Refusal("MISSING_ARG_NODE");
  const { registry, log } = call.ports;
  const topic = registry.topics.get(name);
  if (topic === undefined) return null;
  log("info", `DB: setting tombstone for producer@${JSON.stringify(node)} of topic(${name})`);
  registry.tombstone(topic, node);
  return null;
}

export function createChannel(call: Call): Answer {
  const named = topicAndChannel(call.rawQuery);
  if (named instanceof Refusal) return named;
  call.ports.log("info", `DB: adding channel(${named.channel}) in topic(${named.topic})`);
  return call.ports.registry.createChannel(named.topic, named.channel) ? null : full;
}

export function deleteChannel(call: Call): Answer {
  const named = topicAndChannel(call.rawQuery);
  if (named instanceof Refusal) return named;
  if (!call.ports.registry.deleteChannel(named.topic, named.channel)) return new Refusal("CHANNEL_NOT_FOUND");
  call.ports.log("info", `DB: removing channel(${named.channel}) from topic(${named.topic})`);
  return null;
}

function topicOf(call: Call): string | Refusal {
  const query = parseQuery(call.rawQuery);
  return query instanceof Refusal ? query : topicArgument(query);
}
