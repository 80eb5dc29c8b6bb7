/** A page that publishes, and hears the broker's own answer: of a durable topic after the commit. */
import { BridgeError } from "./errors.ts";
import { packBodies } from "./frames.ts";
import { Link, type LinkOptions } from "./link.ts";
import { Listeners } from "./listeners.ts";
import { bodiesPerEventMax, delayMsMax, type Hello } from "./protocol.ts";

export type Body = string | Uint8Array;

export interface PublishOptions {
  /** Delivered so much later, at the earliest. */
  readonly deferMs?: number;
  /**
   * Up to 128 characters: said again with the same key it is not published again, for ten minutes, by the same
   * console. Repeat with it what was `lost`.
   */
  readonly key?: string;
}

export type ProducerEvents = {
  state: ["connecting" | "open" | "closed"];
  error: [BridgeError];
};

const encoder = new TextEncoder();

export class Producer extends Listeners<ProducerEvents> {
  readonly #link: Link;
  #opening = Promise.withResolvers<void>();
  #hasOpened = false;
  #hello: Hello | null = null;

  constructor(options: LinkOptions) {
    super();
    this.#opening.promise.catch(() => {});
    this.#link = new Link(options, {
      attached: () => {},
      opened: (hello) => {
        this.#hello = hello;
        this.#hasOpened = true;
        this.#opening.resolve();
        this.emit("state", "open");
      },
      closed: (why, isOver) => this.#closed(why, isOver),
    });
  }

  /**
   * Resolves when the broker has the message; `again`: it had it already, by its key. Rejects with a `BridgeError`;
   * `lost` and `unknown`: it may have been published.
   */
  publish(topic: string, body: Body, options: PublishOptions = {}): Promise<{ again: boolean }> {
    return this.#publish(topic, [body], options);
  }

  /** All of them, or none. Up to a thousand. */
  publishMany(
    topic: string,
    bodies: readonly Body[],
    options: Pick<PublishOptions, "key"> = {},
  ): Promise<{ again: boolean }> {
    return this.#publish(topic, bodies, options);
  }

  close(): void {
    this.#link.close();
    this.#closed(null, true);
  }

  async #publish(topic: string, said: readonly Body[], { deferMs, key }: PublishOptions) {
    if (said.length === 0 || said.length > bodiesPerEventMax)
      throw new BridgeError("bad-request", `1 to ${bodiesPerEventMax} messages at a time`);
    if (deferMs !== undefined && !(deferMs >= 0 && deferMs <= delayMsMax))
      throw new BridgeError("bad-request", `a delay of ${deferMs} ms`);
    const bodies = said.map((body) => (typeof body === "string" ? encoder.encode(body) : body));
    const packed = packBodies(bodies);
    const request = {
      topic,
      ...(deferMs === undefined ? {} : { deferMs: Math.round(deferMs) }),
      ...(key === undefined ? {} : { key }),
    };
    await this.#opening.promise;
    const { messageBytesMax, publishBytesMax } = this.#hello!;
    // The console would hang up on it, and nobody could say what became of it.
    if (bodies.some(({ length }) => length > messageBytesMax) || packed.length > publishBytesMax)
      throw new BridgeError(
        "too-large",
        `A message may have ${messageBytesMax} bytes, a publish with 4 for each message ${publishBytesMax}.`,
      );
    const { again } = await this.#link.ask<{ again: boolean }>((socket, answer) =>
      socket.emit("pub", request, packed, answer),
    );
    return { again };
  }

  #closed(why: BridgeError | null, isOver: boolean): void {
    if (why !== null) this.emit("error", why);
    // Who waits for the connection already waits for the next attempt too.
    if (this.#hasOpened) this.#opening = Promise.withResolvers<void>();
    this.#hasOpened = false;
    this.#opening.promise.catch(() => {});
    if (isOver) this.#opening.reject(why ?? new BridgeError("closed", "The producer is closed."));
    this.emit("state", isOver ? "closed" : "connecting");
  }
}
