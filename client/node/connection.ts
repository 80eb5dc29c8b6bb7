/**
 * One connection to a node: the handshake (IDENTIFY, TLS, compression, AUTH, in the order NSQ has them), then frames
 * in and commands out. Heartbeats are answered here; who is silent or takes nothing for too long is given up.
 */
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { compressed } from "../../server/compression/compressed-stream.ts";
import type { Target } from "./address.ts";
import { ClientError, isSurvivable, nodeError } from "./errors.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { type Agreement, agreementOf, identifyBody, magic } from "./handshake.ts";
import { parseLocalAddress } from "./local-address.ts";
import type { ConnectionSettings } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { upgradeToTls } from "./tls.ts";

const frameResponse = 0;
const frameError = 1;
const frameMessage = 2;
/** What a message frame has besides the body, and what answers to IDENTIFY and AUTH may take. */
const frameBytesBesides = 64 * 1024;
/** More than this waiting for the socket: say no more until it has drained. */
const congestedBytes = 1024 * 1024;
const watchIntervalMsMax = 1_000;
/** Heartbeats come a second apart at least. More are not answered: who floods would have us fill memory with answers. */
const beatIntervalMsMin = 100;

/** Who uses the connection. Nothing is called after `closed`, which is called once. */
export interface ConnectionOwner {
  /** It can be used. */
  opened(): void;
  response(text: string): void;
  /** What the node refused; unless the error is survivable, `closed` follows with it. */
  refused(error: ClientError): void;
  /** A message's data is in [from, to) of `bytes`, which nobody writes to again. */
  message(bytes: Buffer, from: number, to: number): void;
  /** It was congested, and is no longer. */
  drained(): void;
  /** null: we ended it ourselves. */
  closed(error: ClientError | null): void;
}

type State = "identify" | "tls" | "compression" | "auth" | "open" | "closed";

export class Connection implements FrameSink {
  readonly outbox: Outbox;
  /** What was agreed upon; known when it is open. */
  agreement!: Agreement;
  readonly #target: Target;
  readonly #settings: ConnectionSettings;
  readonly #owner: ConnectionOwner;
  readonly #reader: FrameReader;
  readonly #socket: Socket;
  #stream: Duplex;
  #state: State = "identify";
  /** An answer that the handshake waited for. */
  #answer: string | null = null;
  #readAtMs = performance.now();
  #wroteAtMs = 0;
  #beatAtMs = Number.NEGATIVE_INFINITY;
  #watch: NodeJS.Timeout;
  #mute: () => void = () => {};
  readonly #written = () => {
    this.#wroteAtMs = performance.now();
  };

  constructor(target: Target, settings: ConnectionSettings, owner: ConnectionOwner) {
    this.#target = target;
    this.#settings = settings;
    this.#owner = owner;
    this.#reader = new FrameReader(this, Math.min(settings.maxMsgSize + frameBytesBesides, 2 ** 31 - 1));
    this.outbox = new Outbox((bytes) => this.#write(bytes));
    const { localAddr, dialTimeoutMs } = settings;
    this.#socket = connect({ ...target, ...parseLocalAddress(localAddr), noDelay: true });
    this.#stream = this.#socket;
    this.#listen(this.#socket);
    this.#socket.once("connect", () => this.#connected());
    this.#watch = setTimeout(
      () => this.destroy(new ClientError("TIMED_OUT", `no connection within ${dialTimeoutMs} ms`)),
      dialTimeoutMs,
    );
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** The socket has more than it takes: more said now would only be kept in memory. */
  get isCongested(): boolean {
    return this.#stream.writableLength > congestedBytes;
  }

  /** Sends what has been said, then the end of the stream. `closed` follows. */
  end(): void {
    if (this.#state === "closed") return;
    this.outbox.flush();
    const { closeTimeoutMs } = this.#settings;
    const overdue = setTimeout(() => this.destroy(null), Math.max(1_000, closeTimeoutMs / 10));
    this.#socket.once("close", () => clearTimeout(overdue));
    this.#stream.end();
  }

  destroy(error: ClientError | null): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    clearInterval(this.#watch);
    this.#stream.destroy();
    this.#socket.destroy();
    this.#owner.closed(error);
  }

  /** @internal */
  frame(type: number, bytes: Buffer, from: number, to: number): boolean {
    if (type === frameMessage && this.#state === "open") {
      this.#owner.message(bytes, from, to);
      return this.isOpen;
    }
    if (type !== frameResponse && type !== frameError) {
      this.nonsense(`a frame of type ${type}`);
      return false;
    }
    if (to - from === 2 && this.#state === "open" && type === frameResponse) {
      this.#owner.response("OK");
      return this.isOpen;
    }
    return this.#text(type, bytes.toString("utf8", from, to));
  }

  /** @internal */
  nonsense(reason: string): void {
    this.destroy(new ClientError("BAD_NODE", `the node sent ${reason}`));
  }

  #text(type: number, text: string): boolean {
    if (type === frameResponse && text === "_heartbeat_") {
      this.#beat();
      return true;
    }
    if (this.#state === "open") {
      if (type === frameError) this.#refused(nodeError(text));
      else this.#owner.response(text);
      return this.isOpen;
    }
    if (type === frameError) this.destroy(nodeError(text));
    else this.#answer = text;
    return false;
  }

  #beat(): void {
    if (this.#readAtMs - this.#beatAtMs < beatIntervalMsMin) return;
    this.#beatAtMs = this.#readAtMs;
    this.outbox.command("NOP\n");
  }

  #refused(error: ClientError): void {
    this.#owner.refused(error);
    // The node hangs up, too; one that does not would keep us waiting.
    if (!isSurvivable(error)) this.destroy(error);
  }

  #connected(): void {
    clearTimeout(this.#watch);
    const { readTimeoutMs, writeTimeoutMs } = this.#settings;
    const intervalMs = Math.min(watchIntervalMsMax, readTimeoutMs / 4, writeTimeoutMs / 4);
    this.#readAtMs = performance.now();
    // What has come while our own process was busy is read first.
    this.#watch = setInterval(() => setImmediate(() => this.#look()), intervalMs);
    this.outbox.command(magic);
    this.outbox.body("IDENTIFY\n", identifyBody(this.#settings));
  }

  #look(): void {
    if (this.#state === "closed") return;
    const nowMs = performance.now();
    const { readTimeoutMs, writeTimeoutMs } = this.#settings;
    if (nowMs - this.#readAtMs > readTimeoutMs)
      this.destroy(new ClientError("TIMED_OUT", `nothing from the node for ${readTimeoutMs} ms`));
    else if (this.#stream.writableLength > 0 && nowMs - this.#wroteAtMs > writeTimeoutMs)
      this.destroy(new ClientError("TIMED_OUT", `the node took nothing for ${writeTimeoutMs} ms`));
  }

  #listen(stream: Duplex): void {
    const listeners = {
      data: (chunk: Buffer) => {
        this.#readAtMs = performance.now();
        this.#received(chunk);
      },
      drain: () => {
        if (this.isOpen && !this.isCongested) this.#owner.drained();
      },
      close: () => this.#lost("the node closed the connection"),
    };
    for (const [event, listener] of Object.entries(listeners)) stream.on(event, listener);
    stream.on("error", (error: Error) => this.#lost(error.message, error));
    // Another stream laid over this one speaks for both. Errors are still heard, so that none is unheard.
    this.#mute = () => {
      for (const [event, listener] of Object.entries(listeners)) stream.off(event, listener);
    };
  }

  #lost(reason: string, cause?: Error): void {
    const ended = this.#stream.writableEnded && cause === undefined;
    this.destroy(ended ? null : new ClientError("CONNECTION_LOST", reason, { cause }));
  }

  #received(plain: Buffer): void {
    if (this.#state === "closed") return;
    this.#reader.push(plain);
    while (this.#answer !== null && this.#state !== ("closed" as State)) {
      const answer = this.#answer;
      this.#answer = null;
      this.#next(answer, this.#reader.takeRest());
    }
  }

  /** The handshake goes on: `answer` is what it waited for, `rest` what came behind that. */
  #next(answer: string, rest: Buffer): void {
    if (this.#state === "identify") {
      const agreement = agreementOf(answer, this.#settings);
      if (agreement instanceof ClientError) return this.destroy(agreement);
      this.agreement = agreement;
      if (agreement.tlsV1) return this.#toTls(rest);
      return this.#toCompression(rest);
    }
    if (this.#state === "auth") return this.#open(rest);
    if (answer !== "OK") return this.nonsense(`${JSON.stringify(answer.slice(0, 100))} instead of OK`);
    if (this.#state === "tls") return this.#toCompression(rest);
    this.#toAuth(rest);
  }

  #toTls(rest: Buffer): void {
    // What comes in the clear behind the answer was put there by somebody else.
    if (rest.length > 0) return this.nonsense("bytes in the clear before TLS");
    this.#state = "tls";
    this.#mute();
    try {
      this.#stream = upgradeToTls(this.#socket, this.#target, this.#settings);
    } catch (error) {
      return this.destroy(new ClientError("CONNECTION_LOST", (error as Error).message, { cause: error }));
    }
    this.#listen(this.#stream);
  }

  #toCompression(rest: Buffer): void {
    const { snappy, deflate } = this.agreement;
    if (!snappy && !deflate) return this.#toAuth(rest);
    this.#state = "compression";
    this.#mute();
    const level = this.#settings.deflateLevel;
    const stream = compressed(this.#stream, snappy ? { format: "snappy" } : { format: "deflate", level });
    this.#stream = stream;
    this.#listen(stream);
    // Its answer may have come in one piece with the one before, which was not compressed.
    if (rest.length > 0) stream.receive(rest);
  }

  #toAuth(rest: Buffer): void {
    if (!this.agreement.authRequired) return this.#open(rest);
    this.#state = "auth";
    this.outbox.body("AUTH\n", Buffer.from(this.#settings.authSecret));
    this.#received(rest);
  }

  #open(rest: Buffer): void {
    this.#state = "open";
    this.#owner.opened();
    this.#received(rest);
  }

  #write(bytes: Uint8Array): void {
    if (this.#state === "closed") return;
    if (this.#stream.writableLength === 0) this.#wroteAtMs = performance.now();
    this.#stream.write(bytes, this.#written);
  }
}
