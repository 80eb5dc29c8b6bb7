/** A node that consumers shall not be sent to for a while, for none of its topics: said to every lookup (CW9). */
import { mapBounded } from "../bounded.ts";
import type { Collector } from "../collector/collector.ts";
import type { ActionNodeResult, NodeTombstoned } from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";
import type { ActionLog, AskedBy } from "./action-log.ts";
import { Failure } from "./failure.ts";
import { nodeCodeOf } from "./nodes.ts";

const askedAtOnceMax = 8;
const lookupsAtOnceMax = 4;
/** In all: nobody waits for longer before a page. */
const tellMsMax = 30_000;

/** Throws `Failure`: nobody to say it to, or nothing to say. */
export async function tombstoneNode(
  { collector, log, by }: { collector: Collector; log: ActionLog; by: AskedBy },
  key: string,
): Promise<NodeTombstoned> {
  const node = collector.node(key);
  if (!node) throw new Failure("not-found", "There is no such node.");
  const lookups = collector.lookups?.peers ?? [];
  const live = node.state.node;
  if (lookups.length === 0) throw new Failure("no-node", "There are no lookups to say it to.");
  if (live === null) throw new Failure("node-unreachable", "That node has not said where it is.");
  const topics = [...node.state.topics.keys()];
  const at = `${live.broadcastAddress}:${live.httpPort}`;
  const endsMs = performance.now() + tellMsMax;
  const nodes = await mapBounded(lookups, lookupsAtOnceMax, (lookup) => tell(lookup, topics, at, endsMs));
  log.write({
    ...by,
    action: "tombstone-node",
    object: { node: key, topics: topics.length },
    result: nodes.every(({ ok }) => ok) ? "ok" : "partly",
  });
  return { topics: topics.length, nodes, requestId: by.requestId ?? "" };
}

/** A lookup that refuses one, or does not answer, is not asked for the rest. */
async function tell(
  lookup: HttpPeer,
  topics: readonly string[],
  node: string,
  endsMs: number,
): Promise<ActionNodeResult> {
  const begunMs = performance.now();
  let done = 0;
  let why: string | null = null;
  await mapBounded(topics, askedAtOnceMax, async (topic) => {
    if (why !== null) return;
    if (performance.now() > endsMs) {
      why = "it took too long";
      return;
    }
    const answer = await lookup.call({ method: "POST", path: "/topic/tombstone", query: { topic, node } });
    if (answer.status === 200) done++;
    // One that went meanwhile needs none.
    else if (answer.status === 404) done++;
    else why = answer.status === 0 ? `unreachable: ${answer.body}` : nodeCodeOf(answer);
  });
  const code = why === null ? "" : `${why} (${done} of ${topics.length} topics)`;
  return {
    node: lookup.address.key,
    ok: why === null,
    code,
    tookMs: Math.round(performance.now() - begunMs),
  };
}
