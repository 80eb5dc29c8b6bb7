/** Pages as consumers, producers and tails: tokens for them, and who is there. What they say over their socket: client/browser. */

/** POST `apiPaths.consumeTokens`. What is left out has the default. */
export interface TokenRequest {
  /** Globs, of what the token is for; no more than whoever asks may do. */
  readonly topics: readonly string[];
  /** Default: all. */
  readonly channels?: readonly string[];
  /** Default: `["sub"]`. */
  readonly verbs?: readonly ("sub" | "pub" | "tail" | "outcomes")[];
  /** Messages in flight. Default: 50. */
  readonly rdyMax?: number;
  /** Delivered, and published. Default: null, as fast as it goes. */
  readonly messagesPerSecond?: number | null;
  /** Pages that may use it, `https://host:port`. Default: none but the console's own. */
  readonly origins?: readonly string[];
  /** From 5 s to a quarter of an hour. Default: a quarter of an hour. */
  readonly expiresInS?: number;
}

export interface MintedToken {
  /** Good for one connection. Shown once. */
  readonly token: string;
  /** By which it can be revoked. */
  readonly id: string;
  readonly expiresAtMs: number;
}

/** A page that is connected. */
export interface BrowserConnection {
  readonly id: string;
  /** Who asked for its token. */
  readonly user: string;
  readonly tokenId: string;
  readonly expiresAtMs: number;
  readonly tab: string;
  readonly page: string;
  readonly address: string;
  readonly userAgent: string;
  readonly connectedAtMs: number;
  /** What it consumes, or tails, which has no channel; null: neither. */
  readonly topic: string | null;
  readonly channel: string | null;
  /** What it asked for, and what it has. */
  readonly rdyAsked: number;
  readonly rdy: number;
  readonly throttledTo: number | null;
  /** It does not take what it was sent. */
  readonly isSlow: boolean;
  readonly inFlight: number;
  readonly delivered: number;
  readonly finished: number;
  readonly requeued: number;
  readonly lost: number;
  readonly published: number;
  readonly finishedAtMs: number | null;
}

export interface BrowserConnections {
  readonly atMs: number;
  /** False: those at other consoles are not known, for want of Postgres. */
  readonly isWhole: boolean;
  readonly connections: readonly BrowserConnection[];
}
