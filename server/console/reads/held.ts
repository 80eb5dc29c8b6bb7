/** Messages that consumers hold, that wait until they are due, or that come again and again, of many channels at once. */
import { mapBounded } from "../bounded.ts";
import type { JoinedTopic } from "../collector/join.ts";
import {
  type ChannelRow,
  type DeferredRow,
  type HeldRow,
  type HeldState,
  type HeldView,
  heldChannelsMax,
  type InFlightRow,
  type NodeRead,
  type PoisonRow,
  readRowsShownMax,
} from "../contract/index.ts";
import type { Reads } from "./reads.ts";

export interface HeldWanted {
  readonly state: HeldState;
  /** null: any. */
  readonly topic: string | null;
  readonly channel: string | null;
  /** Whether the reader may know of this channel. */
  readonly sees: (topic: string, channel: string) => boolean;
}

interface Place {
  readonly topic: string;
  readonly channel: string;
  readonly count: number;
}

const askedAtOnce = 2;

/** What tells the three apart: how many a channel has, and what stands first. */
const kinds: {
  readonly [State in HeldState]: {
    readonly count: (channel: ChannelRow) => number | null;
    readonly order: (row: HeldRow<State>) => number;
  };
} = {
  inflight: { count: ({ flow }) => flow.inFlight, order: ({ deadlineAtMs }) => deadlineAtMs },
  deferred: { count: ({ flow }) => flow.deferred, order: ({ dueAtMs }) => dueAtMs },
  poison: { count: ({ poison }) => poison, order: ({ attempts }) => -attempts },
};

const readers = {
  inflight: (reads: Reads, { topic, channel }: Place) => reads.inFlight(topic, channel),
  deferred: (reads: Reads, { topic, channel }: Place) => reads.deferred(topic, channel),
  poison: (reads: Reads, { topic, channel }: Place) => reads.poison(topic, channel),
} as const;

/** What one channel has. */
interface PlaceView extends Pick<HeldView, "atMs" | "nodes" | "total" | "cut"> {
  readonly rows: readonly (InFlightRow | DeferredRow | PoisonRow)[];
}

/** Of the fullest channels; how many more have some is said. */
export async function readHeld(
  topics: ReadonlyMap<string, JoinedTopic>,
  reads: Reads,
  wanted: HeldWanted,
  atMs: number,
): Promise<HeldView> {
  const { state } = wanted;
  const places = heldPlaces(topics, wanted);
  const asked = places.slice(0, heldChannelsMax);
  const views = await mapBounded(
    asked,
    askedAtOnce,
    (place): Promise<PlaceView> => readers[state](reads, place),
  );
  const order = kinds[state].order as (row: HeldRow) => number;
  const rows = views.flatMap((view, at) => {
    const { topic, channel } = asked[at]!;
    return view.rows.map(
      (row): HeldRow => ({ ...row, topic, channel, key: `${topic}/${channel} ${row.key}` }),
    );
  });
  return {
    atMs: views.reduce((oldest, view) => Math.min(oldest, view.atMs), atMs),
    nodes: joined(views.flatMap(({ nodes }) => nodes)),
    total: views.reduce((sum, { total }) => sum + total, 0),
    cut: views.some(({ cut }) => cut),
    channels: asked.length,
    channelsLeft: places.length - asked.length,
    rows: rows.sort((one, other) => order(one) - order(other)).slice(0, readRowsShownMax),
  };
}

/** Channels that have any, the fullest first. */
export function heldPlaces(
  topics: ReadonlyMap<string, JoinedTopic>,
  { state, topic, channel, sees }: HeldWanted,
): readonly Place[] {
  const { count } = kinds[state];
  const places: Place[] = [];
  for (const [name, { channels }] of topics) {
    if (topic !== null && name !== topic) continue;
    for (const [one, { row }] of channels) {
      const many = count(row) ?? 0;
      if (many > 0 && (channel === null || one === channel) && sees(name, one))
        places.push({ topic: name, channel: one, count: many });
    }
  }
  return places.sort((one, other) => other.count - one.count);
}

/** Of each node the worst that it said for any channel, and how much it has of all. */
function joined(reads: readonly NodeRead[]): readonly NodeRead[] {
  const byNode = new Map<string, NodeRead>();
  for (const one of reads) {
    const before = byNode.get(one.node);
    if (before === undefined) byNode.set(one.node, one);
    else if (before.state === "ok")
      byNode.set(one.node, one.state === "ok" ? { ...one, total: sumOf(before, one) } : one);
  }
  return [...byNode.values()];
}

function sumOf(one: NodeRead, other: NodeRead): number | null {
  return one.total === null || other.total === null ? null : one.total + other.total;
}
