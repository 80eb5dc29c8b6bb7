/**
 * A connection to the console that is made again whenever it ends, each time with a token that is asked for anew,
 * and goes on with another one before its own is over.
 */
import { io, type Socket } from "socket.io-client";
import { BridgeError } from "./errors.ts";
import {
  type Answer,
  type BridgeClientEvents,
  type BridgeServerEvents,
  bridgePath,
  type Handshake,
  type Hello,
  protocolVersion,
  type Refusal,
} from "./protocol.ts";

export type BridgeSocket = Socket<BridgeServerEvents, BridgeClientEvents>;
export type TokenSource = () => string | Promise<string>;

export interface LinkOptions {
  /** The console's address, with its base path if it has one; left out: the page's own origin. */
  readonly url?: string;
  /** Asked before each connection and before a token's end: each is good for one. */
  readonly token: TokenSource;
  /** How long the console may take to answer. Default: 20,000. */
  readonly answerTimeoutMs?: number;
  /** Sent where there is no browser, which sends its own. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LinkOwner {
  /** Listens before the first byte comes. */
  attached(socket: BridgeSocket): void;
  opened(hello: Hello): void;
  /** null: nobody said why. It is opened again after a while, unless `isOver`. */
  closed(why: BridgeError | null, isOver: boolean): void;
}

const firstDelayMs = 500;
const delayMsMax = 10_000;
/** A browser is told by the console that a connection ends; from one that says nothing nothing is heard for this long. */
const answerTimeoutMsDefault = 20_000;
const pageMax = 200;

/** Of these another attempt would change nothing. */
const lasting: ReadonlySet<string> = new Set([
  "version",
  "bad-request",
  "not-allowed",
  "revoked",
  "disconnected",
]);

/** One to a page, as long as it is open. */
const tab = crypto.randomUUID();

export class Link {
  readonly #options: LinkOptions;
  readonly #owner: LinkOwner;
  readonly #socket: BridgeSocket;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastWord: BridgeError | null = null;
  #isOver = false;
  #isOpen = false;

  constructor(options: LinkOptions, owner: LinkOwner) {
    this.#options = options;
    this.#owner = owner;
    const url = new URL(options.url ?? "/", globalThis.location?.href);
    this.#socket = io(url.origin, {
      path: `${url.pathname.replace(/\/$/, "")}${bridgePath}`,
      transports: ["websocket"],
      forceNew: true,
      // By us: a token is good for one attempt, and some ends are for good.
      reconnection: false,
      autoConnect: false,
      ...(options.headers === undefined ? {} : { extraHeaders: options.headers }),
    });
    this.#socket.on("hello", (hello) => {
      this.#failures = 0;
      this.#isOpen = true;
      owner.opened(hello);
    });
    this.#socket.on("expiring", () => void this.#refresh());
    this.#socket.on("end", (why) => {
      this.#lastWord = BridgeError.of(why);
    });
    this.#socket.on("connect_error", (error: Error & { data?: Refusal }) => this.#failed(error));
    this.#socket.on("disconnect", () => this.#ended());
    owner.attached(this.#socket);
    void this.#open();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The connection ends, and is opened again. */
  renew(): void {
    if (this.#isOpen) this.#socket.disconnect();
  }

  /** For good. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#socket.disconnect();
  }

  /** The answer of the console; rejects with a `BridgeError` of a refusal, or `lost` when the connection ended. */
  async ask<T>(send: (socket: BridgeSocket, answer: (answer: Answer<T>) => void) => void): Promise<T> {
    if (!this.#isOpen) throw new BridgeError("lost", "There is no connection to the console now.");
    const answer = await new Promise<Answer<T> | null>((resolve) => {
      const settle = (said: Answer<T> | null) => {
        clearTimeout(late);
        this.#socket.off("disconnect", gone);
        resolve(said);
      };
      const gone = () => settle(null);
      const late = setTimeout(gone, this.#options.answerTimeoutMs ?? answerTimeoutMsDefault);
      this.#socket.once("disconnect", gone);
      send(this.#socket, settle);
    });
    if (answer === null) throw new BridgeError("lost", "The connection ended before the console answered.");
    if (!answer.ok) throw BridgeError.of(answer);
    return answer;
  }

  async #open(): Promise<void> {
    try {
      const token = await this.#options.token();
      if (this.#isOver) return;
      const page = (globalThis.location?.pathname ?? "").slice(0, pageMax);
      this.#socket.auth = { protocol: protocolVersion, token, tab, page } satisfies Handshake;
      this.#socket.connect();
    } catch (error) {
      this.#over(new BridgeError("token", "No token was to be had.", { cause: error }));
    }
  }

  async #refresh(): Promise<void> {
    try {
      const token = await this.#options.token();
      await this.ask<{ expiresInMs: number }>((socket, answer) => socket.emit("refresh", token, answer));
    } catch {
      // Then it ends with its token, and is opened again with another.
    }
  }

  #failed(error: Error & { data?: Refusal }): void {
    this.#over(error.data ? BridgeError.of(error.data) : new BridgeError("unavailable", error.message));
  }

  #ended(): void {
    this.#isOpen = false;
    const why = this.#lastWord;
    this.#lastWord = null;
    this.#over(why);
  }

  #over(why: BridgeError | null): void {
    if (why !== null && lasting.has(why.code)) this.#isOver = true;
    this.#owner.closed(why, this.#isOver);
    if (this.#isOver) return;
    const delayMs = Math.min(delayMsMax, firstDelayMs * 2 ** this.#failures++) * (0.5 + Math.random() / 2);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#open(), delayMs);
  }
}
