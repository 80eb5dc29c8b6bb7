/**
 * What goes out to one client, in the order of its commands. OKs are counted and written
 * together at the end of a turn; frames of messages are views of slabs, which are
 * held until the socket has taken them.
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Slab } from "../broker/slab.ts";
import { okFrameBytes, okFrames } from "../protocol/response.ts";
import type { Turn } from "./turn.ts";

/** Bytes a socket may owe before no more messages are handed to it. */
export const owedBytesMax = 1024 * 1024;
/** Bytes of replies it may owe before no more commands are carried out. */
export const owedReplyBytesMax = 128 * 1024;
/**
 * Memory that a socket may keep from being used again by frames it has yet to take. Small pieces of many slabs
 * would hold all of them: beyond this, what goes out is a copy.
 */
const retainedBytesMax = 8 * 1024 * 1024;

/** A socket with its handle, or a stream over one. */
type Underneath = Socket & {
  readonly over?: Duplex;
  readonly _handle?: { readonly writeQueueSize?: number } | null;
};

export class Output {
  #socket: Duplex;
  readonly #turn: Turn;
  #ok = 0;
  #writtenInTurn = false;
  #corked = false;
  /** Slabs that the socket has not taken all of, and up to which byte written each is wanted. */
  #retained: Slab[] = [];
  #retainedTo: number[] = [];
  #retainedBytes = 0;
  // A double from the start: see the counters of a topic.
  #written = -0;
  #replyBytes = 0;
  #flushedBefore = -1;
  #queuedBefore = -1;

  constructor(socket: Duplex, turn: Turn) {
    this.#socket = socket;
    this.#turn = turn;
  }

  /** From here on everything is written to another. Nothing of a slab may be owed. */
  moveTo(socket: Duplex): void {
    this.uncork();
    this.#socket = socket;
    this.#written = -0;
    this.#replyBytes = 0;
  }

  /** Everything said so far is with the system: resolves also when the socket ends first. */
  async allTaken(): Promise<void> {
    this.flushOk();
    this.uncork();
    const socket = this.#socket;
    if (socket.writableLength === 0 || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      socket.write(nothing, () => resolve());
      socket.once("close", resolve);
    });
  }

  get owedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Of the bytes owed, at most so many are replies. */
  get owedReplyBytes(): number {
    return Math.min(this.#replyBytes, this.#socket.writableLength);
  }

  ok(): void {
    if (this.#ok++ === 0) this.#turn.answer(this);
  }

  flushOk(): void {
    while (this.#ok > 0) {
      const frames = okFrames(this.#ok);
      this.#ok -= frames.length / okFrameBytes;
      this.#reply(frames);
    }
  }

  /** A response or an error: after the OKs of the commands before it. */
  respond(frame: Buffer): void {
    this.flushOk();
    this.#reply(frame);
  }

  #reply(frames: Buffer): void {
    if (this.#socket.writableLength === 0) this.#replyBytes = 0;
    this.#replyBytes += frames.length;
    this.write(frames, null);
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
    if (slab !== null && this.#retainedBytes >= retainedBytesMax) {
      bytes = Buffer.from(bytes);
      slab = null;
    }
    this.#written += bytes.length;
    const more = this.#socket.write(bytes);
    if (slab !== null && this.#socket.writableLength > 0) this.#retain(slab);
    return more;
  }

  #retain(slab: Slab): void {
    const last = this.#retained.length - 1;
    if (last >= 0 && this.#retained[last] === slab) {
      this.#retainedTo[last] = this.#written;
      return;
    }
    if (last < 0) this.#turn.watch(this);
    slab.retain();
    this.#retained.push(slab);
    this.#retainedTo.push(this.#written);
    this.#retainedBytes += slab.bytes.length;
  }

  /** The turn's end: what was gathered goes out, and slabs that the socket has taken go back for reuse at once. */
  uncork(): void {
    this.#writtenInTurn = false;
    if (this.#corked) {
      this.#corked = false;
      this.#socket.uncork();
    }
    if (this.#retained.length > 0) this.releaseWritten();
  }

  /** Lets slabs go that the socket has taken. True when it holds none any more. */
  releaseWritten(): boolean {
    this.#releaseTo(this.#written - this.#socket.writableLength);
    return this.#retained.length === 0;
  }

  /** The socket is closed: it takes nothing more. */
  releaseAll(): void {
    this.#releaseTo(Number.POSITIVE_INFINITY);
  }

  #releaseTo(flushed: number): void {
    const retained = this.#retained;
    let count = 0;
    while (count < retained.length && this.#retainedTo[count]! <= flushed) {
      const slab = retained[count++]!;
      this.#retainedBytes -= slab.bytes.length;
      slab.release();
    }
    if (count === 0) return;
    // At most so many as a socket's debt has pieces of slabs: no queue that would want to be a ring.
    this.#retained = retained.slice(count);
    this.#retainedTo = this.#retainedTo.slice(count);
  }

  /**
   * Whether nothing at all got through since the last call though something is owed. What the
   * kernel took of a write that is under way counts: a large one may take a slow client long.
   */
  isStalled(): boolean {
    const owed = this.#socket.writableLength;
    const flushed = this.#written - owed;
    const queued = queuedBytes(this.#socket);
    const stalled = owed > 0 && flushed === this.#flushedBefore && queued === this.#queuedBefore;
    this.#flushedBefore = flushed;
    this.#queuedBefore = queued;
    return stalled;
  }
}

const nothing = Buffer.alloc(0);

/** What the kernel has yet to take of what was written, whatever lies over the socket. */
function queuedBytes(socket: Duplex): number {
  const { over, _handle } = socket as Underneath;
  return over === undefined ? (_handle?.writeQueueSize ?? 0) : queuedBytes(over);
}
