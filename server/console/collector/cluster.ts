/** The nodes among each other: each one's own word, and of those that are not heard what the others see of them. */
import type { LiveOtherNode } from "../../protocol/live.ts";
import type {
  AdoptionRow,
  ClusterNodeRow,
  ClusterView,
  Durability,
  NodeRow,
  PostgresView,
} from "../contract/index.ts";
import type { Collector } from "./collector.ts";
import type { KnownNode } from "./node-state.ts";
import type { Subscription } from "./subscription.ts";

const adoptionsMax = 100;
/** A node that is not heard and has nothing to take over is remembered for so long. */
const goneMsMax = 600_000;

export function clusterView(collector: Collector): ClusterView {
  let durableTopicCount = 0;
  for (const { row } of collector.topics.values()) if (row.durable !== "none") durableTopicCount++;
  return {
    coverage: collector.coverage(),
    nodes: nodesOf(collector),
    adoptions: adoptionsOf(collector),
    postgres: postgresOf(collector.nodeRows),
    durableTopicCount,
    topicCount: collector.topics.size,
  };
}

interface Sight {
  readonly by: string;
  readonly other: LiveOtherNode;
}

/** What is seen of each node by the one that saw it renewed last. */
function sights(nodes: readonly Subscription[]): ReadonlyMap<string, Sight> {
  const found = new Map<string, Sight>();
  for (const node of nodes) {
    if (!node.fresh) continue;
    for (const other of node.state.node?.cluster?.others ?? []) {
      const before = found.get(other.nodeId);
      if (before === undefined || other.unrenewedMs < before.other.unrenewedMs)
        found.set(other.nodeId, { by: node.key, other });
    }
  }
  return found;
}

function nodesOf({ nodes }: Collector): readonly ClusterNodeRow[] {
  const seen = sights(nodes);
  const rows = nodes.map((node): ClusterNodeRow => {
    const live = node.state.node;
    const own = live?.cluster ?? null;
    const sight = live === null ? undefined : seen.get(live.id);
    const named = {
      key: live?.id ?? node.key,
      node: node.key,
      hostname: live?.hostname ?? null,
      state: node.fresh ? "up" : live === null ? "connecting" : "silent",
      drain: own?.drain ?? null,
      testing: node.fresh && (own?.testing ?? false),
    } as const;
    // What it said last is not what is so: the others see its lease.
    if (!node.fresh && sight !== undefined) {
      const fields = seenFields(sight);
      return { ...named, ...fields, lease: isTaken(nodes, live) ? "lost" : fields.lease };
    }
    return {
      ...named,
      epoch: own?.epoch ?? null,
      lease: node.fresh ? (own?.lease ?? null) : null,
      ttlMs: own?.ttlMs ?? null,
      renewedAgoMs: node.fresh ? (own?.renewedAgoMs ?? null) : null,
      seenBy: null,
      holds: own?.logs == null ? (sight?.other.holds ?? null) : own.logs > 0,
      logs: (node.fresh ? own?.logs : null) ?? sight?.other.logs ?? null,
    };
  });
  const heard = new Set(rows.map((row) => row.key));
  for (const [nodeId, sight] of seen) {
    const { hostname, holds, unrenewedMs } = sight.other;
    if (heard.has(nodeId) || (!holds && unrenewedMs > goneMsMax)) continue;
    rows.push({
      key: nodeId,
      node: null,
      hostname,
      state: "unheard",
      drain: null,
      testing: false,
      ...seenFields(sight),
    });
  }
  return rows;
}

/** Another has taken over from it since it was heard: its lease was raised by that, not renewed. */
function isTaken(nodes: readonly Subscription[], gone: KnownNode | null): boolean {
  const epoch = gone?.cluster?.epoch ?? null;
  if (gone === null || epoch === null) return false;
  return nodes.some((node) =>
    node.state.node?.cluster?.adoptions.some((of) => of.nodeId === gone.id && of.epoch > epoch),
  );
}

function seenFields({ by, other }: Sight) {
  const { epoch, ttlMs, unrenewedMs, released, holds, logs } = other;
  const lease = released ? "released" : unrenewedMs > ttlMs ? "expired" : "held";
  return { epoch, lease, ttlMs, renewedAgoMs: unrenewedMs, seenBy: by, holds, logs } as const;
}

function adoptionsOf({ nodes }: Collector): readonly AdoptionRow[] {
  const known = new Map(nodes.map((node) => [node.state.node?.id, node]));
  const hostnames = new Map<string, string>();
  for (const [nodeId, { other }] of sights(nodes)) hostnames.set(nodeId, other.hostname);
  const rows = nodes.flatMap((node) =>
    (node.state.node?.cluster?.adoptions ?? []).map(({ nodeId, ...adoption }): AdoptionRow => {
      const of = known.get(nodeId);
      return {
        ...adoption,
        key: `${node.key} ${nodeId} ${adoption.epoch} ${adoption.atMs}`,
        by: node.key,
        of: nodeId,
        ofNode: of?.key ?? null,
        ofHostname: of?.state.node?.hostname ?? hostnames.get(nodeId) ?? null,
      };
    }),
  );
  return rows.sort((one, other) => other.atMs - one.atMs).slice(0, adoptionsMax);
}

const worst = { down: 0, starting: 1, up: 2 } as const;
const worstWord: Readonly<Record<Durability["state"], number>> = { refused: 0, "at-risk": 1, kept: 2 };

/** All nodes share one Postgres; where they see it differently, the worst is what a durable topic may meet. */
function postgresOf(rows: readonly NodeRow[]): PostgresView {
  const stores = rows.flatMap(({ key, state, store }) =>
    state === "up" && store?.kind === "postgres" ? [{ key, store }] : [],
  );
  const [first] = stores.toSorted(
    (one, other) =>
      worst[one.store.state] - worst[other.store.state] || one.store.sinceMs - other.store.sinceMs,
  );
  if (first === undefined) {
    return {
      ...{ state: "none", sinceMs: null, reason: null, nodes: [], durability: null },
      ...{ commitP50Ms: null, commitP99Ms: null },
    };
  }
  const { state, sinceMs, reason } = first.store;
  const [durability] = stores
    .flatMap(({ store }) => (store.durability === null ? [] : [store.durability]))
    .sort((one, other) => worstWord[one.state] - worstWord[other.state]);
  const slowest = (of: (store: (typeof stores)[number]["store"]) => number | null) => {
    const known = stores.flatMap(({ store }) => of(store) ?? []);
    return known.length === 0 ? null : Math.max(...known);
  };
  return {
    ...{ state, sinceMs, reason },
    nodes: stores.filter(({ store }) => store.state === state).map(({ key }) => key),
    durability: durability ?? null,
    commitP50Ms: slowest((store) => store.commitP50Ms),
    commitP99Ms: slowest((store) => store.commitP99Ms),
  };
}
