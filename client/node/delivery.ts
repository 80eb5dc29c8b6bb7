import type { Message } from "./message.ts";
import { idBytes } from "./outbox.ts";
import type { Subscription } from "./subscription.ts";

const attemptsAt = 8;
const idAt = 10;
const bodyAt = idAt + idBytes;
export const messageBytesMin = bodyAt;

/** A message in our hands. It lies in the bytes it came in, and is read when somebody asks. */
export class Delivery implements Message {
  readonly attempts: number;
  readonly subscription: Subscription;
  readonly receivedAtMs: number;
  /** When the node takes it back. */
  deadlineMs: number;
  touchedAtMs: number;
  /** It waits for its handler, has been with it, or is there now. */
  handler: "waiting" | "running" | "ended" = "waiting";
  isAnswered = false;
  /** The node has taken it back, or its connection is gone. */
  isLost = false;
  answersItself = true;
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #to: number;
  #body: Buffer | null = null;

  constructor(subscription: Subscription, bytes: Buffer, from: number, to: number, nowMs: number) {
    this.subscription = subscription;
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    this.attempts = (bytes[from + attemptsAt]! << 8) | bytes[from + attemptsAt + 1]!;
    this.receivedAtMs = nowMs;
    this.touchedAtMs = nowMs;
    this.deadlineMs = nowMs + subscription.msgTimeoutMs;
  }

  get id(): string {
    return this.#bytes.toString("latin1", this.#from + idAt, this.#from + bodyAt);
  }

  get body(): Buffer {
    this.#body ??= this.#bytes.subarray(this.#from + bodyAt, this.#to);
    return this.#body;
  }

  get timestampNs(): bigint {
    return this.#bytes.readBigInt64BE(this.#from);
  }

  get nsqdAddress(): string {
    return this.subscription.nsqdAddress;
  }

  get remainingMs(): number {
    return this.isLost ? 0 : Math.max(0, this.deadlineMs - performance.now());
  }

  finish(): boolean {
    return this.subscription.finish(this, this.#bytes, this.#from + idAt);
  }

  requeue(delayMs?: number, { backoff = true }: { readonly backoff?: boolean } = {}): boolean {
    return this.subscription.requeue(this, delayMs, backoff);
  }

  touch(): boolean {
    return this.subscription.touch(this);
  }

  disableAutoResponse(): void {
    this.answersItself = false;
  }
}
