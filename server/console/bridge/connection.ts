/**
 * One browser's connection: what it may, the one channel it consumes, and what it publishes. Every event is
 * answered, whatever came with it. The node holds what is in flight; here is only who has which tag.
 */
import type { Socket } from "socket.io";
import { unpackBodies } from "../../../client/browser/frames.ts";
import {
  type Answer,
  type BridgeClientEvents,
  type BridgeServerEvents,
  bodiesPerEventMax,
  type Refusal,
  type RefusalCode,
} from "../../../client/browser/protocol.ts";
import type { ConnectionOptions } from "../../../client/node/index.ts";
import type { Clock } from "../clock.ts";
import type { Tails } from "../live/tail.ts";
import { BrowserEvents } from "./browser-events.ts";
import { type Brake, Flow } from "./flow.ts";
import { allows } from "./grant.ts";
import { Holding } from "./holding.ts";
import type { NodesPort } from "./nodes.ts";
import type { Producers } from "./producers.ts";
import type { PublishKeys } from "./publish-keys.ts";
import { Rate } from "./rate.ts";
import { refused } from "./refused.ts";
import { Tailing } from "./tailing.ts";
import type { StoredToken } from "./tokens.ts";

export type BridgeSocket = Socket<BridgeClientEvents, BridgeServerEvents>;

export interface ConnectionPorts {
  readonly clock: Clock;
  readonly nodes: NodesPort;
  readonly clients: Partial<ConnectionOptions>;
  readonly producers: Producers;
  readonly keys: PublishKeys<Answer>;
  readonly tails: Tails;
  readonly messageBytesMax: number;
  /** Uses up another token of the same origin and user; a refusal says why not. */
  readonly redeem: (socket: BridgeSocket, token: string) => Promise<StoredToken | Refusal>;
  readonly warn: (message: string) => void;
}

/** Who and from where, as operators see it. */
export interface Whence {
  readonly tab: string;
  readonly page: string;
  readonly address: string;
  readonly userAgent: string;
}

/** A token is announced to end when this part of its life is left. */
const expiringPart = 0.2;
/** Closed a moment after its last word, which would be lost otherwise. */
const lastWordMs = 200;
const pubBurstSeconds = 1;

export class Connection {
  readonly id: string;
  readonly whence: Whence;
  readonly connectedAtMs: number;
  readonly flow: Flow;
  readonly tailing: Tailing;
  token: StoredToken;
  holding: Holding | null = null;
  subscribedTo: { readonly topic: string; readonly channel: string } | null = null;
  published = 0;
  finishedAtMs: number | null = null;
  readonly #socket: BridgeSocket;
  readonly #ports: ConnectionPorts;
  #rates: { readonly out: Rate; readonly in: Rate } | null = null;
  #timers: NodeJS.Timeout[] = [];
  #rateTimer: NodeJS.Timeout | undefined;
  #nodesKey = "";
  #isEnded = false;
  #released: Promise<void> = Promise.resolve();

  constructor(id: string, socket: BridgeSocket, token: StoredToken, whence: Whence, ports: ConnectionPorts) {
    this.id = id;
    this.#socket = socket;
    this.#ports = ports;
    this.token = token;
    this.whence = whence;
    this.connectedAtMs = ports.clock.wallMs();
    this.flow = new Flow(token.grant.rdyMax, (granted) => {
      if (this.holding) this.holding.rdy = granted;
    });
    this.tailing = new Tailing(socket, ports.tails);
    this.#listen(
      new BrowserEvents(socket, {
        ...ports,
        isOver: () => this.#isEnded,
        flooded: () => this.end("too-fast", "A flood of events."),
      }),
    );
    this.#follow(token);
  }

  get expiresInMs(): number {
    return Math.max(0, this.token.expiresAtMs - this.#ports.clock.wallMs());
  }

  /** The browser does not take what it was sent, or does again. */
  setSlow(isSlow: boolean): void {
    if (isSlow !== this.flow.isSlow) this.#brake("slow", isSlow);
  }

  throttle(count: number | null): void {
    this.flow.throttle(count);
    this.#socket.emit("rdy", this.flow.granted, count === null ? "free" : "throttled");
  }

  /** Those that have its topic now: nodes come and go. */
  followNodes(addresses: readonly string[]): void {
    const key = addresses.join();
    if (key === this.#nodesKey) return;
    this.#nodesKey = key;
    this.holding?.followNodes(addresses);
  }

  /** Says why, and ends it. What it holds goes back now, not when the browser has heard. */
  end(code: RefusalCode, message: string): void {
    if (this.#isEnded) return;
    this.#socket.emit("end", refused(code, message));
    void this.#release();
    setTimeout(() => this.#socket.disconnect(true), lastWordMs);
  }

  /** The socket is gone. Resolves when the nodes have everything back. */
  gone(): Promise<void> {
    return this.#release();
  }

  #release(): Promise<void> {
    if (this.#isEnded) return this.#released;
    this.#isEnded = true;
    for (const timer of [...this.#timers, this.#rateTimer]) clearTimeout(timer);
    this.tailing.leave();
    if (this.holding) this.#released = this.holding.close();
    return this.#released;
  }

  /** By its token: how much, how fast, how long. */
  #follow(token: StoredToken): void {
    this.token = token;
    const { rdyMax, messagesPerSecond } = token.grant;
    this.flow.allow(rdyMax);
    // The same rate goes on as it stands: each refresh would allow another burst otherwise.
    if (messagesPerSecond !== (this.#rates?.in.perSecond ?? null))
      this.#rates = this.#ratesOf(messagesPerSecond);
    for (const timer of this.#timers) clearTimeout(timer);
    const leftMs = this.expiresInMs;
    this.#timers = [
      setTimeout(
        () => this.#socket.emit("expiring", this.expiresInMs),
        Math.max(0, leftMs * (1 - expiringPart)),
      ),
      setTimeout(() => this.end("expired", "The token's time is over."), leftMs),
    ];
  }

  #ratesOf(perSecond: number | null) {
    if (perSecond === null) return null;
    const nowMs = this.#ports.clock.nowMs();
    const rate = () => new Rate(perSecond, Math.max(1, perSecond * pubBurstSeconds), nowMs);
    return { out: rate(), in: rate() };
  }

  #listen(events: BrowserEvents): void {
    events.on("sub", ([request]) => this.#subscribe(request));
    events.on("rdy", ([count]) => this.#rdy(count));
    events.on("answer", ([acts]) => {
      if (!this.holding) return refused("not-subscribed", "Nothing was delivered here.");
      const before = this.holding.counts.finished;
      const done = this.holding.answer(acts);
      if (this.holding.counts.finished > before) this.finishedAtMs = this.#ports.clock.wallMs();
      return { ok: true, ...done };
    });
    events.on("tail", ([spec]) => this.tailing.ask(spec, this.token.grant));
    events.on("pub", ([request, bodies]) => this.#publish(request, bodies));
    events.on("refresh", ([token]) => this.#refresh(token));
  }

  #subscribe({
    topic,
    channel,
    rdy,
  }: {
    topic: string;
    channel: string;
    rdy: number;
  }): Answer<{ rdy: number }> {
    if (this.holding) return refused("already-subscribed", "A connection consumes one channel.");
    if (!allows(this.token.grant, "sub", topic, channel))
      return refused("not-allowed", `The token is not for sub on ${topic}/${channel}.`);
    this.subscribedTo = { topic, channel };
    const socket = this.#socket;
    this.holding = new Holding({
      ...{ topic, channel, clients: this.#ports.clients },
      clientId: `browser ${this.token.by.user}`,
      hostname: this.whence.address,
      out: {
        messages: (firstTag, frames, count, remainingMs) => {
          socket.emit("messages", firstTag, frames, remainingMs);
          this.#pace(count);
        },
        lost: (tags) => void socket.emit("lost", tags),
        late: (id) => void socket.emit("late", id),
        nodes: (connected) => void socket.emit("nodes", connected),
        fault: (error) => this.#ports.warn(`a browser's consumer on ${topic}/${channel}: ${error.message}`),
      },
    });
    this.followNodes(this.#ports.nodes.having(topic));
    return this.#rdy(rdy);
  }

  #rdy(count: number): Answer<{ rdy: number }> {
    if (!this.holding) return refused("not-subscribed", "RDY is for who consumes.");
    this.flow.ask(count);
    this.holding.rdy = this.flow.granted;
    return { ok: true, rdy: this.flow.granted };
  }

  /** More was delivered than the token's rate has: nothing more until it has again. */
  #pace(delivered: number): void {
    const rate = this.#rates?.out;
    if (!rate || rate.take(delivered, this.#ports.clock.nowMs()) >= 0) return;
    this.flow.brake("rate", true);
    clearTimeout(this.#rateTimer);
    this.#rateTimer = setTimeout(() => this.flow.brake("rate", false), rate.waitMs);
  }

  #brake(why: Brake, isOn: boolean): void {
    this.flow.brake(why, isOn);
    this.#socket.emit("rdy", this.flow.granted, isOn ? "slow" : "free");
  }

  async #publish(
    { topic, deferMs, key }: { topic: string; deferMs?: number | undefined; key?: string | undefined },
    packed: Uint8Array,
  ): Promise<Answer<{ again: boolean }>> {
    if (!allows(this.token.grant, "pub", topic))
      return refused("not-allowed", `The token is not for pub on ${topic}.`);
    const bodies = unpackBodies(packed, bodiesPerEventMax);
    if (bodies === null || bodies.length === 0)
      return refused("bad-request", `pub takes 1 to ${bodiesPerEventMax} bodies, each after its size.`);
    if (deferMs !== undefined && bodies.length > 1)
      return refused("bad-request", "Only one message at a time can be deferred.");
    if (bodies.some(({ length }) => length === 0))
      return refused("bad-request", "A message has at least one byte.");
    if (bodies.some(({ length }) => length > this.#ports.messageBytesMax))
      return refused("too-large", `A message may have ${this.#ports.messageBytesMax} bytes.`);
    const rate = this.#rates?.in;
    if (rate && !rate.tryTake(bodies.length, this.#ports.clock.nowMs()))
      return refused("too-fast", `The token is for ${this.token.grant.messagesPerSecond} messages a second.`);
    const { producers, keys, clock } = this.#ports;
    const publish = () => producers.publish({ topic, bodies, deferMs });
    const { answer, again } =
      key === undefined
        ? { answer: await publish(), again: false }
        : await keys.once({ user: this.token.by.user, topic, key }, clock.nowMs(), publish);
    if (!answer.ok) return answer;
    if (!again) this.published += bodies.length;
    return { ok: true, again };
  }

  async #refresh(secret: string): Promise<Answer<{ expiresInMs: number }>> {
    const token = await this.#ports.redeem(this.#socket, secret);
    if ("ok" in token) return token;
    if (this.#isEnded) return refused("expired", "It came too late.");
    const on = this.subscribedTo;
    if (on && !allows(token.grant, "sub", on.topic, on.channel))
      return refused("not-allowed", `The token is not for sub on ${on.topic}/${on.channel}.`);
    if (!this.tailing.isIn(token.grant))
      return refused("not-allowed", "The token is not for what is tailed.");
    this.#follow(token);
    return { ok: true, expiresInMs: this.expiresInMs };
  }
}
