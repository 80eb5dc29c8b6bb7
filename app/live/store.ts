/**
 * Everything that moves on the pages: one socket, the rooms it watches, and what was last heard of each.
 *
 * Events are folded as they arrive; the pages see them at most once a frame, so a burst costs one
 * render. While somebody holds the page (`setPaused`) what is shown stands still and folding goes on.
 */
import type { Socket } from "socket.io-client";
import {
  apiPaths,
  type ClientEvents,
  type Hello,
  pacesMs,
  type Room,
  type ServerEvents,
  type Snapshot,
  type WindowRequest,
  type WindowRoom,
  type WindowView,
} from "../../server/console/contract/index.ts";
import { type Connection, retryDelayMs, unopened } from "./connection.ts";
import { foldDelta } from "./fold.ts";
import { get } from "./post.ts";
import { hiddenMaxMs } from "./use-forgotten.ts";

export type LiveSocket = Socket<ServerEvents, ClientEvents>;

/** Going from a page to its neighbour must not drop the room they share. */
const lingerMs = 400;

/** A window that is scrolled moves at most this often. */
const moveMs = 100;

/** What an answer about our session means; any other answer, or none, says nothing about it. */
const sessionByAnswer = { good: "good", "no-session": "over", "session-unknown": "unknown" } as const;

export class LiveStore {
  #socket: LiveSocket;
  #latest = new Map<Room, Snapshot>();
  #shown = new Map<Room, Snapshot>();
  #watched = new Map<Room, number>();
  #windows = new Map<WindowRoom, WindowRequest>();
  /** Moved, and not yet told to the server. */
  #moved = new Set<WindowRoom>();
  /** Moved by hand, so that what comes is shown even while the page is held. */
  #awaited = new Set<Room>();
  #moveTimer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();
  #connection = unopened;
  #attempt = 0;
  #frame = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  #dirty = false;

  constructor(socket: LiveSocket) {
    this.#socket = socket;
    socket.on("hello", (hello) => this.#greeted(hello));
    socket.on("snapshot", (snapshot) => this.#hold(snapshot));
    socket.on("delta", (delta) => {
      if (!this.#watched.has(delta.room)) return;
      const next = foldDelta(this.#latest.get(delta.room), delta);
      if (next === "gap") this.#watch(delta.room);
      else this.#hold(next);
    });
    socket.on("reauth", () => this.#change({ session: "over" }));
    socket.on("connect_error", () => this.#lost());
    socket.on("disconnect", () => this.#lost());
  }

  /** Opens the line; the function it returns closes it. */
  open(): () => void {
    const seen = () => this.#visibilityChanged();
    document.addEventListener("visibilitychange", seen);
    this.#socket.connect();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      clearTimeout(this.#retryTimer);
      clearTimeout(this.#hiddenTimer);
      clearTimeout(this.#moveTimer);
      this.#moveTimer = undefined;
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      this.#socket.disconnect();
      clearTimeout(this.#retryTimer);
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same object until something of that room changed. */
  shown(room: Room): Snapshot | undefined {
    return this.#shown.get(room);
  }

  connection = (): Connection => this.#connection;

  /** Follows a room until the function it returns is called. */
  follow(room: Room): () => void {
    this.#retain(room);
    return () => this.#release(room);
  }

  /** Which part of a long table is watched, now or once it is followed. */
  place(room: WindowRoom, request: WindowRequest): void {
    this.#windows.set(room, request);
    if (!this.#watched.has(room)) return;
    this.#moved.add(room);
    if (this.#moveTimer !== undefined) return;
    this.#tellMoved();
    this.#moveTimer = setTimeout(() => {
      this.#moveTimer = undefined;
      this.#tellMoved();
    }, moveMs);
  }

  /** Whether it is what a moved window waits for. */
  #isAwaited({ room, data }: Snapshot): boolean {
    if (!this.#awaited.has(room) || data === null) return false;
    return (data as WindowView).offset === (this.#windows.get(room as WindowRoom)?.offset ?? 0);
  }

  #tellMoved(): void {
    for (const room of this.#moved) {
      this.#awaited.add(room);
      if (this.#connection.phase === "open" && this.#watched.has(room)) this.#watch(room);
    }
    this.#moved.clear();
  }

  setPaused(paused: boolean): void {
    this.#change({ pausedAtMs: paused ? Date.now() : null, heldUpdates: 0 });
    if (!paused) this.#schedule();
  }

  retryNow(): void {
    clearTimeout(this.#retryTimer);
    this.#change({ phase: "connecting", retryAtMs: null });
    this.#socket.connect();
  }

  #greeted(hello: Hello): void {
    this.#attempt = 0;
    const offsetMs = hello.serverMs - Date.now();
    this.#change({ phase: "open", sinceMs: Date.now(), retryAtMs: null, session: "good", offsetMs });
    for (const room of this.#watched.keys()) this.#watch(room);
    const askedMs = Date.now();
    this.#socket.emit("time", (serverMs) => {
      this.#change({ offsetMs: Math.round(serverMs - (askedMs + Date.now()) / 2) });
    });
  }

  #hold(snapshot: Snapshot): void {
    if (!this.#watched.has(snapshot.room)) return;
    this.#latest.set(snapshot.room, snapshot);
    this.#dirty = true;
    const awaited = this.#isAwaited(snapshot);
    if (awaited) this.#awaited.delete(snapshot.room);
    if (this.#connection.pausedAtMs === null) this.#schedule();
    else if (awaited) {
      this.#shown = new Map(this.#shown).set(snapshot.room, snapshot);
      this.#tell();
    } else if (snapshot.room === "status") this.#change({ heldUpdates: this.#connection.heldUpdates + 1 });
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.#dirty) return;
      this.#dirty = false;
      this.#shown = new Map(this.#latest);
      this.#tell();
    });
  }

  #retain(room: Room): void {
    const watchers = this.#watched.get(room) ?? 0;
    this.#watched.set(room, watchers + 1);
    if (watchers === 0 && this.#connection.phase === "open") this.#watch(room);
  }

  #release(room: Room): void {
    setTimeout(() => {
      const watchers = (this.#watched.get(room) ?? 1) - 1;
      if (watchers > 0) {
        this.#watched.set(room, watchers);
        return;
      }
      this.#watched.delete(room);
      this.#latest.delete(room);
      this.#windows.delete(room as WindowRoom);
      this.#dirty = true;
      if (this.#connection.phase === "open") this.#socket.emit("unwatch", room, () => {});
    }, lingerMs);
  }

  #watch(room: Room): void {
    const paceMs = document.hidden ? pacesMs.hidden : pacesMs.seen;
    const window = this.#windows.get(room as WindowRoom);
    this.#socket.emit("watch", room, { paceMs, ...(window && { window }) }, (answer) => {
      if (!answer.ok && answer.error.code === "no-session") this.#change({ session: "over" });
    });
  }

  #visibilityChanged(): void {
    clearTimeout(this.#hiddenTimer);
    if (document.hidden) {
      this.#hiddenTimer = setTimeout(() => this.#socket.disconnect(), hiddenMaxMs);
    } else if (this.#connection.phase === "lost") {
      this.retryNow();
      return;
    }
    if (this.#connection.phase === "open") for (const room of this.#watched.keys()) this.#watch(room);
  }

  #lost(): void {
    clearTimeout(this.#retryTimer);
    const delayMs = retryDelayMs(this.#attempt++, Math.random());
    const nowMs = Date.now();
    const sinceMs = this.#connection.phase === "lost" ? this.#connection.sinceMs : nowMs;
    this.#change({ phase: "lost", sinceMs, retryAtMs: nowMs + delayMs });
    this.#retryTimer = setTimeout(() => this.#socket.connect(), delayMs);
    // A refused handshake does not say why: a page without a session has to learn it elsewhere.
    void get(apiPaths.session).then((asked) => {
      const code = asked.ok ? "good" : asked.failure.code;
      if (this.#connection.phase !== "open" && code in sessionByAnswer)
        this.#change({ session: sessionByAnswer[code as keyof typeof sessionByAnswer] });
    });
  }

  #change(part: Partial<Connection>): void {
    this.#connection = { ...this.#connection, ...part };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
