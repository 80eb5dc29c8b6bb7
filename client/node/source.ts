/** A node a consumer takes messages from: a link, and a subscription on each of its connections. */
import type { Connection } from "./connection.ts";
import { type ClientError, isSurvivable } from "./errors.ts";
import { Link, type LinkOwner } from "./link.ts";
import type { ConsumerSettings } from "./options.ts";
import { Subscription, type SubscriptionOwner } from "./subscription.ts";

export interface SourceOwner extends SubscriptionOwner {
  subscribed(source: Source, subscription: Subscription): void;
  /** An answer of ours was refused. */
  refused(error: ClientError): void;
  /** `subscription`: null when it had not come to that. */
  closed(source: Source, subscription: Subscription | null, error: ClientError | null): void;
}

export class Source {
  readonly address: string;
  readonly #settings: ConsumerSettings;
  readonly #owner: SourceOwner;
  readonly #link: Link;
  #subscription: Subscription | null = null;
  #isWaitingForClose = false;

  /** Connects at once. Throws an `OptionError` for what is no address. */
  constructor(address: string, settings: ConsumerSettings, owner: SourceOwner) {
    this.address = address;
    this.#settings = settings;
    this.#owner = owner;
    this.#link = new Link(address, settings, this.#linkOwner());
    this.#link.connect();
  }

  /** There is a connection, or one is being made. */
  get isActive(): boolean {
    return this.#link.isActive;
  }

  /** No further connection once this one ends. */
  forget(): void {
    this.#link.forget();
  }

  /** Asks for no more messages, and ends when none is held. */
  close(): void {
    if (this.#subscription === null) return this.#link.end();
    this.#link.forget();
    this.#isWaitingForClose = true;
    this.#subscription.close();
  }

  /** After an answer: whether it was the last that its end waited for. */
  endIfIdle(): void {
    if (this.#subscription?.isClosing && !this.#isWaitingForClose && this.#subscription.isIdle)
      this.#link.end();
  }

  destroy(): void {
    this.#link.destroy();
  }

  #linkOwner(): LinkOwner {
    return {
      opened: (connection) => this.#opened(connection),
      response: (text) => this.#response(text),
      refused: (error) => {
        if (isSurvivable(error)) this.#owner.refused(error);
      },
      message: (bytes, from, to) => this.#message(bytes, from, to),
      drained: () => {},
      closed: (error) => this.#closed(error),
    };
  }

  #opened(connection: Connection): void {
    const { topic, channel } = this.#settings;
    connection.outbox.command(`SUB ${topic} ${channel}\n`);
  }

  #response(text: string): void {
    const connection = this.#link.connection!;
    if (text === "OK" && this.#subscription === null) {
      this.#subscription = new Subscription(connection, this.address, this.#owner);
      this.#owner.subscribed(this, this.#subscription);
    } else if (text === "CLOSE_WAIT" && this.#isWaitingForClose) {
      this.#isWaitingForClose = false;
      this.endIfIdle();
    } else connection.nonsense(`an answer to nothing: ${JSON.stringify(text.slice(0, 100))}`);
  }

  #message(bytes: Buffer, from: number, to: number): void {
    this.#link.useful();
    if (this.#subscription !== null) this.#subscription.receive(bytes, from, to);
    else this.#link.connection?.nonsense("a message before it was asked for any");
  }

  #closed(error: ClientError | null): void {
    const subscription = this.#subscription;
    this.#subscription = null;
    subscription?.gone();
    this.#owner.closed(this, subscription, error);
  }
}
