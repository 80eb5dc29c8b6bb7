/**
 * Bytes from sockets to commands. All plain sockets read into one shared buffer; what a
 * chunk leaves over of a command is carried in front of the next chunk, or, when the
 * command is large and its length known, gathered in a buffer of its own.
 */
import { Socket, type SocketConstructorOpts } from "node:net";
import type { Duplex } from "node:stream";
import { type CommandSink, Decoder } from "../protocol/decoder.ts";
import { fault } from "../protocol/faults.ts";
import { owedBytesMax } from "./output.ts";
import { giveSpare, takeSpare } from "./spares.ts";

/** Two spaces and V2: what a client says before anything else. */
const magic = 0x20205632;
const magicBytes = 4;

/** What is read at a time. Twice as much would be some hundredths faster, and others would wait twice as long. */
export const readBytes = 128 * 1024;
/** In front of the read buffer: what was left over is laid there, so that command and chunk are one piece. */
const carryBytesMax = 64 * 1024;
/** A shorter rest is carried even when its command's length is known. */
const gatherFromBytes = 2_048;
/** A connection keeps a buffer up to this size for what it carries; a larger one is for a very long line, and goes. */
const keptCarryBytesMax = 4_096;

const shared = Buffer.allocUnsafeSlow(carryBytesMax + readBytes);
const sharedView = new DataView(shared.buffer);
const readInto = shared.subarray(carryBytesMax);

/** Whether bytes that a command was found in stay as they are while the session is suspended. */
export function outliveTurn(bytes: Buffer): boolean {
  return bytes !== shared;
}

export class Input {
  #sink: CommandSink;
  readonly #decoder = new Decoder();
  #carry: Buffer | null = null;
  #carried = 0;
  #gathering: Buffer | null = null;
  #gathered = 0;
  #need = 0;
  #lent: Buffer | null = null;
  #waiting: Buffer | null = null;
  #waitingFrom = 0;
  #greeted = false;

  constructor(sink: CommandSink) {
    this.#sink = sink;
  }

  /** Commands go to another from here on. */
  serve(sink: CommandSink): void {
    this.#sink = sink;
  }

  /** The client has said the magic. */
  get greeted(): boolean {
    return this.#greeted;
  }

  /**
   * Carries out what `bytes` bytes, read into the shared buffer, complete.
   * @returns whether any command was completed
   */
  received(bytes: number): boolean {
    const end = carryBytesMax + bytes;
    let at = carryBytesMax;
    if (this.#gathering !== null) {
      const taken = Math.min(bytes, this.#need - this.#gathered);
      this.#gather(shared, at, at + taken);
      if (this.#gathered < this.#need) return false;
      this.#decodeGathered();
      this.#decode(shared, sharedView, at + taken, end);
      return true;
    }
    if (this.#carried > 0) {
      at -= this.#carried;
      this.#carry!.copy(shared, at, 0, this.#carried);
      this.#carried = 0;
      if (this.#carry!.length > keptCarryBytesMax) this.#carry = null;
    }
    if (!this.#greeted) {
      if (end - at < magicBytes) {
        this.#keep(shared, at, end);
        return false;
      }
      this.#greeted = true;
      if (sharedView.getUint32(at) !== magic) this.#sink.fail(fault("E_BAD_PROTOCOL", ""));
      at += magicBytes;
    }
    return this.#decode(shared, sharedView, at, end);
  }

  /** What was in the way is over: what had come behind it is carried out. At most one read's worth waits. */
  resume(): void {
    if (this.#lent !== null) giveSpare(this.#lent);
    this.#lent = null;
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    const view = new DataView(waiting.buffer, waiting.byteOffset, waiting.length);
    this.#decode(waiting, view, this.#waitingFrom, waiting.length);
  }

  /** Something has come behind the command that is in the way. */
  get hasWaiting(): boolean {
    return this.#waiting !== null;
  }

  /** What had come behind the command that is in the way, to be read as something else; null: nothing had. */
  takeWaiting(): Buffer | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting === null ? null : waiting.subarray(this.#waitingFrom);
  }

  /** The client has ended the stream. */
  end(): void {
    const [bytes, length] =
      this.#gathering === null ? [this.#carry, this.#carried] : [this.#gathering, this.#gathered];
    if (bytes === null || length === 0 || !this.#greeted) return;
    this.#decoder.end(
      bytes,
      new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
      0,
      length,
      this.#sink,
    );
  }

  /** The connection is over: nothing of it is kept. */
  drop(): void {
    if (this.#gathering !== null) giveSpare(this.#gathering);
    this.#gathering = null;
    this.#carry = null;
    this.#waiting = null;
    // What a command still reads in is not handed to another.
    this.#lent = null;
  }

  #decode(bytes: Buffer, view: DataView, at: number, end: number): boolean {
    const rest = this.#decoder.decode(bytes, view, at, end, this.#sink);
    if (rest < end && !this.#sink.closed) {
      if (this.#sink.suspended) this.#wait(bytes, rest, end);
      else this.#keep(bytes, rest, end);
    }
    return rest > at;
  }

  #decodeGathered(): void {
    const gathering = this.#gathering!;
    this.#gathering = null;
    this.#decoder.decode(gathering, new DataView(gathering.buffer), 0, this.#need, this.#sink);
    // A command that takes longer reads on in it.
    if (this.#sink.suspended) this.#lent = gathering;
    else giveSpare(gathering);
  }

  #gather(bytes: Buffer, from: number, to: number): void {
    const gathered = this.#gathered + to - from;
    if (this.#gathering === null) this.#gathering = takeSpare(gathered, this.#need);
    else if (this.#gathering.length < gathered) {
      const fuller = this.#gathering;
      this.#gathering = takeSpare(gathered, this.#need);
      fuller.copy(this.#gathering, 0, 0, this.#gathered);
      giveSpare(fuller);
    }
    bytes.copy(this.#gathering, this.#gathered, from, to);
    this.#gathered = gathered;
  }

  #wait(bytes: Buffer, from: number, end: number): void {
    const isShared = bytes === shared;
    this.#waiting = isShared ? Buffer.from(bytes.subarray(from, end)) : bytes;
    this.#waitingFrom = isShared ? 0 : from;
  }

  #keep(bytes: Buffer, from: number, end: number): void {
    const length = end - from;
    const need = this.#decoder.needBytes;
    if (need > gatherFromBytes) {
      this.#carry = null;
      this.#need = need;
      this.#gathered = 0;
      this.#gather(bytes, from, end);
      return;
    }
    if (this.#carry === null || this.#carry.length < length) {
      this.#carry = Buffer.allocUnsafeSlow(length <= 512 ? 512 : Math.max(length, keptCarryBytesMax));
    }
    bytes.copy(this.#carry, 0, from, end);
    this.#carried = length;
  }
}

/** An accepted socket as `net.createServer({ pauseOnConnect: true })` gives it, with its handle, which types leave out. */
type Accepted = Socket & { readonly _handle?: object | null };

/**
 * Has what arrives at an accepted socket read into the shared buffer and `received` called with the number
 * of bytes; when that returns false, reading stops until `resume`.
 *
 * Reading into one buffer needs a socket built anew on the accepted handle. Measured: 'data' events cost 38 to
 * 46 % more on small messages. Where there is no such handle they are the fallback.
 *
 * @returns the socket to write to and to listen on
 */
export function readShared(accepted: Socket, received: (bytes: number) => boolean): Socket {
  const handle = (accepted as Accepted)._handle;
  if (!handle) {
    readCopied(accepted, received);
    return accepted;
  }
  const options = {
    handle,
    // An end inside a command is answered with an error before we close.
    allowHalfOpen: true,
    writableHighWaterMark: owedBytesMax,
    onread: { buffer: readInto, callback: received },
  };
  const socket = new Socket(options as SocketConstructorOpts);
  return socket;
}

/** The same for a stream that is no plain socket: TLS, or compressed. */
export function readCopied(stream: Duplex, received: (bytes: number) => boolean): void {
  stream.on("data", (chunk: Buffer) => {
    const bytes = chunk.copy(readInto);
    const more = received(bytes);
    if (!more) stream.pause();
    if (bytes < chunk.length) stream.unshift(chunk.subarray(bytes));
  });
}

/** What has just been read into the shared buffer, for who cannot take it at once. */
export function copyRead(bytes: number): Buffer {
  return Buffer.from(readInto.subarray(0, bytes));
}
