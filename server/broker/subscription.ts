/**
 * A consumer's place on a channel: how much it may hold, what it holds, what it
 * answered. NSQ's verbs arrive here. A refusal is a value; the edge turns it into words.
 */
import type { Channel } from "./channel.ts";
import { finish, requeue, touch } from "./held.ts";
import type { Consumer } from "./ports.ts";

export type Refusal = "ID not in flight" | "client does not own message";

export interface SubscriptionSettings {
  readonly msgTimeoutMs: number;
  /** 0: every message. 1 to 99: NSQ's sample_rate. */
  readonly sampleRate: number;
}

export class Subscription {
  readonly channel: Channel;
  readonly consumer: Consumer;
  /** Marks what it holds in a window; the consumer's number. */
  readonly number: number;
  readonly msgTimeoutMs: number;
  readonly sampleRate: number;
  /** A standing limit, never counted down: it may hold as many as this. */
  rdy = 0;
  inFlight = 0;
  // -0, not 0: a double from the start. One that outgrows 32 bits would have the hot path compiled anew.
  messageCount = -0;
  finishCount = -0;
  requeueCount = 0;
  /** Of what it held. */
  timeoutCount = 0;
  /** Its socket has enough for now. */
  blocked = false;
  /** Nothing more is handed to it: CLS, or gone. */
  closing = false;

  constructor(channel: Channel, consumer: Consumer, settings: SubscriptionSettings) {
    this.channel = channel;
    this.consumer = consumer;
    this.number = consumer.identity.number;
    this.msgTimeoutMs = settings.msgTimeoutMs;
    this.sampleRate = settings.sampleRate;
  }

  /** How many messages it can be handed now. */
  get capacity(): number {
    return this.blocked || this.closing ? 0 : this.rdy - this.inFlight;
  }

  ready(count: number): void {
    this.rdy = count;
    this.channel.markDirty();
  }

  unblock(): void {
    this.blocked = false;
    this.channel.markDirty();
  }

  finish(logId: number, seq: number): Refusal | null {
    return finish(this.channel, this, logId, seq);
  }

  requeue(logId: number, seq: number, delayMs: number): Refusal | null {
    return requeue(this.channel, this, logId, seq, delayMs);
  }

  touch(logId: number, seq: number): Refusal | null {
    return touch(this.channel, this, logId, seq);
  }

  /** CLS: answers are still taken, nothing more is handed out. */
  startClose(): void {
    this.rdy = 0;
    this.closing = true;
  }

  /** The connection is gone. What it held waits for its timeout, as in NSQ. */
  close(): void {
    this.closing = true;
    this.channel.leave(this);
  }
}
