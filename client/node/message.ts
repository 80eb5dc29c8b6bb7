/** A message as a handler gets it. Its answers are `false` when it is answered already, or its connection is gone. */
export interface Message {
  /** 16 characters. */
  readonly id: string;
  /** Its own; keeping it keeps what arrived with it, up to 64 KB. */
  readonly body: Buffer;
  /** Deliveries up to and with this one, to whomever. */
  readonly attempts: number;
  /** When it was published, in nanoseconds since 1970. */
  readonly timestampNs: bigint;
  /** `host:port` of the node it came from. */
  readonly nsqdAddress: string;
  /** Until the node takes it back, unless it is answered or touched; in milliseconds, 0 when it has. */
  readonly remainingMs: number;
  /** It has been finished or requeued. */
  readonly isAnswered: boolean;
  /** It is done: never deliver it again. */
  finish(): boolean;
  /**
   * Deliver it again after `delayMs`; if not given, after the default delay times the attempts so far. With
   * `backoff: false` this does not slow the consumer down.
   */
  requeue(delayMs?: number, options?: { readonly backoff?: boolean }): boolean;
  /** Hold it for another message timeout from now. */
  touch(): boolean;
  /** The end of the handler answers nothing: somebody answers it later. */
  disableAutoResponse(): void;
}

/** What it returns is awaited; resolved, the message is finished; thrown, it is requeued and the consumer backs off. */
export type Handler = (message: Message) => unknown;
