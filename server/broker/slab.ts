/**
 * Memory for frames. A slab holds the complete wire frames of consecutive
 * sequences of one log, written once and never changed, so that views of it can
 * be on their way to sockets and to the store while it is read from. It is
 * counted by reference and goes back to its pool when nobody holds it (L3).
 */
import { frameBytes, frameHeaderBytes } from "./frame.ts";

/** Sizes a slab comes in; a larger message gets one of its own size. */
const slabSizes = [4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024] as const;
export const slabSizeLargest = slabSizes.length - 1;
/** Pooled slabs are memory that nobody uses: a few of each size serve a busy node. */
const pooledBytesMax = 16 * 1024 * 1024;
/** A slab takes at most this part of what is left of the budget, unless a message needs more. */
const slabsLeftMin = 16;
const noLog = -1;

export class Slab {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Where each frame begins, by `seq - firstSeq`. */
  readonly offsets: Uint32Array;
  logId = noLog;
  firstSeq = 0;
  endSeq = 0;
  used = 0;
  /** Frames below it are in the store. */
  storedSeq = 0;
  /** Frames below it have been handed to the store. */
  queuedSeq = 0;
  readonly #pool: SlabPool;
  #references = 0;

  constructor(pool: SlabPool, bytes: number) {
    this.#pool = pool;
    // A slab of its own size was made for one message.
    const framesMax = bytes > slabSizes[slabSizeLargest]! ? 1 : Math.floor(bytes / (frameHeaderBytes + 1));
    // Frames and offsets in one piece that nobody clears: as two, a new slab cost the clearing of its offsets.
    const indexAt = Math.ceil(bytes / 4) * 4;
    const memory = Buffer.allocUnsafeSlow(indexAt + 4 * framesMax);
    this.bytes = memory.subarray(0, bytes);
    this.view = new DataView(memory.buffer, 0, bytes);
    this.offsets = new Uint32Array(memory.buffer, indexAt, framesMax);
  }

  get free(): number {
    return this.bytes.length - this.used;
  }

  /** Frames of it are on their way to the store. */
  get writing(): boolean {
    return this.queuedSeq > this.storedSeq;
  }

  holds(logId: number, seq: number): boolean {
    return this.logId === logId && seq >= this.firstSeq && seq < this.endSeq;
  }

  offsetOf(seq: number): number {
    return seq === this.endSeq ? this.used : this.offsets[seq - this.firstSeq]!;
  }

  /** A private copy of one frame. */
  copyFrame(seq: number): Buffer {
    const from = this.offsetOf(seq);
    return Buffer.from(this.bytes.subarray(from, from + frameBytes(this.view, from)));
  }

  retain(): void {
    this.#references++;
  }

  release(): void {
    if (--this.#references > 0) return;
    if (this.#references < 0) throw new Error("slab released more often than retained");
    this.#pool.give(this);
  }

  open(logId: number, firstSeq: number): void {
    this.logId = logId;
    this.firstSeq = firstSeq;
    this.endSeq = firstSeq;
    this.storedSeq = firstSeq;
    this.queuedSeq = firstSeq;
    this.used = 0;
    this.#references = 1;
  }

  close(): void {
    this.logId = noLog;
    this.endSeq = this.firstSeq;
  }
}

export class SlabPool {
  /** Bytes of slabs in use, pooled ones not counted. */
  usedBytes = 0;
  readonly #budgetBytes: number;
  readonly #pooled: Slab[][] = slabSizes.map(() => []);
  #pooledBytes = 0;

  /** @param budgetBytes the less of it is left, the smaller slabs become, so that many topics share it */
  constructor(budgetBytes = Number.POSITIVE_INFINITY) {
    this.#budgetBytes = budgetBytes;
  }

  /** An empty slab with one reference, the caller's. `sizeClass` is a wish; a frame of `bytes` fits in any case. */
  take(bytes: number, sizeClass: number, logId: number, firstSeq: number): Slab {
    const fairBytes = (this.#budgetBytes - this.usedBytes) / slabsLeftMin;
    while (sizeClass > 0 && slabSizes[sizeClass]! > fairBytes) sizeClass--;
    while (sizeClass < slabSizes.length && slabSizes[sizeClass]! < bytes) sizeClass++;
    const size = slabSizes[sizeClass] ?? bytes;
    let slab = this.#pooled[sizeClass]?.pop();
    if (slab) this.#pooledBytes -= size;
    else slab = new Slab(this, size);
    this.usedBytes += size;
    slab.open(logId, firstSeq);
    return slab;
  }

  /** For `Slab.release` alone. */
  give(slab: Slab): void {
    const size = slab.bytes.length;
    slab.close();
    this.usedBytes -= size;
    const sizeClass = slabSizes.indexOf(size as (typeof slabSizes)[number]);
    if (sizeClass < 0 || this.#pooledBytes + size > pooledBytesMax) return;
    this.#pooledBytes += size;
    this.#pooled[sizeClass]!.push(slab);
  }
}
