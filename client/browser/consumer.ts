/**
 * A page as a consumer of a channel, like any service: what it is given it holds until it finishes or requeues it, or
 * until the node takes it back. At least once: after a lost connection messages come again.
 */
import { Answers, type What } from "./answers.ts";
import { BridgeError } from "./errors.ts";
import { readMessageFrames } from "./frames.ts";
import { type BridgeSocket, Link, type LinkOptions } from "./link.ts";
import { Listeners } from "./listeners.ts";
import { Message, type MessageOwner, type Outcome } from "./message.ts";
import { delayMsMax, type Hello } from "./protocol.ts";

export interface ConsumerOptions extends LinkOptions {
  readonly topic: string;
  readonly channel: string;
  /** Messages this page holds at once. Default: 10. */
  readonly maxInFlight?: number;
  /**
   * `shared`: pages compete with all others on the channel. `each`: every page has an ephemeral channel of its own
   * (`<channel>-<8 characters>#ephemeral`) and gets everything while it is connected. Default: `shared`.
   */
  readonly group?: "shared" | "each";
  /** `pause`: no further messages while the tab is hidden. Default: `go-on`. */
  readonly whenHidden?: "go-on" | "pause";
  /** Resolved, nothing has been answered yet: finish, requeue or touch the message, now or later. */
  readonly onMessage: (message: Message) => unknown;
}

export type ConsumerState = "connecting" | "consuming" | "paused" | "closed";

/** A time for which delivery cannot be shown to be continuous. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: "connection" | "console-restarted" | "nodes";
  /**
   * `none`: the channel kept what was published meanwhile. `possible`: an ephemeral channel may have ended with
   * the connection, and what was published meanwhile never comes.
   */
  readonly missed: "none" | "possible";
  /** Held when it began: they are delivered again, to somebody. */
  readonly returned: number;
}

export type ConsumerEvents = {
  state: [ConsumerState];
  gap: [Gap];
  /** RDY as the console grants it: less while this page does not keep up, or by an operator. */
  rdy: [granted: number, why: "slow" | "throttled" | "free"];
  /** Nodes that have the topic and are connected to; 0: nobody has it, or nobody answers. */
  nodes: [connected: number];
  /** Taken back by the node, unanswered in time. */
  lost: [Message];
  /** An answer that was sent in time reached the node too late: the message with this id is delivered again. */
  late: [id: string];
  /** What went wrong; the consumer goes on unless its state is `closed`. */
  error: [BridgeError];
};

const maxInFlightDefault = 10;

export class Consumer extends Listeners<ConsumerEvents> implements MessageOwner {
  readonly topic: string;
  readonly channel: string;
  readonly #options: ConsumerOptions;
  readonly #link: Link;
  readonly #held = new Map<number, Message>();
  #answers: Answers;
  #maxInFlight: number;
  #state: ConsumerState = "connecting";
  #bootId: string | null = null;
  /** Since when, in wall time, and how many were held then; null: connected, or not connected yet. */
  #away: { readonly fromMs: number; readonly returned: number } | null = null;
  #nodes = 0;
  /** Since when not all of `of` are there. */
  #nodesLost: { readonly atMs: number; readonly of: number } | null = null;
  readonly #ends: (() => void)[] = [];

  constructor(options: ConsumerOptions) {
    super();
    this.#options = options;
    this.#maxInFlight = options.maxInFlight ?? maxInFlightDefault;
    this.topic = options.topic;
    this.channel = options.group === "each" ? ownChannel(options.channel) : options.channel;
    this.#answers = this.#newAnswers();
    if (options.whenHidden === "pause") this.#watchVisibility();
    this.#link = new Link(options, {
      attached: (socket) => this.#listen(socket),
      opened: (hello) => void this.#opened(hello),
      closed: (why, isOver) => this.#closed(why, isOver),
    });
  }

  get state(): ConsumerState {
    return this.#state;
  }

  get inFlight(): number {
    return this.#held.size;
  }

  get maxInFlight(): number {
    return this.#maxInFlight;
  }

  /** 0: no more messages until it is called again. Resolves to what the console grants. */
  async setMaxInFlight(count: number): Promise<number> {
    this.#maxInFlight = count;
    if (!this.#link.isOpen) return count;
    return (await this.#tellRdy()) ?? count;
  }

  /** Gives back at once what is held, and ends. */
  close(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#link.close();
    this.#drop();
    this.#change("closed");
  }

  async finish(message: Message): Promise<Outcome> {
    return (await this.#give(message, ["fin"])) === null ? "not-in-flight" : "ok";
  }

  async requeue(message: Message, delayMs: number): Promise<Outcome> {
    const clampedMs = Math.round(Math.min(delayMsMax, Math.max(0, delayMs || 0)));
    return (await this.#give(message, ["req", clampedMs])) === null ? "not-in-flight" : "ok";
  }

  async touch(message: Message): Promise<Outcome> {
    const remainingMs = await this.#give(message, ["touch"]);
    if (remainingMs === null) return "not-in-flight";
    message.deadlineMs = performance.now() + remainingMs;
    return "ok";
  }

  async #give(message: Message, what: What): Promise<number | null> {
    if (this.#held.get(message.tag) !== message) return null;
    if (what[0] !== "touch") {
      this.#held.delete(message.tag);
      message.isAnswered = true;
    }
    return await this.#answers.give(message.tag, what);
  }

  #newAnswers(): Answers {
    return new Answers((acts) => this.#link.ask((socket, answer) => socket.emit("answer", acts, answer)));
  }

  #listen(socket: BridgeSocket): void {
    socket.on("messages", (firstTag, frames, remainingMs) => this.#received(firstTag, frames, remainingMs));
    socket.on("lost", (tags) => {
      for (const tag of tags) this.#lose(tag);
    });
    socket.on("late", (id) => this.emit("late", id));
    socket.on("rdy", (granted, why) => this.emit("rdy", granted, why));
    socket.on("nodes", (connected) => this.#connectedTo(connected));
  }

  async #opened({ bootId }: Hello): Promise<void> {
    const [away, isAnother] = [this.#away, this.#bootId !== null && this.#bootId !== bootId];
    this.#bootId = bootId;
    const { topic, channel } = this;
    const rdy = this.#wanted();
    try {
      await this.#link.ask((socket, answer) => socket.emit("sub", { topic, channel, rdy }, answer));
    } catch (error) {
      // A console that does not answer may have subscribed it all the same: where it stands a new connection tells.
      if (error instanceof BridgeError && error.code !== "lost") {
        this.#link.close();
        this.#closed(error, true);
      } else this.#link.renew();
      return;
    }
    this.#away = null;
    this.#change(rdy === 0 ? "paused" : "consuming");
    if (away !== null) this.#gap(away.fromMs, isAnother ? "console-restarted" : "connection", away.returned);
  }

  #closed(why: BridgeError | null, isOver: boolean): void {
    // Before the first connection there is nothing that could have been missed.
    if (this.#bootId !== null) this.#away ??= { fromMs: Date.now(), returned: this.#held.size };
    this.#nodes = 0;
    this.#nodesLost = null;
    this.#drop();
    if (why !== null) this.emit("error", why);
    this.#change(isOver ? "closed" : "connecting");
  }

  /** What was held goes back to the channel with the connection. */
  #drop(): void {
    this.#answers.drop();
    this.#answers = this.#newAnswers();
    for (const tag of [...this.#held.keys()]) this.#lose(tag);
  }

  #received(firstTag: number, bytes: Uint8Array, remainingMs: number): void {
    const deadlineMs = performance.now() + remainingMs;
    let tag = firstTag;
    for (const frame of readMessageFrames(new Uint8Array(bytes))) {
      const message = new Message(frame, tag++, deadlineMs, this);
      this.#held.set(message.tag, message);
      void this.#handle(message);
    }
  }

  /** A handler that fails leaves its message to its timeout, or to a later answer. */
  async #handle(message: Message): Promise<void> {
    try {
      await this.#options.onMessage(message);
    } catch (error) {
      if (error instanceof BridgeError) return this.emit("error", error);
      // As if nobody had awaited it: the page's own business, and seen in its console.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #lose(tag: number): void {
    const message = this.#held.get(tag);
    if (!message) return;
    this.#held.delete(tag);
    message.isLost = true;
    this.emit("lost", message);
  }

  #connectedTo(connected: number): void {
    const before = this.#nodes;
    this.#nodes = connected;
    const lost = this.#nodesLost;
    if (connected < before) this.#nodesLost ??= { atMs: Date.now(), of: before };
    else if (lost !== null) {
      // Those that are still gone end it later, and had more time to miss something.
      this.#gap(lost.atMs, "nodes", 0);
      if (connected >= lost.of) this.#nodesLost = null;
    }
    this.emit("nodes", connected);
  }

  #gap(fromMs: number, reason: Gap["reason"], returned: number): void {
    const missed = this.channel.endsWith("#ephemeral") ? "possible" : "none";
    this.emit("gap", { fromMs, toMs: Date.now(), reason, missed, returned });
  }

  #wanted(): number {
    const isHidden = this.#options.whenHidden === "pause" && globalThis.document?.hidden === true;
    return isHidden ? 0 : this.#maxInFlight;
  }

  async #tellRdy(): Promise<number | null> {
    const wanted = this.#wanted();
    try {
      const { rdy } = await this.#link.ask<{ rdy: number }>((socket, answer) =>
        socket.emit("rdy", wanted, answer),
      );
      this.#change(wanted === 0 ? "paused" : "consuming");
      return rdy;
    } catch (error) {
      if (error instanceof BridgeError && error.code !== "lost") this.emit("error", error);
      return null;
    }
  }

  #watchVisibility(): void {
    const seen = () => {
      if (this.#link.isOpen) void this.#tellRdy();
    };
    document.addEventListener("visibilitychange", seen);
    this.#ends.push(() => document.removeEventListener("visibilitychange", seen));
  }

  #change(state: ConsumerState): void {
    if (state === this.#state || this.#state === "closed") return;
    this.#state = state;
    this.emit("state", state);
  }
}

const ephemeral = "#ephemeral";
const nameMax = 64;
const ownBytes = 9;

function ownChannel(channel: string): string {
  const stem = channel.replace(ephemeral, "").slice(0, nameMax - ephemeral.length - ownBytes);
  return `${stem}-${crypto.randomUUID().slice(0, 8)}${ephemeral}`;
}
