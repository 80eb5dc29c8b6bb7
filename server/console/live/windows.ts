/** All windows that pages have open, by socket and room, and their turn at every tick. */
import { setImmediate as turn } from "node:timers/promises";
import type { PaceMs, Snapshot, WindowRequest } from "../contract/index.ts";
import type { FeedMessage } from "./feed.ts";
import { Listings } from "./listings.ts";
import { type KeyedRow, rowSource } from "./row-source.ts";
import type { WindowTarget } from "./targets.ts";
import type { ViewSource } from "./views.ts";
import { lookOnce, Window, type WindowPlace } from "./window.ts";

/** The sockets' turn comes again after so long with windows. */
const sliceMs = 8;

export interface WindowListener {
  readonly send: (message: FeedMessage) => void;
  /** False: it has not taken what it was sent before; it is left out, and the next delta has everything. */
  readonly ready: () => boolean;
}

interface Open {
  readonly window: Window;
  readonly listener: WindowListener;
}

export class Windows {
  readonly #source: ViewSource;
  readonly #listings: Listings;
  readonly #open = new Map<string, Open>();
  readonly #count: (target: WindowTarget, more: 1 | -1) => void;
  #ticking = false;

  /** `count`: told of each that opens and closes. */
  constructor(source: ViewSource, count: (target: WindowTarget, more: 1 | -1) => void) {
    this.#source = source;
    this.#count = count;
    this.#listings = new Listings(() => source.collector.clock.nowMs());
    source.collector.onTick(() => void this.#tick());
  }

  /** Opens the window that `id` names, or moves it. What is to be sent first comes back. */
  ask(
    id: string,
    place: WindowPlace,
    request: WindowRequest,
    paceMs: PaceMs,
    listener: WindowListener,
  ): FeedMessage {
    const open = this.#open.get(id);
    if (open !== undefined) {
      open.window.paceMs = paceMs;
      return open.window.ask(request);
    }
    this.#count(place.target, 1);
    const window = new Window(this.#source, this.#listings, place, request, paceMs);
    this.#open.set(id, { window, listener });
    return window.snapshot();
  }

  close(id: string): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    this.#count(open.window.place.target, -1);
  }

  /** For the API. `data` null: there is no such thing. */
  read(place: WindowPlace, request: WindowRequest): Snapshot {
    const data = lookOnce(this.#source, this.#listings, place, request);
    return { room: place.room, rev: 0, atMs: this.#source.collector.clock.wallMs(), data } as Snapshot;
  }

  /** All rows that match, in their order; none, where there is no such thing. */
  list(place: WindowPlace, request: WindowRequest): readonly KeyedRow[] {
    const rows = rowSource(this.#source, place.target, place.eye);
    if (rows === null) return [];
    const { keys } = this.#listings.get(`${place.room} ${place.eye.key}`, request, rows, 0);
    return keys.flatMap((key) => rows.get(key) ?? []);
  }

  async #tick(): Promise<void> {
    // One that is still at the last tick's windows: they get the newest rows all the same.
    if (this.#ticking) return;
    this.#ticking = true;
    let untilMs = performance.now() + sliceMs;
    for (const [id, { window, listener }] of [...this.#open]) {
      if (performance.now() > untilMs) {
        await turn();
        untilMs = performance.now() + sliceMs;
      }
      if (!this.#open.has(id) || !listener.ready()) continue;
      const message = window.tick();
      if (message !== null) listener.send(message);
    }
    this.#listings.prune();
    this.#ticking = false;
  }
}
