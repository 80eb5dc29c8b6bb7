/**
 * A connection with Snappy or deflate on it, as NSQ has them: a stream over a stream. What is
 * written goes out whole and flushed; what comes is expanded only as fast as it is read, a piece of
 * at most 64 KiB at a time, so that little that was sent never becomes much that is kept.
 */
import { Duplex } from "node:stream";
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from "node:zlib";
import { SnappyDecoder, SnappyEncoder } from "./snappy-frames.ts";

export type Compression =
  | { readonly format: "snappy" }
  /** @property level 1 to 9 */
  | { readonly format: "deflate"; readonly level: number };

/** Plain bytes that are kept unread, beside the piece that comes next. */
const unreadBytesMax = 64 * 1024;
/** Plain bytes expanded in a turn: Snappy makes a megabyte of what one read brings, and others come in between. */
const turnBytes = 128 * 1024;
/** Plain bytes expanded at once. Also what is put together of small writes before they are compressed. */
const pieceBytes = 64 * 1024;

type Done = (error?: Error | null) => void;

/**
 * Compresses a connection from its next byte on.
 *
 * The stream ends and closes with `over`, and `over` with it; bytes that are no such stream destroy both
 * with an error. Written data must stay as it is until its callback.
 *
 * @param over a plain or TLS socket. Its 'data' is taken from here on; one that gives none, since it reads
 *   into a buffer of its own, is fed by `receive`.
 */
export function compressed(over: Duplex, compression: Compression): CompressedStream {
  return compression.format === "snappy"
    ? new SnappyStream(over)
    : new DeflateStream(over, compression.level);
}

export abstract class CompressedStream extends Duplex {
  readonly over: Duplex;
  #isDiscarding = false;

  constructor(over: Duplex) {
    super({ readableHighWaterMark: unreadBytesMax });
    this.over = over;
    over.on("data", (bytes: Buffer) => this.receive(bytes));
    over.on("end", () => this.receivedAll());
    over.on("error", (error) => this.destroy(error));
    over.on("close", () => {
      // What came before an end in order is still read.
      if (over.readableEnded && !this.readableEnded) this.once("end", () => this.destroy());
      else this.destroy();
    });
    // It may have been stopped behind what told it to compress.
    over.resume();
  }

  /** Compressed bytes have come. They are not changed afterwards. */
  receive(bytes: Buffer): void {
    if (!this.#isDiscarding) this.expand(bytes);
  }

  /** What comes from now on is thrown away as it is: expanding it would be work for nobody. */
  discard(): void {
    this.#isDiscarding = true;
    this.over.resume();
  }

  /** Has `bytes` read once they are plain, and `over` wait meanwhile. They stay as they are. */
  protected abstract expand(bytes: Buffer): void;
  /** No more will come. */
  protected abstract receivedAll(): void;
  /** Compresses, writes and flushes `bytes`; `done` when `over` has taken them. */
  protected abstract send(bytes: Buffer, done: Done): void;

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this.send(chunk, done);
  }

  /** Many small writes are compressed as few large ones. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    const batches: Buffer[] = [];
    for (let at = 0; at < chunks.length; ) {
      const from = at;
      let bytes = 0;
      while (at < chunks.length && (at === from || bytes + chunks[at]!.chunk.length <= pieceBytes)) {
        bytes += chunks[at++]!.chunk.length;
      }
      const batch = chunks.slice(from, at);
      batches.push(batch.length === 1 ? batch[0]!.chunk : Buffer.concat(batch.map(({ chunk }) => chunk)));
    }
    let sent = 0;
    const next = (error?: Error | null): void => {
      if (error || sent === batches.length) done(error);
      else this.send(batches[sent++]!, next);
    };
    next();
  }

  override _final(done: Done): void {
    this.over.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    this.over.destroy();
    done(error);
  }
}

class SnappyStream extends CompressedStream {
  readonly #encoder = new SnappyEncoder();
  readonly #decoder = new SnappyDecoder();
  #isWanted = false;
  #hasEnded = false;
  #isResting = false;
  #leftInTurn = turnBytes;

  override _read(): void {
    this.#isWanted = true;
    this.#goOn();
  }

  protected expand(bytes: Buffer): void {
    this.#decoder.push(bytes);
    this.over.pause();
    this.#goOn();
  }

  protected receivedAll(): void {
    this.#hasEnded = true;
    this.#goOn();
  }

  protected send(bytes: Buffer, done: Done): void {
    let frames: Buffer;
    try {
      frames = this.#encoder.encode(bytes);
    } catch (error) {
      return done(error as Error);
    }
    this.over.write(frames, done);
  }

  #goOn(): void {
    try {
      while (this.#isWanted && !this.#isResting && !this.destroyed) {
        const plain = this.#decoder.next();
        if (plain === null) return this.#expanded();
        this.#leftInTurn -= plain.length;
        if (this.#leftInTurn <= 0) this.#rest();
        this.#isWanted = this.push(plain);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  /** All that has come is expanded. */
  #expanded(): void {
    if (this.#hasEnded) this.push(null);
    else this.over.resume();
  }

  #rest(): void {
    this.#isResting = true;
    setImmediate(() => {
      this.#isResting = false;
      this.#leftInTurn = turnBytes;
      this.#goOn();
    });
  }
}

class DeflateStream extends CompressedStream {
  readonly #deflate: DeflateRaw;
  readonly #inflate: InflateRaw;

  constructor(over: Duplex, level: number) {
    super(over);
    this.#deflate = createDeflateRaw({ level, flush: constants.Z_SYNC_FLUSH });
    // A stream may end anywhere: nobody ends it in order.
    this.#inflate = createInflateRaw({ chunkSize: pieceBytes, finishFlush: constants.Z_SYNC_FLUSH });
    this.#deflate.on("data", (bytes: Buffer) => over.write(bytes));
    this.#inflate.on("data", (plain: Buffer) => {
      if (!this.push(plain)) this.#inflate.pause();
    });
    this.#inflate.on("drain", () => over.resume());
    this.#inflate.on("end", () => this.push(null));
    for (const half of [this.#deflate, this.#inflate]) half.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    this.#inflate.resume();
  }

  protected expand(bytes: Buffer): void {
    if (!this.#inflate.write(bytes)) this.over.pause();
  }

  protected receivedAll(): void {
    this.#inflate.end();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#deflate.destroy();
    this.#inflate.destroy();
    super._destroy(error, done);
  }

  protected send(bytes: Buffer, done: Done): void {
    this.#deflate.write(bytes, (error) => {
      if (error) done(error);
      // Behind what it has just been given, so that what is owed is counted until the client has taken it.
      else this.over.write(nothing, done);
    });
  }
}

const nothing = Buffer.alloc(0);
