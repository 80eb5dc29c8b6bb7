/**
 * Replies that wait for the store, and those behind them: a client matches replies to its commands by their order
 * (DU5). A connection has none of this before its first publish to a durable topic.
 */
import type { Broker } from "../broker/broker.ts";
import { Deque } from "../broker/deque.ts";
import type { Log } from "../broker/log.ts";
import type { Output } from "./output.ts";
import type { Turn } from "./turn.ts";

/** Replies that a connection may be owed before no more of it is read. */
export const owedRepliesMax = 16_384;

export type PublishVerb = "PUB" | "MPUB" | "DPUB";

/** OKs of publishes that went to one log in one turn. */
interface Publishes {
  readonly log: Log;
  readonly verb: PublishVerb;
  count: number;
  isStored: boolean;
}

type Owed = Publishes | { readonly frame: Buffer } | { count: number };

export interface Owing {
  readonly broker: Broker;
  readonly turn: Turn;
  readonly output: Output;
  /** The first one owed took too long to store. Nothing more is said here. */
  overdue(verb: PublishVerb): void;
  /** Less is owed than before. */
  said(): void;
}

export class OwedReplies {
  readonly #of: Owing;
  readonly #owed = new Deque<Owed>();
  /** Of this turn: what is published to the same log joins them. */
  #open: Publishes | null = null;
  #count = 0;
  #whenEmpty: (() => void)[] = [];

  constructor(of: Owing) {
    this.#of = of;
  }

  /** Replies that are owed. */
  get count(): number {
    return this.#count;
  }

  /** The OK of a publish whose last message is the last of `log`; `count` 0: no OK, but what follows waits for it. */
  publish(log: Log, verb: PublishVerb, count = 1): void {
    this.#count += count;
    const open = this.#open;
    if (open !== null && open.log === log && open.verb === verb) {
      open.count += count;
      return;
    }
    if (open === null) this.#of.turn.answer(this);
    else this.#register(open);
    this.#open = { log, verb, count, isStored: false };
    this.#owed.push(this.#open);
  }

  /** @returns false: nothing is owed, say it yourself */
  ok(): boolean {
    if (this.#owed.length === 0) return false;
    this.#count++;
    this.#close();
    const last = this.#owed.at(this.#owed.length - 1)!;
    if ("count" in last && !("log" in last)) last.count++;
    else this.#owed.push({ count: 1 });
    return true;
  }

  /** @returns false: nothing is owed, say it yourself */
  respond(frame: Buffer): boolean {
    if (this.#owed.length === 0) return false;
    this.#count++;
    this.#close();
    this.#owed.push({ frame });
    return true;
  }

  /** Calls `then` when nothing is owed: now, or in a later turn. Not called when the connection goes first. */
  whenEmpty(then: () => void): void {
    if (this.#owed.length === 0) then();
    else this.#whenEmpty.push(then);
  }

  /** The end of the turn. */
  flushOk(): void {
    this.#close();
  }

  /** The connection is gone, or nobody is to hear more. */
  drop(): void {
    this.#open = null;
    this.#owed.clear();
    this.#count = 0;
    this.#whenEmpty = [];
  }

  #close(): void {
    if (this.#open !== null) this.#register(this.#open);
    this.#open = null;
  }

  #register(publishes: Publishes): void {
    const { broker, output, overdue } = this.#of;
    broker.whenStored(publishes.log, (isStored) => {
      if (this.#owed.length === 0) return;
      publishes.isStored = isStored;
      if (isStored) return this.#say();
      // What stands before it is stored or overdue, too: all wait equally long.
      this.drop();
      output.flushOk();
      overdue(publishes.verb);
    });
  }

  #say(): void {
    const { output, said } = this.#of;
    for (let first = this.#owed.at(0); first !== undefined; first = this.#owed.at(0)) {
      if ("frame" in first) {
        this.#count--;
        output.respond(first.frame);
      } else {
        if ("log" in first && !first.isStored) break;
        this.#count -= first.count;
        for (let i = 0; i < first.count; i++) output.ok();
      }
      this.#owed.shift();
    }
    if (this.#owed.length === 0) for (const then of this.#whenEmpty.splice(0)) then();
    said();
  }
}
