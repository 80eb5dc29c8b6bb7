/**
 * A client's connection as `/stats` and the live view show it. The TCP side has it,
 * the HTTP side shows it, and neither imports the other.
 */

/** What a consumer may hold, holds and has answered. */
export interface SubscriptionStats {
  readonly rdy: number;
  readonly inFlight: number;
  readonly messageCount: number;
  readonly finishCount: number;
  readonly requeueCount: number;
  readonly timeoutCount: number;
}

export interface ConnectionStats {
  /** Of its `ClientIdentity`: by it a channel's subscriptions find their connections. */
  readonly number: number;
  readonly clientId: string;
  readonly hostname: string;
  readonly userAgent: string;
  /** `address:port`, or the path of a unix socket. */
  readonly remoteAddress: string;
  /** NSQ's numbers: 2 connected, 3 subscribed, 4 closing. */
  readonly state: number;
  readonly connectedAtMs: number;
  readonly sampleRate: number;
  readonly deflate: boolean;
  readonly snappy: boolean;
  readonly topologyZone: string;
  readonly topologyRegion: string;
  /** null: not over TLS. */
  readonly tls: TlsStats | null;
  /** null: no AUTH. */
  readonly auth: AuthStats | null;
  /** null: it has not subscribed. */
  readonly subscription: SubscriptionStats | null;
  /** Messages published, by topic; empty: it is no producer. */
  readonly pubCounts: ReadonlyMap<string, number>;
  /** To one topic, and when last, by the wall clock; null: nothing, or nobody knows. */
  publishedTo(topic: string): { readonly count: number; readonly lastAtMs: number } | null;
}

export interface TlsStats {
  readonly version: string;
  readonly cipherSuite: string;
  readonly protocol: string;
}

export interface AuthStats {
  readonly identity: string;
  readonly identityUrl: string;
}
