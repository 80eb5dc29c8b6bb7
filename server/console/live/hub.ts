/** All feeds that somebody watches, and what they need while they are watched. */

import type { RecentActions } from "../audit/recent-actions.ts";
import { ClientsPoll } from "../collector/clients.ts";
import type { Collector } from "../collector/collector.ts";
import type { PaceMs, Room, Snapshot } from "../contract/index.ts";
import type { JobsWatch } from "../jobs/watch.ts";
import { type Eye, eyeKey } from "./eye.ts";
import { Feed, type FeedMessage } from "./feed.ts";
import { Sights } from "./sights.ts";
import type { RoomTarget, WindowTarget } from "./targets.ts";
import { type ViewSource, viewOf } from "./views.ts";
import { Windows } from "./windows.ts";

/** `overview@1000`, and for whom if not for all: those who get the same deltas. */
export function feedKey(room: Room, paceMs: PaceMs, eye: Eye): string {
  const whose = eyeKey(eye, room);
  return whose === "" ? `${room}@${paceMs}` : `${room}@${paceMs} ${whose}`;
}

export class Hub {
  readonly source: ViewSource;
  /** Of long tables. */
  readonly windows: Windows;
  readonly #collector: Collector;
  readonly #feeds = new Map<string, Feed>();
  readonly #polls = new Map<string, { readonly poll: ClientsPoll; users: number }>();
  readonly #send: (feedKey: string, message: FeedMessage) => void;

  constructor(
    collector: Collector,
    recent: RecentActions,
    cluster: string,
    send: (feedKey: string, message: FeedMessage) => void,
    jobs: JobsWatch | null = null,
  ) {
    this.#collector = collector;
    this.#send = send;
    this.source = {
      collector,
      cluster,
      jobs,
      // Made before what is told of ticks after it: their sums are those of the same tick.
      sights: new Sights(collector),
      recent,
      clientsOf: (topic, channel) => this.#polls.get(`${topic}/${channel}`)?.poll,
    };
    this.windows = new Windows(this.source, (target, more) => this.#countPoll(target, more));
    collector.onTick(() => this.#tick());
  }

  /** One more watches. The snapshot is what the feed's next delta follows. */
  join(room: Room, target: RoomTarget, paceMs: PaceMs, eye: Eye): Snapshot {
    const key = feedKey(room, paceMs, eye);
    let feed = this.#feeds.get(key);
    if (!feed) {
      this.#keepRing(room, target);
      this.#countPoll(target, 1);
      feed = new Feed(this.source, room, target, paceMs, eye);
      this.#feeds.set(key, feed);
    }
    feed.members += 1;
    return feed.snapshot();
  }

  /** The snapshot again, for one who missed a delta. */
  again(room: Room, paceMs: PaceMs, eye: Eye): Snapshot | null {
    return this.#feeds.get(feedKey(room, paceMs, eye))?.snapshot() ?? null;
  }

  leave(room: Room, paceMs: PaceMs, eye: Eye): void {
    const key = feedKey(room, paceMs, eye);
    const feed = this.#feeds.get(key);
    if (!feed) return;
    feed.members -= 1;
    if (feed.members > 0) return;
    this.#feeds.delete(key);
    this.#countPoll(feed.target, -1);
  }

  /** For the API: the room as it is now, outside any feed. */
  read(room: Room, target: RoomTarget, eye: Eye): Snapshot {
    return {
      room,
      rev: 0,
      atMs: this.#collector.clock.wallMs(),
      data: viewOf(this.source, target, eye),
    } as Snapshot;
  }

  close(): void {
    for (const { poll } of this.#polls.values()) poll.stop();
    this.#polls.clear();
    this.#feeds.clear();
  }

  #tick(): void {
    for (const [key, feed] of this.#feeds) {
      this.#keepRing(feed.room, feed.target);
      const message = feed.tick();
      if (message) this.#send(key, message);
    }
  }

  #keepRing(room: Room, target: RoomTarget): void {
    if (target.kind !== "topic" && target.kind !== "channel") return;
    const topic = this.#collector.topics.get(target.topic);
    if (!topic || (target.kind === "channel" && !topic.channels.has(target.channel))) return;
    this.#collector.rings.watched(room, this.#collector.clock.nowMs());
  }

  #countPoll(target: RoomTarget | WindowTarget, more: 1 | -1): void {
    if (target.kind !== "channel" && target.kind !== "clients") return;
    const key = `${target.topic}/${target.channel}`;
    const entry = this.#polls.get(key) ?? {
      poll: new ClientsPoll(target, () => this.#collector.nodes, this.#collector.clock),
      users: 0,
    };
    entry.users += more;
    this.#polls.set(key, entry);
    if (entry.users > 0) return;
    entry.poll.stop();
    this.#polls.delete(key);
  }
}
