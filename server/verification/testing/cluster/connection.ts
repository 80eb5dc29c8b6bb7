/** A client's connection to a node: both ways in order, each with its delays, and over when the process at the other end is. */
import type { Random } from "../../../broker/testing/random.ts";
import type { SimNode } from "./node.ts";
import type { Scheduler } from "./scheduler.ts";

const tripMsMax = 3;

export class Connection {
  readonly node: SimNode;
  isOpen = true;
  readonly #life: number;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  #toNodeMs = 0;
  #toClientMs = 0;
  /** What the client is told. */
  readonly #onEnd: () => void;
  /** What the node does about it. */
  onLeft: (() => void) | null = null;
  readonly #ended = () => this.#end();

  /** The node has to be up. */
  constructor(node: SimNode, scheduler: Scheduler, random: Random, onEnd: () => void) {
    this.node = node;
    this.#life = node.life;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#onEnd = onEnd;
    node.ended.add(this.#ended);
  }

  /** Something that the node is to do for this client. */
  send(run: () => void): void {
    const { nowMs } = this.#scheduler;
    this.#toNodeMs = Math.max(this.#toNodeMs, nowMs + this.#random.next() * tripMsMax);
    this.#scheduler.after(this.#toNodeMs - nowMs, () => {
      if (this.isOpen) this.node.do(() => this.isOpen && run(), this.#life);
    });
  }

  /** Something that the client learns from the node. */
  reply(run: () => void): void {
    const { nowMs } = this.#scheduler;
    this.#toClientMs = Math.max(this.#toClientMs, nowMs + this.#random.next() * tripMsMax);
    this.#scheduler.after(this.#toClientMs - nowMs, () => {
      if (this.isOpen) run();
    });
  }

  /** The client leaves. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.node.ended.delete(this.#ended);
    this.node.do(() => this.onLeft?.(), this.#life);
  }

  #end(): void {
    this.isOpen = false;
    this.#scheduler.after(this.#random.next() * tripMsMax, () => this.#onEnd());
  }
}
