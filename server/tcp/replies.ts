/**
 * Replies to one client, in the order of its commands: that is how clients match them. Where one waits for the store,
 * those behind it wait, too (DU5); a connection that publishes to no durable topic owes nothing at any time.
 */
import type { Broker } from "../broker/broker.ts";
import { Deque } from "../broker/deque.ts";
import type { Log } from "../broker/log.ts";
import type { Topic } from "../broker/topic.ts";
import type { Output } from "./output.ts";
import type { Turn } from "./turn.ts";

/** Replies that a connection may be owed before no more of it is read. */
const owedMax = 16_384;

export type PublishVerb = "PUB" | "MPUB" | "DPUB";

/** OKs of publishes that went to one log in one turn. */
interface Publishes {
  readonly log: Log;
  readonly verb: PublishVerb;
  /** 0: only what follows waits for them. */
  oks: number;
  fate: "waiting" | "stored" | "refused";
}

type Owed = Publishes | { readonly frame: Buffer } | { oks: number };

export interface Replying {
  readonly broker: Broker;
  readonly turn: Turn;
  readonly output: Output;
  /** The first one owed took too long to store, or its log is another node's. Nothing more is said here. */
  overdue(verb: PublishVerb): void;
  /** Less is owed than before. */
  said(): void;
}

export class Replies {
  readonly #of: Replying;
  readonly #owed = new Deque<Owed>();
  /** Of this turn: what is published to the same log joins them. */
  #open: Publishes | null = null;
  #count = 0;
  #whenEmpty: (() => void)[] = [];

  constructor(of: Replying) {
    this.#of = of;
  }

  /** So many wait that no more commands should be carried out. */
  get isFull(): boolean {
    return this.#count > owedMax;
  }

  ok(): void {
    if (this.#owed.length === 0) return this.#of.output.ok();
    this.#count++;
    this.#close();
    const last = this.#owed.at(this.#owed.length - 1)!;
    if ("oks" in last) last.oks++;
    else this.#owed.push({ oks: 1 });
  }

  /** A response or an error. */
  respond(frame: Buffer): void {
    if (this.#owed.length === 0) return this.#of.output.respond(frame);
    this.#count++;
    this.#close();
    this.#owed.push({ frame });
  }

  /** The OK of a publish that has just been put to `topic`: when it counts. */
  accepted(topic: Topic, verb: PublishVerb, log = topic.log): void {
    if (log?.durable) this.#publish(log, verb, 1);
    else this.ok();
  }

  /** A part of a publish has just been put to `topic`, whose log may end before the rest has come. */
  begun(topic: Topic, verb: PublishVerb): void {
    if (topic.log?.durable) this.#publish(topic.log, verb, 0);
  }

  /** Calls `then` when nothing is owed: now, or in a later turn. Not called when the connection goes first. */
  whenEmpty(then: () => void): void {
    if (this.#owed.length === 0) then();
    else this.#whenEmpty.push(then);
  }

  /** Resolves when nothing is owed; never, when the connection goes first. */
  answered(): Promise<void> {
    return new Promise((resolve) => this.whenEmpty(resolve));
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

  #publish(log: Log, verb: PublishVerb, oks: number): void {
    this.#count += oks;
    const open = this.#open;
    if (open !== null && open.log === log && open.verb === verb) {
      open.oks += oks;
      return;
    }
    if (open === null) this.#of.turn.answer(this);
    else this.#register(open);
    this.#open = { log, verb, oks, fate: "waiting" };
    this.#owed.push(this.#open);
  }

  #close(): void {
    if (this.#open !== null) this.#register(this.#open);
    this.#open = null;
  }

  #register(publishes: Publishes): void {
    this.#of.broker.durable.whenStored(publishes.log, (isStored) => {
      publishes.fate = isStored ? "stored" : "refused";
      this.#say();
    });
  }

  /** What need not wait any more, up to the first that does. Behind a refusal nothing is said. */
  #say(): void {
    const { output, overdue, said } = this.#of;
    for (let first = this.#owed.at(0); first !== undefined; first = this.#owed.at(0)) {
      if ("frame" in first) {
        this.#count--;
        output.respond(first.frame);
      } else {
        if ("log" in first && first.fate === "waiting") break;
        if ("log" in first && first.fate === "refused") {
          this.drop();
          return overdue(first.verb);
        }
        this.#count -= first.oks;
        for (let i = 0; i < first.oks; i++) output.ok();
      }
      this.#owed.shift();
    }
    if (this.#owed.length === 0) for (const then of this.#whenEmpty.splice(0)) then();
    said();
  }
}
