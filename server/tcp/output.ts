/**
 * What goes out to one client, in the order of its commands. OKs are counted and written
 * together at the end of a turn; frames of messages are views of slabs, which are
 * held until the socket has taken them.
 */
import type { Socket } from "node:net";
import type { Slab } from "../broker/slab.ts";
import { okFrameBytes, okFrames } from "../protocol/response.ts";
import type { Turn } from "./turn.ts";

/** Bytes a socket may owe before nothing more is handed to it and nothing more is read from it. */
export const owedBytesMax = 1024 * 1024;

export class Output {
  readonly #socket: Socket;
  readonly #turn: Turn;
  #ok = 0;
  #writtenInTurn = false;
  #corked = false;
  #retained: Slab[] = [];
  // A double from the start: see the counters of a topic.
  #written = -0;
  #flushedBefore = -1;

  constructor(socket: Socket, turn: Turn) {
    this.#socket = socket;
    this.#turn = turn;
  }

  get owedBytes(): number {
    return this.#socket.writableLength;
  }

  ok(): void {
    if (this.#ok++ === 0) this.#turn.answer(this);
  }

  flushOk(): void {
    while (this.#ok > 0) {
      const frames = okFrames(this.#ok);
      this.#ok -= frames.length / okFrameBytes;
      this.write(frames, null);
    }
  }

  /** A response or an error: after the OKs of the commands before it. */
  respond(frame: Buffer): void {
    this.flushOk();
    this.write(frame, null);
  }

  /**
   * The first write of a turn goes straight to the socket; from the second on they are
   * gathered into one. False: the socket owes more than it should.
   */
  write(bytes: Uint8Array, slab: Slab | null): boolean {
    if (this.#socket.destroyed || this.#socket.writableEnded) return true;
    if (this.#writtenInTurn) {
      if (!this.#corked) {
        this.#corked = true;
        this.#socket.cork();
      }
    } else {
      this.#writtenInTurn = true;
      this.#turn.uncorkLater(this);
    }
    this.#written += bytes.length;
    const more = this.#socket.write(bytes);
    if (slab !== null && this.#socket.writableLength > 0) {
      if (this.#retained.length === 0) this.#turn.watch(this);
      slab.retain();
      this.#retained.push(slab);
    }
    return more;
  }

  uncork(): void {
    this.#writtenInTurn = false;
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork();
  }

  /** True when it holds no slab any more. */
  releaseWritten(): boolean {
    if (this.#retained.length === 0) return true;
    if (this.#socket.writableLength > 0 && !this.#socket.destroyed) return false;
    const retained = this.#retained;
    this.#retained = [];
    for (const slab of retained) slab.release();
    return true;
  }

  /** Whether nothing at all got through since the last call though something is owed. */
  isStalled(): boolean {
    const flushed = this.#written - this.#socket.writableLength;
    const stalled = this.#socket.writableLength > 0 && flushed === this.#flushedBefore;
    this.#flushedBefore = flushed;
    return stalled;
  }
}
