/** `/stats?format=json`, piece by piece, so that it can be written in slices. Keys stand in nsqd's order. */
import type { Channel } from "../broker/channel.ts";
import type { Topic } from "../broker/topic.ts";
import { channelFigures, latencyOf, type Selection, topicFigures } from "./stats-model.ts";

export function* statsJson(selection: Selection): Iterable<string> {
  const { ports } = selection;
  const { node } = ports;
  const head = {
    version: node.version,
    health: ports.health(),
    start_time: Math.floor(node.startedAtMs / 1_000),
  };
  yield `${open(head)},"topics":`;
  if (selection.topics === null) yield "null";
  else yield* array(selection.topics, (topic) => topicJson(selection, topic));
  if (selection.includeMemory) yield `,"memory":${JSON.stringify(ports.process.memory())}`;
  yield ',"producers":';
  yield* array(selection.producers(), (producer) => [JSON.stringify(producer)], "null");
  yield "}";
}

function* topicJson(selection: Selection, topic: Topic): Iterable<string> {
  yield `${open({ topic_name: topic.name })},"channels":`;
  yield* array(selection.channelsOf(topic), (channel) => channelJson(selection, channel));
  yield `,${JSON.stringify(topicFigures(topic)).slice(1)}`;
}

function* channelJson(selection: Selection, channel: Channel): Iterable<string> {
  yield `${open(channelFigures(channel))},"clients":`;
  if (!selection.includeClients) yield "null";
  else yield* array(selection.clientsOf(channel), (client) => [JSON.stringify(client)]);
  yield `,${JSON.stringify({ paused: channel.paused, e2e_processing_latency: latencyOf(channel) }).slice(1)}`;
}

/** An object without its closing brace. */
function open(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}

/** A list, an item at a time. */
export function* array<T>(
  items: Iterable<T>,
  json: (item: T) => Iterable<string>,
  empty = "[]",
): Iterable<string> {
  let before = "[";
  for (const item of items) {
    yield before;
    before = ",";
    yield* json(item);
  }
  yield before === "[" ? empty : "]";
}
