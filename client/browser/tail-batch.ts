/** What a tail is asked for, and what it brings. */

/** Of a topic: copies of its messages, or, with `outcome`, what happens to them. Texts may be empty: as if left out. */
export interface TailSpec {
  readonly topic: string;
  /** Of copies: a text, `/an expression of RE2/`, or a path into JSON, `$.order.total > 100`. Up to 256 characters. */
  readonly filter?: string | undefined;
  /** `any`, or some of PUB, MSG, FIN, REQ, TIMEOUT, DROP: `REQ,TIMEOUT`. */
  readonly outcome?: string | undefined;
  /** Of outcomes. */
  readonly channel?: string | undefined;
  /** Of outcomes: `3`, `>3`, `>=3`, `<3`, `<=3`. */
  readonly attempts?: string | undefined;
  /** Of outcomes: how the client's id, host name or address begins. */
  readonly client?: string | undefined;
  /** `host:port` of the one node to listen to. */
  readonly node?: string | undefined;
}

export const tailFields = [
  "topic",
  "filter",
  "outcome",
  "channel",
  "attempts",
  "client",
  "node",
] as const satisfies readonly (keyof TailSpec)[];

/** Shown of everybody who asks for the same; what there was beyond it is counted. */
export const tailRowsPerSecondMax = 50;
export const tailBodyBytesMax = 4 * 1024;

/** A copy of a message. */
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

export type OutcomeKind = "publish" | "deliver" | "finish" | "requeue" | "timeout" | "touch" | "drop";

/** Something that happened to a message, or to `count` of them, one after the other by id. */
export interface OutcomeRow {
  readonly atMs: number;
  readonly kind: OutcomeKind;
  /** Of the first message. */
  readonly id: string;
  readonly count: number;
  readonly channel: string | null;
  readonly attempts: number | null;
  readonly delayMs: number | null;
  readonly client: { readonly id: string; readonly host: string; readonly address: string } | null;
  /** `host:port` of the node. */
  readonly node: string;
}

/** Copies of messages, or outcomes, oldest first, a few times a second; also, with no rows, once a second. */
export interface TailBatch {
  readonly atMs: number;
  readonly rows: readonly TailRow[];
  /** Of a tail of outcomes, instead of `rows`. */
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
