/**
 * One room at one pace: a snapshot for whoever comes, then the same deltas for all, each with
 * the revision after the one before (CF1). Costs nothing while nobody watches: the hub drops it then.
 */
import type { Ring } from "../collector/series.ts";
import type { Delta, PaceMs, Room, Snapshot } from "../contract/index.ts";
import { diffViews } from "./diff.ts";
import type { Eye } from "./eye.ts";
import type { RoomTarget } from "./targets.ts";
import { ringOf, type ViewSource, viewOf } from "./views.ts";

export type FeedMessage =
  | { readonly event: "snapshot"; readonly payload: Snapshot }
  | { readonly event: "delta"; readonly payload: Delta };

export class Feed {
  readonly room: Room;
  readonly target: RoomTarget;
  readonly paceMs: PaceMs;
  /** How many watch it. */
  members = 0;
  readonly #source: ViewSource;
  readonly #eye: Eye;
  /** As those who watch have it now; null: there is no such thing. */
  #view: object | null;
  #rev = 1;
  /** Wall clock of the view. */
  #atMs: number;
  /** Of the room's charts; undefined: it has none. */
  #ring: Ring | undefined;
  /** Points of the ring that have been told. */
  #pushed: number;
  /** Monotonic. */
  #dueAtMs: number;

  constructor(source: ViewSource, room: Room, target: RoomTarget, paceMs: PaceMs, eye: Eye) {
    this.#source = source;
    this.#eye = eye;
    this.room = room;
    this.target = target;
    this.paceMs = paceMs;
    const { clock } = source.collector;
    this.#atMs = clock.wallMs();
    this.#dueAtMs = clock.nowMs() + paceMs;
    this.#view = viewOf(source, target, eye);
    this.#ring = ringOf(source, target, eye);
    this.#pushed = this.#ring?.pushed ?? 0;
  }

  /** What the next delta follows. */
  snapshot(): Snapshot {
    return { room: this.room, rev: this.#rev, atMs: this.#atMs, data: this.#view } as Snapshot;
  }

  /** The collector has ticked. null: at this pace it is not time yet. */
  tick(): FeedMessage | null {
    const { clock } = this.#source.collector;
    // Ticks come a little early or late: half a second of grace keeps the pace instead of halving it.
    if (this.paceMs > 1_000 && clock.nowMs() < this.#dueAtMs - 500) return null;
    this.#dueAtMs = clock.nowMs() + this.paceMs;
    const before = this.#view;
    const view = viewOf(this.#source, this.target, this.#eye);
    const ring = ringOf(this.#source, this.target, this.#eye);
    const points = ring?.points(this.#pushed) ?? [];
    const another = ring !== this.#ring;
    this.#view = view;
    this.#ring = ring;
    this.#pushed = ring?.pushed ?? 0;
    this.#rev += 1;
    this.#atMs = clock.wallMs();
    if (before === null || view === null || another) return { event: "snapshot", payload: this.snapshot() };
    const { set, tables } = diffViews(before, view);
    const payload = { room: this.room, rev: this.#rev, atMs: this.#atMs, set, tables, points } as Delta;
    return { event: "delta", payload };
  }
}
