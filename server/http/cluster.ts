/** `/v1/cluster/…`: NSQ's verbs on all nodes of the cluster, those that are away included. */
import { isEphemeral, isValidName } from "../broker/names.ts";
import { topicAndChannel, topicArgument } from "../http-api/arguments.ts";
import { Refusal } from "../http-api/errors.ts";
import { writeStream } from "../http-api/stream.ts";
import { parseQuery } from "../http-api/target.ts";
import { type Answer, type Call, Json } from "./call.ts";
import { type ClusterAct, type ClusterPort, clusterVerbs, topicVerbs } from "./ports.ts";
import { array } from "./stats-json.ts";

export async function actOnTopic(call: Call): Promise<Answer> {
  const query = parseQuery(call.rawQuery);
  const topic = query instanceof Refusal ? query : topicArgument(query);
  if (topic instanceof Refusal) return topic;
  return isValidName(topic) ? act(call, topic, null) : new Refusal("INVALID_TOPIC");
}

export async function actOnChannel(call: Call): Promise<Answer> {
  const named = topicAndChannel(call.rawQuery);
  return named instanceof Refusal ? named : act(call, named.topic, named.channel);
}

async function act(call: Call, topic: string, channel: string | null): Promise<Answer> {
  const { cluster } = call.ports;
  const verbs = channel === null ? topicVerbs : clusterVerbs;
  const verb = verbs.find((known) => known === call.parameter);
  if (verb === undefined) return new Refusal("NOT_FOUND");
  if (cluster === null) return noDatabase;
  if (isEphemeral(topic) || (channel !== null && isEphemeral(channel))) {
    return new Refusal("EPHEMERAL", "what is ephemeral belongs to one node");
  }
  const asked: ClusterAct = { verb, topic, channel };
  const outcome = await cluster.act(asked);
  if (!outcome.done)
    return new Refusal(outcome.why === "not found" ? missing(channel) : "UNAVAILABLE", outcome.detail);
  return new Json({ version: outcome.version, warnings: outcome.warnings });
}

/** What is declared, and where this node differs. */
export async function clusterTopology(call: Call): Promise<Answer> {
  const { cluster } = call.ports;
  return cluster === null
    ? noDatabase
    : writeStream(call, "application/json; charset=utf-8", topologyJson(cluster.topology()));
}

function* topologyJson({
  version,
  topics,
  differences,
}: ReturnType<ClusterPort["topology"]>): Iterable<string> {
  yield `{"version":${version},"topics":`;
  yield* array(topics, text);
  yield ',"differences":';
  yield* array(differences, text);
  yield "}";
}

const text = (value: object) => [JSON.stringify(value)];

/** In how many places this node is not as declared. */
export function clusterDifferences(cluster: ClusterPort): number {
  let count = 0;
  for (const _ of cluster.topology().differences) count++;
  return count;
}

function missing(channel: string | null) {
  return channel === null ? "TOPIC_NOT_FOUND" : "CHANNEL_NOT_FOUND";
}

const noDatabase = new Refusal(
  "NO_DATABASE",
  "this node was started without --database-url and is on its own",
);
