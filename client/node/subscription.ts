/**
 * A connection that has subscribed: what it has brought and is not done with, its RDY, and the answers. It ends with
 * its connection; answers to what it brought are refused from then on, for the node delivers that again.
 */
import type { Connection } from "./connection.ts";
import { Delivery, messageBytesMin } from "./delivery.ts";
import type { Share } from "./rdy.ts";

/** Who uses what a subscription brings. */
export interface SubscriptionOwner {
  readonly defaultRequeueDelayMs: number;
  readonly maxRequeueDelayMs: number;
  received(delivery: Delivery): void;
  /** It was answered. `isFailure`: null when it says nothing of how the handler fares. */
  answered(delivery: Delivery, isFailure: boolean | null): void;
  /** The node delivers it again: it need not be handled any more. */
  lost(delivery: Delivery): void;
}

/** A node may have sent twice what it was allowed, while RDY or a timeout was on its way; beyond that it misbehaves. */
const excessMax = 2;

export class Subscription implements Share {
  readonly nsqdAddress: string;
  readonly msgTimeoutMs: number;
  rdy = 0;
  inFlight = 0;
  late = 0;
  turnAtMs = 0;
  restAtMs = 0;
  messageAtMs = 0;
  /** No more messages are asked for. */
  isClosing = false;
  readonly #connection: Connection;
  readonly #owner: SubscriptionOwner;
  /** Not answered, or with a handler that is still running. */
  readonly #held = new Set<Delivery>();
  #rdyHighest = 0;

  constructor(connection: Connection, nsqdAddress: string, owner: SubscriptionOwner) {
    this.#connection = connection;
    this.nsqdAddress = nsqdAddress;
    this.msgTimeoutMs = connection.agreement.msgTimeoutMs;
    this.#owner = owner;
  }

  get rdyMax(): number {
    return this.#connection.agreement.rdyMax;
  }

  get isIdle(): boolean {
    return this.#held.size === 0;
  }

  ready(rdy: number): void {
    if (rdy === this.rdy || this.isClosing || !this.#connection.isOpen) return;
    const nowMs = performance.now();
    if (this.rdy === 0) this.turnAtMs = nowMs;
    else if (rdy === 0) this.restAtMs = nowMs;
    this.rdy = rdy;
    this.#rdyHighest = Math.max(this.#rdyHighest, rdy);
    this.#connection.outbox.command(`RDY ${rdy}\n`);
  }

  /** Asks for no more messages; those that are held can still be answered. */
  close(): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.#connection.outbox.command("CLS\n");
  }

  receive(bytes: Buffer, from: number, to: number): void {
    if (to - from < messageBytesMin) return this.#connection.nonsense(`a message of ${to - from} bytes`);
    if (this.inFlight >= excessMax * this.#rdyHighest)
      return this.#connection.nonsense(`${this.inFlight + 1} messages, more than it was asked for`);
    const nowMs = performance.now();
    const delivery = new Delivery(this, bytes, from, to, nowMs);
    this.messageAtMs = nowMs;
    this.inFlight++;
    this.#held.add(delivery);
    this.#owner.received(delivery);
  }

  finish(delivery: Delivery, bytes: Buffer, idAt: number): boolean {
    if (!this.#isOurs(delivery)) return false;
    this.#connection.outbox.finish(bytes, idAt);
    this.#answered(delivery, false);
    return true;
  }

  requeue(delivery: Delivery, delayMs: number | undefined, backoff: boolean): boolean {
    if (!this.#isOurs(delivery)) return false;
    const { defaultRequeueDelayMs, maxRequeueDelayMs } = this.#owner;
    const wantedMs = delayMs ?? defaultRequeueDelayMs * delivery.attempts;
    // NaN, too, becomes 0.
    const requeueMs = Math.round(Math.min(maxRequeueDelayMs, Math.max(0, wantedMs || 0)));
    this.#connection.outbox.command(`REQ ${delivery.id} ${requeueMs}\n`);
    this.#answered(delivery, backoff ? true : null);
    return true;
  }

  touch(delivery: Delivery): boolean {
    if (!this.#isOurs(delivery)) return false;
    const nowMs = performance.now();
    delivery.touchedAtMs = nowMs;
    delivery.deadlineMs = Math.min(nowMs + this.msgTimeoutMs, this.#lastDeadlineMs(delivery));
    this.#connection.outbox.command(`TOUCH ${delivery.id}\n`);
    return true;
  }

  /** Its handler is done. */
  ended(delivery: Delivery): void {
    delivery.handler = "ended";
    if (!delivery.isAnswered && !delivery.isLost) return;
    this.late--;
    this.#held.delete(delivery);
  }

  /**
   * Lets go of what the node has taken back; with `autoTouch`, touches first what it is about to take back.
   * @returns whether something was let go of
   */
  tick(nowMs: number, autoTouch: boolean): boolean {
    let hasLost = false;
    for (const delivery of this.#held) {
      if (!this.#isOurs(delivery)) continue;
      if (nowMs >= delivery.deadlineMs) {
        this.#lose(delivery);
        hasLost = true;
      } else if (autoTouch && nowMs - delivery.touchedAtMs >= this.msgTimeoutMs / 2) {
        if (delivery.deadlineMs < this.#lastDeadlineMs(delivery)) this.touch(delivery);
      }
    }
    return hasLost;
  }

  /** The connection is gone. */
  gone(): void {
    this.rdy = 0;
    for (const delivery of this.#held) if (this.#isOurs(delivery)) this.#lose(delivery);
  }

  #isOurs(delivery: Delivery): boolean {
    return !delivery.isAnswered && !delivery.isLost;
  }

  #lastDeadlineMs(delivery: Delivery): number {
    return delivery.receivedAtMs + this.#connection.agreement.msgTimeoutMaxMs;
  }

  #lose(delivery: Delivery): void {
    delivery.isLost = true;
    this.#left(delivery);
    this.#owner.lost(delivery);
  }

  #answered(delivery: Delivery, isFailure: boolean | null): void {
    delivery.isAnswered = true;
    this.#left(delivery);
    this.#owner.answered(delivery, isFailure);
  }

  /** The node holds it against us no longer. */
  #left(delivery: Delivery): void {
    this.inFlight--;
    if (delivery.handler === "running") this.late++;
    else this.#held.delete(delivery);
  }
}
