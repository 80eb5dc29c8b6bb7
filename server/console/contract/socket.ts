/**
 * The events of the console's socket (socket.io, default namespace and path, WebSocket only).
 * Use with `Socket<ServerEvents, ClientEvents>` in the browser.
 */
import type { SessionInfo } from "./console.ts";
import type { ApiFailure } from "./failures.ts";
import type { Delta, PaceMs, Room, Snapshot, TailRoom } from "./rooms.ts";
import type { TraceEventKind } from "./trace.ts";
import type { WindowRequest } from "./windows.ts";

export type Ack = { readonly ok: true } | { readonly ok: false; readonly error: ApiFailure };

export interface WatchOptions {
  /** Default: `pacesMs.seen`. Ignored for a tail. */
  readonly paceMs?: PaceMs;
  /** Of a room of a long table: which part of it. Another one than before: a delta brings what is new in it. */
  readonly window?: WindowRequest;
}

/** From the browser. */
export interface ClientEvents {
  /** Asks for a snapshot and what follows; also after a gap, and to change the pace. The ack comes after the snapshot. */
  watch: (room: Room | TailRoom, options: WatchOptions, ack: (answer: Ack) => void) => void;
  unwatch: (room: Room | TailRoom, ack: (answer: Ack) => void) => void;
  /** For the offset of the clocks: the console's wall clock. */
  time: (ack: (serverMs: number) => void) => void;
}

/** To the browser. */
export interface ServerEvents {
  /** First of all, after every connect. */
  hello: (hello: Hello) => void;
  snapshot: (snapshot: Snapshot) => void;
  delta: (delta: Delta) => void;
  tail: (batch: TailBatch) => void;
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

export interface TailRow {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly node: string;
  readonly atMs: number;
  readonly bytes: number;
  /** At most `tailBodyBytesMax` of the body, as text when it is UTF-8, else base64. */
  readonly body: string;
  readonly encoding: "text" | "base64";
  /** The body is longer than what is here. */
  readonly cut: boolean;
}

/** Something that happened to a message, or to `count` of them, one after the other by id. */
export interface OutcomeRow {
  readonly atMs: number;
  readonly kind: TraceEventKind;
  /** Of the first message. */
  readonly id: string;
  readonly count: number;
  readonly channel: string | null;
  readonly attempts: number | null;
  readonly delayMs: number | null;
  readonly client: { readonly id: string; readonly host: string; readonly address: string } | null;
  /** Key of the node. */
  readonly node: string;
}

/** Copies of messages, or outcomes, oldest first, a few times a second; also, with no rows, once a second. */
export interface TailBatch {
  readonly room: TailRoom;
  readonly atMs: number;
  readonly rows: readonly TailRow[];
  /** In rooms of outcomes, instead of `rows`. */
  readonly outcomes: readonly OutcomeRow[];
  /** With a filter, since the tap was opened: how many of those looked at match, and how many no node had time to look at. */
  readonly matchedTotal: number | null;
  readonly unlookedTotal: number;
  /** Since the batch before: messages published (of outcomes: to which something wanted happened), of which those here are some. */
  readonly seen: number;
  /** The same since the tap was opened: a batch that was dropped on its way is counted in the next one's. */
  readonly seenTotal: number;
  /** Nodes that are tapped, and those that cannot be reached. */
  readonly nodes: number;
  readonly missing: readonly string[];
}

export const tailRowsPerSecondMax = 50;
export const tailBodyBytesMax = 4 * 1024;
/** Rooms one socket may watch at a time. */
export const roomsPerSocketMax = 16;
/** Sockets one session may have open. */
export const socketsPerSessionMax = 32;
