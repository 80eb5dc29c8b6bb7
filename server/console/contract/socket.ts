/**
 * The events of the console's socket (socket.io, default namespace and path, WebSocket only).
 * Use with `Socket<ServerEvents, ClientEvents>` in the browser.
 */
import type { SessionInfo } from "./console.ts";
import type { ApiFailure } from "./failures.ts";
import type { Delta, PaceMs, Room, Snapshot } from "./rooms.ts";
import type { WindowRequest } from "./windows.ts";

export type Ack = { readonly ok: true } | { readonly ok: false; readonly error: ApiFailure };

export interface WatchOptions {
  /** Default: `pacesMs.seen`. */
  readonly paceMs?: PaceMs;
  /** Of a room of a long table: which part of it. Another one than before: a delta brings what is new in it. */
  readonly window?: WindowRequest;
}

/** From the browser. */
export interface ClientEvents {
  /** Asks for a snapshot and what follows; also after a gap, and to change the pace. The ack comes after the snapshot. */
  watch: (room: Room, options: WatchOptions, ack: (answer: Ack) => void) => void;
  unwatch: (room: Room, ack: (answer: Ack) => void) => void;
  /** For the offset of the clocks: the console's wall clock. */
  time: (ack: (serverMs: number) => void) => void;
}

/** To the browser. */
export interface ServerEvents {
  /** First of all, after every connect. */
  hello: (hello: Hello) => void;
  snapshot: (snapshot: Snapshot) => void;
  delta: (delta: Delta) => void;
  /** The session is over: sign in again without losing the view. The socket is closed after it. */
  reauth: (why: { readonly reason: "expired" | "revoked" }) => void;
}

export interface Hello {
  readonly serverMs: number;
  /** Differs after a restart of the console. */
  readonly bootId: string;
  readonly version: string;
  readonly session: SessionInfo;
}

/** Rooms one socket may watch at a time. */
export const roomsPerSocketMax = 16;
/** Sockets one session may have open. */
export const socketsPerSessionMax = 32;
