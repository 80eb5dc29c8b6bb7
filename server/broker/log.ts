/**
 * An append-only run of messages of one topic. What is in memory is the newest part,
 * slab after slab; what is older is in the store or needed by nobody. A message's
 * sequence is its place in the log, and log and sequence are its id (L1).
 *
 * A log knows nothing of channels: they read it up to `handedTo`, the topic's
 * cursor, and the topic tells it what may go.
 */
import { CommitQueue } from "./commit-queue.ts";
import { Deque } from "./deque.ts";
import { copyBody, frameHeaderBytes, frameWallMs, writeHeader } from "./frame.ts";
import type { Block } from "./ports.ts";
import { type Slab, type SlabPool, slabSizeLargest } from "./slab.ts";
import type { BrokerTime } from "./time.ts";

/** NSQ clients see 32 bits of sequence; a log seals well before they run out. */
export const logSeqMax = 2 ** 31;
/** What a slab is cut into on its way to the store: as fast as 1 MB values, and kinder to latency. */
const blockBytesMax = 64 * 1024;
/** A slab filled sooner asks for a larger one next; one that took longer, for a smaller. */
const slabFilledSoonMs = 250;
const slabFilledLateMs = 5_000;

export interface LogClass {
  readonly durable: boolean;
  readonly storesFirst: boolean;
}

const memoryClass: LogClass = { durable: false, storesFirst: false };

export class Log {
  readonly id: number;
  readonly topicName: string;
  /** What is published to it counts when it is in the store (DU1). It may become so where a node hands it over. */
  durable: boolean;
  /** Nobody gets a message of it before the store has it. */
  readonly storesFirst: boolean;
  readonly commits = new CommitQueue();
  /** Holds back who waits, though the store has what they wait for; null: nothing does. */
  gate: { readonly holdsCommits: boolean } | null = null;
  /** The sequence the next message gets. */
  tail = 0;
  /** The topic's cursor: channels may read below it. */
  handedTo = 0;
  /** Everything below it is in the store, was trimmed, or never existed: not in memory. */
  residentFrom = 0;
  /** A sealed log takes no more messages. */
  sealed = false;
  /** It is another node's. */
  isGivenUp = false;
  /** Blocks of it have been handed to the store. */
  inStore = false;
  /** Messages below it are in the store: kept where a topic is stored before it is handed out. */
  storedTo = 0;
  /** The store has been told to forget below it. */
  forgottenTo = 0;
  readonly slabs = new Deque<Slab>();
  /** First sequence and publish time of slabs that left memory by way of the store, oldest first. */
  readonly stored = new Deque<{ readonly firstSeq: number; readonly wallMs: number }>();
  readonly #pool: SlabPool;
  #last: Slab | null = null;
  #sizeClass = 0;
  #openedMs = 0;
  #tailBefore = 0;

  constructor(id: number, topicName: string, pool: SlabPool, kept: LogClass = memoryClass) {
    this.id = id;
    this.topicName = topicName;
    this.durable = kept.durable;
    this.storesFirst = kept.storesFirst;
    this.#pool = pool;
  }

  /** A log of which everything is in the store, [0, tail), as found at start. */
  static restored(id: number, topicName: string, tail: number, pool: SlabPool, kept?: LogClass): Log {
    const log = new Log(id, topicName, pool, kept);
    log.tail = tail;
    log.handedTo = tail;
    log.residentFrom = tail;
    log.storedTo = tail;
    log.sealed = true;
    log.inStore = true;
    return log;
  }

  /** The slab that is being filled. */
  get filling(): Slab | null {
    return this.#last;
  }

  /** Whether a body of this size begins a new slab. */
  needsSlab(bodyBytes: number): boolean {
    return this.#last === null || this.#last.free < frameHeaderBytes + bodyBytes;
  }

  /** Appends a message with its frame around it; true when a new slab was opened for it. */
  append(source: Buffer, sourceView: DataView, from: number, bodyBytes: number, time: BrokerTime): boolean {
    const need = frameHeaderBytes + bodyBytes;
    let slab = this.#last;
    let opened = false;
    if (slab === null || slab.free < need) {
      slab = this.#open(need, time.nowMs);
      opened = true;
    }
    const at = slab.used;
    const seq = this.tail;
    writeHeader(slab.view, at, bodyBytes, time.wallNsHigh, time.wallNsLow, this.id, seq);
    copyBody(source, sourceView, from, slab.bytes, slab.view, at + frameHeaderBytes, bodyBytes);
    slab.offsets[seq - slab.firstSeq] = at;
    slab.used = at + need;
    slab.endSeq = this.tail = seq + 1;
    return opened;
  }

  /** The slab in memory that holds `seq`; undefined when none does. */
  slabAt(seq: number): Slab | undefined {
    if (seq < this.residentFrom || seq >= this.tail) return undefined;
    if (this.#last !== null && seq >= this.#last.firstSeq) return this.#last;
    let low = 0;
    let high = this.slabs.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const slab = this.slabs.at(middle)!;
      if (seq < slab.firstSeq) high = middle - 1;
      else if (seq >= slab.endSeq) low = middle + 1;
      else return slab;
    }
    return undefined;
  }

  /** Lets slabs go that lie wholly below `belowSeq`. Call only for what nobody needs, or the store has. */
  trim(belowSeq: number): void {
    for (;;) {
      const slab = this.slabs.at(0);
      if (slab === undefined || slab.endSeq > belowSeq) break;
      if (slab === this.#last) {
        if (!this.sealed && slab.free > frameHeaderBytes) break;
        this.#last = null;
      }
      this.slabs.shift();
      this.residentFrom = slab.endSeq;
      slab.release();
    }
  }

  /** Lets slabs go, wherever they lie, that `isNeeded` wants nothing of; not the one being filled. */
  dropUnless(isNeeded: (firstSeq: number, endSeq: number) => boolean): void {
    const kept: Slab[] = [];
    for (const slab of this.slabs) {
      if (slab === this.#last || slab.writing || isNeeded(slab.firstSeq, slab.endSeq)) kept.push(slab);
      else slab.release();
    }
    this.slabs.clear();
    for (const slab of kept) this.slabs.push(slab);
    this.residentFrom = kept[0]?.firstSeq ?? this.tail;
  }

  /** Lets everything go: nobody needs the log any more. */
  dropAll(): void {
    this.#last = null;
    for (let slab = this.slabs.shift(); slab; slab = this.slabs.shift()) slab.release();
    this.residentFrom = this.tail;
  }

  /** Gives up the slab that is being filled when everything in it is done with and nothing came since the last call. */
  releaseIdle(belowSeq: number): void {
    const slab = this.#last;
    const quiet = this.tail === this.#tailBefore;
    this.#tailBefore = this.tail;
    if (!quiet || slab === null || slab.endSeq > belowSeq || this.slabs.length !== 1) return;
    this.#last = null;
    this.slabs.shift();
    this.residentFrom = this.tail;
    this.#sizeClass = 0;
    slab.release();
  }

  /** Begins no new slab, but what is appended next goes to one: so that the last one can leave memory. */
  closeSlab(): void {
    this.#last = null;
  }

  /** The first sequence that is not in the store, where slabs are stored in order. */
  get firstUnstored(): number {
    for (const slab of this.slabs) if (slab.storedSeq < slab.endSeq) return slab.storedSeq;
    return this.tail;
  }

  /** The store has more of it. */
  noteStored(): void {
    this.storedTo = this.firstUnstored;
    this.settleCommits();
  }

  /** Tells those who wait for what is in the store by now. */
  settleCommits(): void {
    // What is told of it now is told of another node's log.
    if (this.isGivenUp) return;
    if (this.gate === null || !this.gate.holdsCommits) this.commits.storedTo(this.storedTo);
  }

  /** It is another node's: what is not known to be in the store is refused, also to those who come to wait for it yet. */
  giveUp(): void {
    this.isGivenUp = true;
    this.commits.expire(Number.POSITIVE_INFINITY);
    this.dropAll();
  }

  /** Messages below `endSeq` are kept elsewhere until they are due. */
  noteScheduled(endSeq: number): void {
    this.storedTo = endSeq;
    this.settleCommits();
  }

  /** There are messages of it up to `endSeq`, though none of them in memory or to be handed out. */
  reach(endSeq: number): void {
    if (endSeq <= this.tail) return;
    this.tail = endSeq;
    this.handedTo = endSeq;
    this.residentFrom = endSeq;
    this.storedTo = endSeq;
  }

  seal(): void {
    this.sealed = true;
    this.#last = null;
  }

  /** The frames of a slab in [from, slab.endSeq) as blocks of at most 64 KB, or one message each where that is more. */
  *blocks(slab: Slab, from: number): IterableIterator<Block> {
    let firstSeq = from;
    while (firstSeq < slab.endSeq) {
      const start = slab.offsetOf(firstSeq);
      let endSeq = firstSeq + 1;
      while (endSeq < slab.endSeq && slab.offsetOf(endSeq + 1) - start <= blockBytesMax) endSeq++;
      const bytes = slab.bytes.subarray(start, slab.offsetOf(endSeq));
      yield { logId: this.id, loose: false, firstSeq, endSeq, count: endSeq - firstSeq, bytes };
      firstSeq = endSeq;
    }
  }

  /** The slab's frames are in the store: it leaves memory with all before it. */
  evict(slab: Slab): void {
    this.stored.push({ firstSeq: slab.firstSeq, wallMs: frameWallMs(slab.view, 0) });
    this.trim(slab.endSeq);
  }

  /** When the message at `seq` was published, or the nearest known before it; null when nothing is known. */
  wallMsAt(seq: number): number | null {
    const slab = this.slabAt(seq);
    if (slab) return frameWallMs(slab.view, slab.offsetOf(seq));
    let known: number | null = null;
    let low = 0;
    let high = this.stored.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const entry = this.stored.at(middle)!;
      if (entry.firstSeq > seq) high = middle - 1;
      else {
        known = entry.wallMs;
        low = middle + 1;
      }
    }
    return known;
  }

  /** Forgets publish times below `seq`. */
  forgetTimes(seq: number): void {
    while (this.stored.length > 1 && this.stored.at(1)!.firstSeq <= seq) this.stored.shift();
  }

  #open(need: number, nowMs: number): Slab {
    if (this.#last !== null) {
      const tookMs = nowMs - this.#openedMs;
      if (tookMs < slabFilledSoonMs) this.#sizeClass = Math.min(this.#sizeClass + 1, slabSizeLargest);
      else if (tookMs > slabFilledLateMs) this.#sizeClass = Math.max(this.#sizeClass - 1, 0);
    }
    this.#openedMs = nowMs;
    const slab = this.#pool.take(need, this.#sizeClass, this.id, this.tail);
    this.#last = slab;
    if (this.slabs.length === 0) this.residentFrom = this.tail;
    this.slabs.push(slab);
    return slab;
  }
}
