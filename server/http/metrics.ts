/** `GET /metrics`: the node for Prometheus. */
import { writeStream } from "../http-api/stream.ts";
import { metricsContentType } from "../metrics/exposition.ts";
import { processMetrics } from "../metrics/process-metrics.ts";
import type { Answer, Call } from "./call.ts";
import { ConnectionCounts } from "./live-model.ts";
import { nodeMetrics } from "./metrics-of-node.ts";
import { Chosen, topicMetrics } from "./metrics-of-topics.ts";

export async function metrics(call: Call): Promise<Answer> {
  const { ports, turns } = call;
  const connections = new ConnectionCounts();
  await turns.each(ports.connections(), (connection) => connections.add(connection));
  return writeStream(call, metricsContentType, pieces(call, connections));
}

function* pieces({ ports }: Call, connections: ConnectionCounts): Iterable<string> {
  const { broker, options, node, process } = ports;
  const chosen = new Chosen(broker, options["metrics-per-topic"]);
  yield* processMetrics({ role: "nsqd", version: node.version }, process);
  yield* nodeMetrics(ports, connections, chosen);
  yield* topicMetrics(chosen);
}
