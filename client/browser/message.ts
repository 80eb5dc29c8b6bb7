import type { MessageFrame } from "./frames.ts";

/** What became of an answer. `not-in-flight`: the message was taken back before, and is delivered again to somebody. */
export type Outcome = "ok" | "not-in-flight";

/** Who carries out what is done with messages. */
export interface MessageOwner {
  finish(message: Message): Promise<Outcome>;
  requeue(message: Message, delayMs: number): Promise<Outcome>;
  touch(message: Message): Promise<Outcome>;
}

const decoder = new TextDecoder();

/**
 * A message that this page holds until it answers it. Each answer resolves to what became of it, and rejects with a
 * `BridgeError` when the connection was lost before that was known.
 */
export class Message {
  /** 16 characters. */
  readonly id: string;
  /** Deliveries up to and with this one, to whomever. */
  readonly attempts: number;
  /** When it was published, in nanoseconds since 1970. */
  readonly timestampNs: bigint;
  readonly bytes: Uint8Array;
  /** @internal */
  readonly tag: number;
  /** When the node takes it back unless it is answered or touched, on the clock of `performance.now()`. */
  deadlineMs: number;
  isAnswered = false;
  /** It was taken back: it is delivered again to somebody, perhaps to us. */
  isLost = false;
  readonly #owner: MessageOwner;

  /** @internal */
  constructor(frame: MessageFrame, tag: number, deadlineMs: number, owner: MessageOwner) {
    this.id = frame.id;
    this.attempts = frame.attempts;
    this.timestampNs = frame.timestampNs;
    this.bytes = frame.body;
    this.tag = tag;
    this.deadlineMs = deadlineMs;
    this.#owner = owner;
  }

  /** Its body as UTF-8; what is none becomes U+FFFD. */
  get text(): string {
    return decoder.decode(this.bytes);
  }

  /** Its body as JSON. Throws a `SyntaxError`. */
  json<T = unknown>(): T {
    return JSON.parse(this.text) as T;
  }

  get publishedAt(): Date {
    return new Date(Number(this.timestampNs / 1_000_000n));
  }

  get remainingMs(): number {
    return this.isLost ? 0 : Math.max(0, this.deadlineMs - performance.now());
  }

  /** It is done: never deliver it again. */
  finish(): Promise<Outcome> {
    return this.#owner.finish(this);
  }

  /** Deliver it again after `delayMs`, to whomever. */
  requeue(delayMs = 0): Promise<Outcome> {
    return this.#owner.requeue(this, delayMs);
  }

  /** Hold it for another message timeout from now. */
  touch(): Promise<Outcome> {
    return this.#owner.touch(this);
  }
}
