/**
 * Of what samples are written. Everything, as long as that is no more than there may be series; else the whole, the
 * nodes, and of topics and channels the most active: those that move most, then those that have most waiting. What the
 * other topics come to is one series together, so that the parts add up to the whole.
 */
import type { Collector } from "../collector/collector.ts";
import { type Flow, otherRoom, rooms } from "../contract/index.ts";

/** Who is in stays in for so long: places that change hands every moment would leave nobody with a history. */
const rankEveryMs = 300_000;
/** Nodes take places too, but never more of them than these parts of all. */
const nodeShare = 0.5;

export class Selection {
  #rooms: ReadonlySet<string> = new Set();
  #rankedAtMs = Number.NEGATIVE_INFINITY;
  /** Everything that could have a series. */
  objects = 0;

  get rooms(): ReadonlySet<string> {
    return this.#rooms;
  }

  /** Looks again what there is. */
  update(collector: Collector, seriesMax: number): void {
    const nodes = collector.nodes
      .slice(0, Math.ceil(seriesMax * nodeShare))
      .map(({ key }) => rooms.node(key) as string);
    let objects = 1 + collector.nodes.length + collector.topics.size;
    for (const { channels } of collector.topics.values()) objects += channels.size;
    this.objects = objects;
    const nowMs = collector.clock.nowMs();
    const crowded = objects > seriesMax;
    const fixed: string[] = ["overview", ...(crowded ? [otherRoom] : []), ...nodes];
    // As it was ranked a moment ago, if it was crowded then.
    const isRanked = this.#rooms.has(otherRoom) && this.#rooms.size <= seriesMax;
    if (crowded && isRanked && nowMs - this.#rankedAtMs < rankEveryMs) return;
    this.#rankedAtMs = nowMs;
    const queues = crowded
      ? this.#ranked(collector, seriesMax - fixed.length)
      : Array.from(queuesOf(collector), ({ room }) => room);
    this.#rooms = new Set([...fixed, ...queues]);
  }

  #ranked(collector: Collector, most: number): string[] {
    const before = this.#rooms;
    return Array.from(queuesOf(collector), ({ room, flow }) => ({
      room,
      rate: ((flow.inRate ?? 0) + (flow.outRate ?? 0)) * (before.has(room) ? 2 : 1),
      depth: (flow.depth ?? 0) + (flow.inFlight ?? 0),
    }))
      .sort((one, other) => other.rate - one.rate || other.depth - one.depth)
      .slice(0, Math.max(0, most))
      .map(({ room }) => room);
  }
}

function* queuesOf(collector: Collector): Generator<{ readonly room: string; readonly flow: Flow }> {
  for (const [topic, joined] of collector.topics) {
    yield { room: rooms.topic(topic), flow: joined.row.flow };
    for (const [channel, { row }] of joined.channels)
      yield { room: rooms.channel(topic, channel), flow: row.flow };
  }
}
