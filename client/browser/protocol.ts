/**
 * What a browser and the console say to each other: socket.io over WebSocket, at `<base path>/consume`, one
 * connection per consumer, producer or tail. Each event of the browser's is answered; a refusal says why.
 *
 * Delivery is NSQ's: at least once. What a connection holds when it ends goes back to the channel at once.
 */
import type { TailBatch, TailSpec } from "./tail-batch.ts";

/** Where the console serves it, behind its base path. */
export const bridgePath = "/consume";
/** The only version there is; a console that speaks none of ours says `version`. */
export const protocolVersion = 1;
/** Answers, bodies and names in one event: more is sent in several. */
export const answersPerEventMax = 1_000;
export const bodiesPerEventMax = 1_000;
/** RDY of one connection, whatever its token allows. */
export const rdyMost = 2_500;
/** `req` and `deferMs` may say so much: an hour, as a node has it unless it is told otherwise. */
export const delayMsMax = 3_600_000;

/** `tail`: copies of messages, bodies and all; `outcomes`: what happens to them. */
export const verbs = ["sub", "pub", "tail", "outcomes"] as const;
export type Verb = (typeof verbs)[number];

/** What a token allows. Globs as everywhere in Weir: `*` is any run of characters, all else stands for itself. */
export interface Grant {
  readonly topics: readonly string[];
  readonly channels: readonly string[];
  readonly verbs: readonly Verb[];
  readonly rdyMax: number;
  /** Delivered and published, each; null: as fast as it goes. */
  readonly messagesPerSecond: number | null;
  /** Pages that may use it, as `https://host:port`; empty: the console's own. */
  readonly origins: readonly string[];
}

/** socket.io's `auth`. */
export interface Handshake {
  readonly protocol: typeof protocolVersion;
  /** Good for one connection: asked for again before each. */
  readonly token: string;
  /** The same for a page as long as it is open; up to 64 characters. */
  readonly tab: string;
  /** The page's path, for those who look who is there; up to 200 characters. */
  readonly page: string;
}

/** Why something was refused. The first five end a connection, or keep it from being made. */
export const refusalCodes = [
  "version",
  /** Unknown, used before, or from an origin it is not for: said alike. */
  "bad-token",
  "expired",
  "revoked",
  "disconnected",
  /** The console stops, or cannot reach what it needs; try again. */
  "unavailable",
  "too-many",
  "bad-request",
  "not-allowed",
  "already-subscribed",
  "not-subscribed",
  /** Answered before, taken back by the node, or never delivered here. */
  "not-in-flight",
  "too-large",
  "too-fast",
  /** A node refused it: nothing was published. */
  "refused",
  /** It was sent and not confirmed: it may have been published. */
  "unknown",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly message: string;
}
export type Answer<T = unknown> = ({ readonly ok: true } & T) | Refusal;

/** What is done with deliveries, by their tags. */
export type Act =
  | readonly ["fin", readonly number[]]
  | readonly ["req", readonly number[], delayMs: number]
  | readonly ["touch", readonly number[]];

/** From the browser. */
export interface BridgeClientEvents {
  /** Once in a connection. `rdy`: 0 to begin paused. */
  sub(
    request: { readonly topic: string; readonly channel: string; readonly rdy: number },
    answer: (answer: Answer<{ readonly rdy: number }>) => void,
  ): void;
  /** How many messages may be in flight; the answer says how many it will be. */
  rdy(count: number, answer: (answer: Answer<{ readonly rdy: number }>) => void): void;
  /** `refused`: the tags that were not in flight any more. */
  answer(
    acts: readonly Act[],
    answer: (
      answer: Answer<{
        readonly refused: readonly number[];
        /** Of those touched: until the node takes them back now. */
        readonly remainingMs: number;
      }>,
    ) => void,
  ): void;
  /** What is tailed from now on, instead of what was before. Of copies the token needs `tail`, else `outcomes`. */
  tail(spec: TailSpec, answer: (answer: Answer) => void): void;
  /** One body after another, each after its size (32 bits, big endian). All are published, or none. */
  pub(
    request: { readonly topic: string; readonly deferMs?: number; readonly key?: string },
    bodies: Uint8Array,
    answer: (answer: Answer<{ readonly again: boolean }>) => void,
  ): void;
  /** Another token, for the connection as it is. */
  refresh(token: string, answer: (answer: Answer<{ readonly expiresInMs: number }>) => void): void;
}

/** From the console. */
export interface BridgeServerEvents {
  hello(hello: Hello): void;
  /**
   * NSQ's message frames, whole, one after another. The first has tag `firstTag`, the next the one after.
   * `remainingMs`: until the nodes take them back.
   */
  messages(firstTag: number, frames: Uint8Array, remainingMs: number): void;
  /** Taken back by a node: the message timeout is over, or the node is gone. They are delivered again to somebody. */
  lost(tags: readonly number[]): void;
  /** A node had taken the message back when an answer reached it, which had been sent in time: it is delivered again. */
  late(id: string): void;
  /** RDY as it is now: lowered while this browser does not keep up, or by an operator, and given back after it. */
  rdy(granted: number, why: "slow" | "throttled" | "free"): void;
  /** Left out, and counted in the next one, for a browser that does not keep up. */
  tail(batch: TailBatch): void;
  /** Nodes that have the topic and are connected to; 0: nobody has it yet, or nobody answers. */
  nodes(connected: number): void;
  /** The token is good for so long only: `refresh` goes on without losing the place. */
  expiring(expiresInMs: number): void;
  /** The last word before the console closes the connection. */
  end(why: Refusal): void;
}

export interface Hello {
  /** Differs after a restart of the console. */
  readonly bootId: string;
  /** This connection, as operators see it. */
  readonly connection: string;
  readonly expiresInMs: number;
  readonly grant: Grant;
  /** Bytes of one message, and of all in one `pub`. */
  readonly messageBytesMax: number;
  readonly publishBytesMax: number;
}
