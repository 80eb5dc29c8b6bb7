import { on } from "node:events";
import { type Message, Reader } from "nsqjs";

/** NSQ's official client for Node, one message after the other. */
export class Consumer implements Disposable {
  readonly #reader: Reader;
  readonly #messages: NodeJS.AsyncIterator<unknown[]>;

  constructor(tcp: string, topic: string, channel: string) {
    this.#reader = new Reader(topic, channel, { nsqdTCPAddresses: [tcp], maxInFlight: 10 });
    // Keeps what arrives before it is asked for.
    this.#messages = on(this.#reader, "message");
    // Whoever waits for a message is told of the first; it goes on trying after its node was stopped at a test's end.
    this.#reader.on("error", () => {});
    this.#reader.connect();
  }

  async next(): Promise<Message> {
    const { value } = await this.#messages.next();
    return value?.[0] as Message;
  }

  [Symbol.dispose](): void {
    this.#reader.close();
  }
}
