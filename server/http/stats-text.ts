/** `/stats` for people, column by column as nsqd prints it. */
import type { Channel } from "../broker/channel.ts";
import { rfc3339 } from "../http-api/go-format.ts";
import { goDuration } from "../protocol/go-values.ts";
import {
  type ClientFigures,
  channelFigures,
  type Latency,
  latencyOf,
  type Selection,
  topicFigures,
} from "./stats-model.ts";

export function* statsText(selection: Selection): Iterable<string> {
  const { node, health, process } = selection.ports;
  const nowMs = Date.now();
  yield `nsqd v${node.version} (built w/node${globalThis.process.versions.node})\n`;
  yield `start_time ${rfc3339(node.startedAtMs)}\nuptime ${goDuration(nowMs - node.startedAtMs)}\n`;
  yield `\nHealth: ${health()}\n`;
  if (selection.includeMemory) {
    yield "\nMemory:\n";
    for (const [name, value] of Object.entries(process.memory())) yield `   ${name.padEnd(25)}\t${value}\n`;
  }

  const topics = selection.topics ?? [];
  yield topics.length === 0 ? "\nTopics: None\n" : "\nTopics:";
  for (const topic of topics) {
    const figures = topicFigures(topic);
    yield `\n${topic.paused ? "*P " : "   "}[${topic.name.padEnd(15)}]${columns([
      ["depth", figures.depth, 5],
      ["be-depth", figures.backend_depth, 5],
      ["msgs", figures.message_count, 8],
    ])} e2e%: ${latencies(figures.e2e_processing_latency)}\n`;
    for (const channel of selection.channelsOf(topic)) yield* channelText(selection, channel, nowMs);
  }

  let heading = "\nProducers:\n";
  for (const producer of selection.producers()) {
    yield `${heading}   ${clientText(producer, nowMs)}\n`;
    heading = "";
  }
  if (heading !== "") yield "\nProducers: None\n";
}

function* channelText(selection: Selection, channel: Channel, nowMs: number): Iterable<string> {
  const figures = channelFigures(channel);
  yield `${channel.paused ? "   *P " : "      "}[${channel.name.padEnd(25)}]${columns([
    ["depth", figures.depth, 5],
    ["be-depth", figures.backend_depth, 5],
    ["inflt", figures.in_flight_count, 4],
    ["def", figures.deferred_count, 4],
    ["re-q", figures.requeue_count, 5],
    ["timeout", figures.timeout_count, 5],
    ["msgs", figures.message_count, 8],
  ])} e2e%: ${latencies(latencyOf(channel))}\n`;
  for (const client of selection.clientsOf(channel)) yield `        ${clientText(client, nowMs)}\n`;
}

function clientText(client: ClientFigures, nowMs: number): string {
  const port = client.remote_address.slice(client.remote_address.lastIndexOf(":") + 1);
  const name = printable(`${client.hostname}:${port} ${client.user_agent}`).padEnd(21);
  const connected = goDuration(Math.max(0, Math.floor(nowMs / 1_000) - client.connect_ts) * 1_000);
  const counts = client.pub_counts ?? [];
  if (counts.length > 0) {
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    const topics = counts.map(({ topic, count }) => `${topic}=${count}`).join(",");
    return `[V2 ${name}]${columns([["msgs", total, 8]])} topics: ${topics} connected: ${connected}`;
  }
  return `[V2 ${name}] state: ${client.state}${columns([
    ["inflt", client.in_flight_count, 4],
    ["rdy", client.ready_count, 4],
    ["fin", client.finish_count, 8],
    ["re-q", client.requeue_count, 8],
    ["msgs", client.message_count, 8],
  ])} connected: ${connected}`;
}

function columns(columns: readonly (readonly [name: string, value: number, width: number])[]): string {
  return columns.map(([name, value, width]) => ` ${name}: ${String(value).padEnd(width)}`).join("");
}

function latencies({ percentiles }: Latency): string {
  return (percentiles ?? []).map(({ value }) => nanoseconds(value)).join(", ");
}

const largerUnits = [
  ["s", 1e9],
  ["ms", 1e6],
  ["us", 1e3],
] as const;

/** `12.3ms`, in the units and with the digit nsqd gives it. */
function nanoseconds(value: number): string {
  const [unit, size] = largerUnits.find(([, size]) => value > size) ?? ["ns", 1];
  return `${(value / size).toFixed(1)}${unit}`;
}

/** A client names itself: it writes no lines of its own into ours. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "?");
}
