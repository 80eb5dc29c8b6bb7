/** One TCP connection to an nsqlookupd: commands go out in batches, each is answered in time or the connection is over. */
import { connect, type Socket } from "node:net";
import { LookupReplyDecoder } from "../protocol/lookup-decoder.ts";

/** For connecting, and for each reply, as nsqd has it. */
const answerMsMax = 1_000;

interface Question {
  left: number;
  readonly replies: Buffer[];
  resolve(replies: Buffer[]): void;
  reject(error: Error): void;
}

export class LookupConnection implements Disposable {
  /** Resolves when it is over. */
  readonly ended: Promise<void>;
  /** Why it is over; null while it is not. */
  failure: Error | null = null;
  readonly #socket: Socket;
  readonly #decoder = new LookupReplyDecoder();
  #question: Question | null = null;
  #deadline: NodeJS.Timeout | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => {
      clearTimeout(this.#deadline);
      this.failure ??= new Error("the connection was closed");
      this.#question?.reject(this.failure);
      this.#question = null;
      resolve();
    });
  }

  /** Rejects when there is no connection within a second, or when `signal` aborts. */
  static async open(host: string, port: number, signal: AbortSignal): Promise<LookupConnection> {
    const socket = connect({ host, port, noDelay: true, signal });
    const connection = new LookupConnection(socket);
    const { promise: connected, resolve } = Promise.withResolvers<void>();
    socket.once("connect", resolve);
    connection.#watch("it does not answer");
    await Promise.race([connected, connection.ended]);
    clearTimeout(connection.#deadline);
    if (connection.failure !== null) throw connection.failure;
    return connection;
  }

  /** Writes commands of which each has a reply; resolves to the replies, in order. One question at a time. */
  ask(commands: string | Buffer, replies: number): Promise<Buffer[]> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure);
      this.#question = { left: replies, replies: [], resolve, reject };
      this.#watch("it does not reply");
      this.#socket.write(commands);
    });
  }

  /** For what has no reply. */
  write(bytes: string): void {
    this.#socket.write(bytes);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #watch(late: string): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#fail(new Error(late)), answerMsMax);
  }

  #read(chunk: Buffer): void {
    const replies = this.#decoder.push(chunk);
    if (replies === null) return this.#fail(new Error("it is no nsqlookupd"));
    for (const reply of replies) {
      const question = this.#question;
      if (question === null) return this.#fail(new Error("it replies to nothing"));
      question.replies.push(reply);
      if (--question.left > 0) {
        this.#watch("it does not reply");
        continue;
      }
      clearTimeout(this.#deadline);
      this.#question = null;
      question.resolve(question.replies);
    }
  }

  #fail(error: Error): void {
    this.failure ??= error;
    this.#socket.destroy();
  }
}
