/**
 * Speaks as a node with very many topics, all of which change every second. `fork` it with the number of topics
 * and of channels of each; it sends `{ port }`, and its counts whenever it is sent anything.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { liveChannel, liveNode, liveTopic } from "../../server/console/testing/scripted-node.ts";
import type { LiveChannel, LiveTopic } from "../../server/protocol/live.ts";

export interface GeneratorCounts {
  /** Requests for the live stream, and all others. */
  readonly streams: number;
  readonly others: number;
  /** Of one change of everything. */
  readonly lineBytes: number;
}

const [topicCount, channelCount] = process.argv.slice(2).map(Number) as [number, number];
const streams = new Set<ServerResponse>();
const counts = { streams: 0, others: 0, lineBytes: 0 };
let rev = 1;
let second = 0;

const server = createServer((request, response) => {
  if (request.url?.split("?")[0] !== "/v1/live") {
    counts.others += 1;
    response.writeHead(404).end();
    return;
  }
  counts.streams += 1;
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.write(line({ type: "snapshot", topics: topics() }));
  streams.add(response);
  response.on("close", () => streams.delete(response));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
process.send!({ port: (server.address() as AddressInfo).port });
process.on("message", () => process.send!(counts));
process.on("disconnect", () => process.exit());

for (let dueMs = performance.now(); ; ) {
  dueMs += 1_000;
  await pause(Math.max(0, dueMs - performance.now()));
  rev += 1;
  second += 1;
  if (streams.size === 0) continue;
  const text = line({ type: "delta", changed: topics(), removed: [] });
  counts.lineBytes = Buffer.byteLength(text);
  for (const stream of streams) stream.write(text);
}

function line(fields: object): string {
  const node = liveNode({ startedAtMs: 1, connections: 500, consumers: 400, producers: 100, cpu: 0.4 });
  return `${JSON.stringify({ ...fields, rev, atMs: Date.now(), node })}\n`;
}

function topics(): LiveTopic[] {
  return Array.from({ length: topicCount }, (_, at) => topic(at));
}

/** Every figure differs from second to second, and from topic to topic. */
function topic(at: number): LiveTopic {
  const rate = 5 + (at % 97);
  const published = rate * second + ((at + second) % 7);
  const depth = (at * 31 + second * (1 + (at % 13))) % 5_000;
  const channels = Array.from({ length: channelCount }, (_, channel) =>
    channelOf(`channel-${channel}`, published, at + channel),
  );
  return liveTopic(`bench.${at % 20 === 0 ? "orders" : "events"}-${String(at).padStart(5, "0")}`, {
    ...{ depth, memoryDepth: depth, messageCount: published, messageBytes: published * 200 },
    ...{ durable: at % 10 === 0, oldestAgeMs: depth * 10, channels },
  });
}

function channelOf(name: string, published: number, at: number): LiveChannel {
  const depth = (at * 17 + second * 3) % 900;
  return liveChannel(name, {
    ...{ depth, memoryDepth: Math.ceil(depth / 2), storedDepth: Math.floor(depth / 2) },
    ...{ inFlight: (at + second) % 50, deferred: (at + second) % 9, clientCount: at % 4 },
    ...{ messageCount: published, deliverCount: published + (second % 5), finishCount: published },
    ...{ requeueCount: Math.floor(published / 50), timeoutCount: Math.floor(published / 90) },
    oldestAgeMs: depth * 7,
  });
}
