/**
 * Copies of a topic's messages as they are published, or what happens to them, without being a consumer: nothing is
 * taken from anybody, nothing is held, and under load copies are what is left out first, which is counted.
 */
import { BridgeError } from "./errors.ts";
import { type BridgeSocket, Link, type LinkOptions } from "./link.ts";
import { Listeners } from "./listeners.ts";
import type { TailBatch, TailSpec } from "./tail-batch.ts";

export interface TailOptions extends LinkOptions, TailSpec {
  readonly onBatch: (batch: TailBatch) => void;
}

export type TailState = "connecting" | "tailing" | "refused" | "closed";

export type TailEvents = {
  /** `refused`: what was asked for is not to be had; `change` asks for something else. */
  state: [TailState];
  /** What went wrong; the tail goes on unless its state is `refused` or `closed`. */
  error: [BridgeError];
};

export class Tail extends Listeners<TailEvents> {
  readonly #onBatch: (batch: TailBatch) => void;
  readonly #link: Link;
  #spec: TailSpec;
  #state: TailState = "connecting";
  /** What arrives is of `#spec`, and not of what was asked for before it. */
  #isTold = false;

  constructor({ url, token, headers, onBatch, ...spec }: TailOptions) {
    super();
    this.#onBatch = onBatch;
    this.#spec = spec;
    const own = { token, ...(url !== undefined && { url }), ...(headers !== undefined && { headers }) };
    this.#link = new Link(own, {
      attached: (socket) => this.#listen(socket),
      opened: () => void this.#ask(),
      closed: (why, isOver) => this.#closed(why, isOver),
    });
  }

  get state(): TailState {
    return this.#state;
  }

  /** From now on this, over the same connection. The token has to be for it. */
  change(spec: TailSpec): void {
    this.#spec = spec;
    this.#isTold = false;
    if (this.#link.isOpen) void this.#ask();
  }

  close(): void {
    this.#link.close();
    this.#change("closed");
  }

  #listen(socket: BridgeSocket): void {
    socket.on("tail", (batch) => {
      if (this.#isTold && this.#state !== "closed") this.#onBatch(batch);
    });
  }

  async #ask(): Promise<void> {
    const spec = this.#spec;
    try {
      await this.#link.ask((socket, answer) =>
        socket.emit("tail", spec, (said) => {
          // Before the next event, which may be its first batch.
          if (said.ok && spec === this.#spec) this.#isTold = true;
          answer(said);
        }),
      );
      if (spec === this.#spec) this.#change("tailing");
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      if (spec !== this.#spec || error.code === "lost") return;
      this.emit("error", error);
      this.#change("refused");
    }
  }

  #closed(why: BridgeError | null, isOver: boolean): void {
    this.#isTold = false;
    if (why !== null) this.emit("error", why);
    this.#change(isOver ? "closed" : "connecting");
  }

  #change(state: TailState): void {
    if (state === this.#state || this.#state === "closed") return;
    this.#state = state;
    this.emit("state", state);
  }
}
