/** Acting on nodes through NSQ's own HTTP API, and counting what an act would meet. */
import { z } from "zod";
import { mapBounded } from "../bounded.ts";
import type { Collector } from "../collector/collector.ts";
import type { Subscription } from "../collector/subscription.ts";
import {
  type ActionName,
  type ActionNodeResult,
  type ActionTarget,
  type Impact,
  levelOf,
} from "../contract/index.ts";
import type { HttpPeer, PeerAnswer } from "../http-peer.ts";
import { Failure } from "./failure.ts";
import { isDurable } from "./weight.ts";

/** What is said to the cluster, of a topic's class. */
type ClassAction = "make-durable" | "make-memory";

/** About one node alone. */
type SingleAction = "kick-client" | "tombstone-topic";

const paths: Readonly<Record<Exclude<ActionName, ClassAction | SingleAction>, string>> = {
  "create-topic": "/topic/create",
  "create-channel": "/channel/create",
  "pause-topic": "/topic/pause",
  "unpause-topic": "/topic/unpause",
  "pause-channel": "/channel/pause",
  "unpause-channel": "/channel/unpause",
  "empty-topic": "/topic/empty",
  "empty-channel": "/channel/empty",
  "delete-topic": "/topic/delete",
  "delete-channel": "/channel/delete",
};

const classPaths: Readonly<Record<ClassAction, string>> = {
  "make-durable": "/v1/cluster/topic/durable",
  "make-memory": "/v1/cluster/topic/memory",
};

function isSingle(action: ActionName): action is SingleAction {
  return action === "kick-client" || action === "tombstone-topic";
}

function isOfClass(action: ActionName): action is ClassAction {
  return Object.hasOwn(classPaths, action);
}

/** Emptying a few million messages takes a node a moment. */
const actTimeoutMs = 20_000;
const countTimeoutMs = 3_000;
const lookupsAtOnceMax = 8;

/** Where an action has something to do: creating, everywhere; else where the topic or channel is, and where that is not known. */
export function nodesFor(collector: Collector, target: ActionTarget): readonly Subscription[] {
  if (target.action === "create-topic" || target.action === "create-channel") return collector.nodes;
  return collector.nodes.filter((node) => {
    if (!node.fresh) return true;
    const topic = node.state.topics.get(target.topic);
    return topic !== undefined && (target.channel === undefined || topic.channels.has(target.channel));
  });
}

/** Lookups know topics and channels, and nothing of pausing and emptying. */
export function lookupsFor({ lookups }: Collector, { action }: ActionTarget): readonly HttpPeer[] {
  return lookups && /^(create|delete)-/.test(action) ? lookups.peers : [];
}

/**
 * What is said to all nodes is said to one of them, the first that takes it; the others read it. null: it is not
 * of that kind. Throws `Failure`.
 */
export async function sayToCluster(
  collector: Collector,
  { action, topic }: ActionTarget,
): Promise<ActionNodeResult | null> {
  if (!isOfClass(action)) return null;
  let result: ActionNodeResult | null = null;
  for (const { fresh, state, peer } of collector.nodes) {
    if (!fresh || state.node?.clusterDifferences == null) continue;
    const answer = await peer.call({ method: "POST", path: classPaths[action], query: { topic } });
    result = resultOf(peer.address.key, answer);
    // Said twice it is the same; another node may have its Postgres still.
    if (answer.status !== 0 && answer.status !== 503) break;
  }
  if (result === null)
    throw new Failure("no-node", "No node that answers has a database: there is nowhere to say it.");
  return result;
}

/** What concerns one node, said to it or to the lookups of it. null: it is not of that kind. Throws `Failure`. */
export async function actOnOne(
  collector: Collector,
  target: ActionTarget,
): Promise<readonly ActionNodeResult[] | null> {
  if (!isSingle(target.action)) return null;
  const node = collector.node(target.node ?? "");
  if (!node) throw new Failure("not-found", "There is no such node.");
  if (target.action === "kick-client") {
    if (node.limits !== null)
      throw new Failure("node-refused", "That node cannot disconnect a client: no nsqd can.");
    const query = { address: target.client ?? "" };
    return [resultOf(node.key, await node.peer.call({ method: "POST", path: "/v1/client/kick", query }))];
  }
  const lookups = collector.lookups?.peers ?? [];
  const live = node.state.node;
  if (lookups.length === 0) throw new Failure("no-node", "There are no lookups to say it to.");
  if (live === null) throw new Failure("node-unreachable", "That node has not said where it is.");
  const query = { topic: target.topic, node: `${live.broadcastAddress}:${live.httpPort}` };
  return mapBounded(lookups, lookupsAtOnceMax, async (lookup) =>
    resultOf(lookup.address.key, await lookup.call({ method: "POST", path: "/topic/tombstone", query })),
  );
}

/** On a node, or on a lookup: the words are the same. */
export async function actOn(peer: HttpPeer, target: ActionTarget): Promise<ActionNodeResult> {
  const query = { topic: target.topic, ...(target.channel === undefined ? {} : { channel: target.channel }) };
  // A channel is created with its topic, as a consumer that subscribes does it.
  if (target.action === "create-channel") {
    const topic = await peer.call({
      method: "POST",
      path: "/topic/create",
      query: { topic: target.topic },
    });
    if (topic.status !== 200) return resultOf(peer.address.key, topic);
  }
  if (isOfClass(target.action)) throw new Error("a topic's class is said to the cluster");
  if (isSingle(target.action)) throw new Error("that concerns one node");
  const path = paths[target.action];
  return resultOf(
    peer.address.key,
    await peer.call({ method: "POST", path, query, timeoutMs: actTimeoutMs }),
  );
}

function resultOf(node: string, answer: PeerAnswer): ActionNodeResult {
  if (answer.status === 200) return { node, ok: true, code: "", tookMs: answer.tookMs };
  const code = answer.status === 0 ? `unreachable: ${answer.body}` : nodeCodeOf(answer);
  return { node, ok: false, code, tookMs: answer.tookMs };
}

/** What a node says in `{"message": …}`. */
export function nodeCodeOf(answer: PeerAnswer): string {
  try {
    const { message } = z.object({ message: z.string().max(1_024) }).parse(JSON.parse(answer.body));
    return message;
  } catch {
    return `HTTP ${answer.status}`;
  }
}

const count = z.number().nonnegative();
const stats = z.object({
  topics: z
    .array(
      z.object({
        topic_name: z.string(),
        depth: count,
        paused: z.boolean(),
        channels: z
          .array(
            z.object({
              channel_name: z.string(),
              depth: count,
              in_flight_count: count,
              deferred_count: count,
              client_count: count,
              paused: z.boolean(),
            }),
          )
          .nullable(),
      }),
    )
    .nullable(),
});

export type Counted = Omit<Impact, "etag"> & { readonly paused: boolean | null };

/** Asks the nodes now: what the collector has may be a second old. */
export async function countImpact(collector: Collector, target: ActionTarget): Promise<Counted> {
  const nodes = nodesFor(collector, target);
  const sums = { waiting: 0, inFlight: 0, deferred: 0, channels: 0, consumers: 0 };
  const [here, missing]: [string[], string[]] = [[], []];
  let paused: boolean | null = null;
  const answers = await Promise.all(nodes.map((node) => topicStats(node, target)));
  for (const [index, topic] of answers.entries()) {
    const node = nodes[index]!.key;
    if (topic === "unreachable") {
      missing.push(node);
      continue;
    }
    const channels = (topic?.channels ?? []).filter(
      (channel) => target.channel === undefined || channel.channel_name === target.channel,
    );
    if (!topic || (target.channel !== undefined && channels.length === 0)) continue;
    here.push(node);
    paused = (paused ?? false) || (target.channel === undefined ? topic.paused : channels[0]!.paused);
    if (target.channel === undefined) sums.waiting += topic.depth;
    // Emptying a topic leaves its channels as they are; deleting it takes them along.
    if (target.action === "empty-topic") continue;
    for (const channel of channels) {
      sums.waiting += channel.depth;
      sums.inFlight += channel.in_flight_count;
      sums.deferred += channel.deferred_count;
      sums.consumers += channel.client_count;
      sums.channels += 1;
    }
  }
  const { waiting, inFlight, deferred, channels, consumers } = sums;
  const total = waiting + inFlight + deferred;
  return {
    action: target.action,
    topic: target.topic,
    ...(target.channel === undefined ? {} : { channel: target.channel }),
    atMs: collector.clock.wallMs(),
    level: levelOf(target.action, {
      durable: isDurable(collector, target.topic),
      ...{ messages: total, isPartial: missing.length > 0 },
    }),
    messages: { total, waiting, inFlight, deferred },
    channels,
    consumers,
    nodes: here,
    missing,
    undoable: isOfClass(target.action),
    paused,
  };
}

type TopicStats = NonNullable<z.infer<typeof stats>["topics"]>[number];

async function topicStats(
  node: Subscription,
  target: ActionTarget,
): Promise<TopicStats | null | "unreachable"> {
  const query = {
    format: "json",
    topic: target.topic,
    include_clients: "false",
    include_mem: "false",
    ...(target.channel === undefined ? {} : { channel: target.channel }),
  };
  const answer = await node.peer.call({ method: "GET", path: "/stats", query, timeoutMs: countTimeoutMs });
  if (answer.status !== 200) return "unreachable";
  try {
    return (
      stats.parse(JSON.parse(answer.body)).topics?.find((topic) => topic.topic_name === target.topic) ?? null
    );
  } catch {
    return "unreachable";
  }
}
