/**
 * A client's bytes both ways: the socket as it was accepted, and what IDENTIFY laid over it, TLS or a
 * compressed stream or one over the other. What is written and how it ends goes through the topmost.
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { CompressedStream } from "../compression/compressed-stream.ts";
import type { TlsStats } from "../protocol/connection.ts";
import { copyRead, readCopied, readShared } from "./input.ts";

export interface WireEvents {
  /** Plain bytes are in the shared read buffer. False: read no more until `resume`. */
  received(bytes: number): boolean;
  drained(): void;
  /** The client has ended its stream. */
  ended(): void;
  /** Both ways are closed. */
  gone(): void;
}

export class Wire {
  readonly raw: Socket;
  /** What is written to. */
  top: Duplex;
  tls: TlsStats | null = null;
  /** Of the client's certificate; "" for none. */
  commonName = "";
  compression: "snappy" | "deflate" | null = null;
  readonly #events: WireEvents;
  /** Takes what the plain socket has read. */
  #take: (bytes: number) => boolean;
  readonly #drained = () => this.#events.drained();
  readonly #ended = () => this.#events.ended();
  readonly #gone = () => this.#events.gone();

  constructor(accepted: Socket, events: WireEvents) {
    this.#events = events;
    this.#take = (bytes) => events.received(bytes);
    this.raw = readShared(accepted, (bytes) => this.#take(bytes));
    this.top = this.raw;
    this.#attach(this.raw);
  }

  resume(): void {
    this.top.resume();
  }

  /** Nothing more of the client is wanted: it is read so that it can take the end, and thrown away. */
  discard(): void {
    if (this.top instanceof CompressedStream) this.top.discard();
  }

  end(): void {
    this.top.end();
  }

  destroy(): void {
    this.top.destroy();
  }

  /** The next bytes of the plain socket, apart from all others; nothing is read behind them. */
  nextBytes(taken: (bytes: Buffer) => void): void {
    this.#take = (bytes) => {
      taken(copyRead(bytes));
      return false;
    };
    this.raw.resume();
  }

  /** From its next byte on the client is written to and ends through `socket`, which is over what there was. */
  lay(socket: Duplex): void {
    this.top.off("drain", this.#drained).off("end", this.#ended).off("close", this.#gone);
    this.top = socket;
    this.#attach(socket);
  }

  /** As `lay`; bytes that the plain socket reads go there as well. @param rest bytes that have come already */
  compress(stream: CompressedStream, rest: Buffer | null): void {
    if (stream.over === this.raw) {
      this.#take = (bytes) => {
        stream.receive(copyRead(bytes));
        return true;
      };
      if (rest !== null) stream.receive(rest);
    }
    this.lay(stream);
  }

  /** Plain bytes come from the topmost stream from now on. */
  read(): void {
    readCopied(this.top, (bytes) => this.#events.received(bytes));
  }

  #attach(socket: Duplex): void {
    socket.on("drain", this.#drained);
    socket.on("end", this.#ended);
    // A reset tells nothing that 'close', which follows it, does not.
    socket.on("error", () => {});
    socket.on("close", this.#gone);
  }
}
