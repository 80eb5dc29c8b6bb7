/**
 * A node's bytes to frames: `| size | type | data |`, size = 4 + data. It does not matter where the stream is cut.
 * Frames are handed out where they lie; what is kept of a frame that has not come whole grows with what has come,
 * never with what was claimed.
 */

const headerBytes = 8;

export interface FrameSink {
  /** Data of a frame is in [from, to) of `bytes`, which nobody writes to again. False: stop, the rest is another's. */
  frame(type: number, bytes: Buffer, from: number, to: number): boolean;
  /** The bytes are no frames. */
  nonsense(reason: string): void;
}

export class FrameReader {
  readonly #sink: FrameSink;
  readonly #frameBytesMax: number;
  /** The beginning of a frame, and room for more of it. */
  #rest: Buffer | null = null;
  #restBytes = 0;
  #needBytes = 0;

  constructor(sink: FrameSink, frameBytesMax: number) {
    this.#sink = sink;
    this.#frameBytesMax = frameBytesMax;
  }

  push(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#rest !== null) {
      this.#append(this.#rest, chunk);
      if (this.#restBytes < this.#needBytes) return;
      bytes = this.takeRest();
    }
    const at = this.#read(bytes);
    if (at < bytes.length) {
      this.#rest = bytes.subarray(at);
      this.#restBytes = this.#rest.length;
    }
  }

  /** What has come and is no frame yet; it is not kept any longer. */
  takeRest(): Buffer {
    const rest = this.#rest?.subarray(0, this.#restBytes) ?? Buffer.alloc(0);
    this.#rest = null;
    this.#restBytes = 0;
    return rest;
  }

  #append(rest: Buffer, chunk: Buffer): void {
    const bytes = this.#restBytes + chunk.length;
    // The buffer a rest lies in is full of what others hold: room that may be written to is only ever of our making.
    if (bytes > rest.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(this.#needBytes, 2 * rest.length)));
      rest.copy(grown, 0, 0, this.#restBytes);
      this.#rest = rest = grown;
    }
    chunk.copy(rest, this.#restBytes);
    this.#restBytes = bytes;
  }

  /** @returns where the rest begins */
  #read(bytes: Buffer): number {
    const end = bytes.length;
    let at = 0;
    this.#needBytes = headerBytes;
    while (end - at >= headerBytes) {
      const size = int32(bytes, at);
      if (size < 4 || size > this.#frameBytesMax) {
        this.#sink.nonsense(`a frame of ${size} bytes`);
        return end;
      }
      const frameEnd = at + 4 + size;
      if (frameEnd > end) {
        this.#needBytes = 4 + size;
        break;
      }
      const from = at + headerBytes;
      at = frameEnd;
      if (!this.#sink.frame(int32(bytes, from - 4), bytes, from, frameEnd)) break;
    }
    return at;
  }
}

// By hand: Buffer's own checks its arguments, which costs more than the reading.
function int32(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
