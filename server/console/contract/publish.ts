/** Publishing from a page. */

export interface PublishRequest {
  readonly topic: string;
  readonly body: string;
  /** How `body` is written; default `text`, which is sent as UTF-8. */
  readonly encoding?: "text" | "base64" | "hex";
  /** Each line of the text that is not empty is a message. */
  readonly lines?: boolean;
  /** So many times the same message; at most `publishCountMax`, deferred `publishDeferredMax`. */
  readonly count?: number;
  /** Deferred by so many milliseconds. */
  readonly deferMs?: number;
  /** A node's key; default: one that is up. */
  readonly node?: string;
  /**
   * What was published under it is not published again to the same topic by the same person, whatever the body: for ten
   * minutes, by this console alone, as long as it runs. What was refused, or not confirmed, is.
   */
  readonly key?: string;
}

export interface PublishResult {
  readonly node: string;
  /** Of all bodies together. */
  readonly bytes: number;
  readonly messages: number;
  /** From this console to the node and back: the node does not say how long it took itself. */
  readonly tookMs: number;
  /** What the node answered: `OK`. */
  readonly answer: string;
  /** When a deferred message is due. */
  readonly dueAtMs: number | null;
  /** The topic is durable there: Postgres had it before the node answered. null: not known, as of a topic that was just made. */
  readonly durable: boolean | null;
  /** Of a single one; null: the node does not say it. */
  readonly messageId: string | null;
  /** It was published before under the same key: this is the answer of then, and nothing was published now. */
  readonly again: boolean;
}

/** Of `PublishRequest.key`. */
export const publishKeyCharactersMax = 128;

/** Messages of one request. NSQ has no MPUB that defers: those are published one by one. */
export const publishCountMax = 1_000;
export const publishDeferredMax = 100;
/** Bodies published from a page; a node may allow less (`--max-msg-size`). */
export const publishBytesMax = 1024 * 1024;
