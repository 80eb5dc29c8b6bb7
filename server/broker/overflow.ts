/**
 * What leaves memory, when, and how it comes to be forgotten there (O1 to O4).
 *
 * A slab goes to the store as blocks when its log keeps more than mem-queue-size
 * messages because some channel is behind, or when the byte budget of the broker is
 * short. It leaves memory when the last of its blocks is durable, oldest first, so that
 * what a log has in memory is always its newest part.
 */
import type { Broker } from "./broker.ts";
import { evictHeld } from "./held.ts";
import type { Log } from "./log.ts";
import { slowestNext, trim } from "./retention.ts";
import type { Slab } from "./slab.ts";
import type { Topic } from "./topic.ts";

/** From this share of mem-bytes on, slabs are written whatever their log's length. */
const relieveFrom = 0.5;
/** Slabs that held messages may pin behind a window's cursor; older ones become exceptions. */
const pinnedSlabsMax = 8;

export class Overflow {
  readonly #broker: Broker;
  /** Bytes of slabs on their way to the store. */
  writingBytes = 0;

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** A log has begun a new slab: the moment to look at what the older ones are for. */
  slabOpened(topic: Topic, log: Log): void {
    this.#unpin(topic, log);
    trim(topic, log);
    if (topic.ephemeral) return;
    if (this.#isLong(topic, log)) {
      const keepFrom = log.tail - this.#broker.options.memQueueSize;
      for (const slab of log.slabs) {
        if (slab.endSeq > keepFrom || slab === log.slabs.at(log.slabs.length - 1)) break;
        this.#write(topic, log, slab);
      }
    }
    this.#evictStored(topic, log);
    if (this.#broker.memoryBytes > this.#broker.options.memBytes * relieveFrom) this.relieve("full");
  }

  /**
   * Memory is short: slabs of all topics are written until what is on its way makes enough
   * room. Those that are being filled are left out but now and then, or each message would begin a slab.
   */
  relieve(slabs: "full" | "all"): void {
    const { memBytes } = this.#broker.options;
    let excess = this.#broker.memoryBytes - this.writingBytes - memBytes * relieveFrom;
    for (const topic of this.#broker.topics.values()) {
      if (excess <= 0) return;
      if (topic.ephemeral) continue;
      for (const log of topic.logs) {
        if (excess <= 0) return;
        if (slabs === "all") log.closeSlab();
        trim(topic, log);
        for (const slab of log.slabs) {
          if (excess <= 0 || slab === log.filling) break;
          // Of a slab under way there may be more to come: what is behind that is not to be there before it.
          if (log.storesFirst && slab.writing) break;
          if (this.#write(topic, log, slab)) excess -= slab.bytes.length;
        }
        this.#evictStored(topic, log);
      }
    }
  }

  /** For topics whose messages are stored before they are handed out: writes what came since the last time. */
  storeNew(topic: Topic, log: Log): void {
    for (const slab of log.slabs) {
      if (slab.storedSeq === slab.endSeq) continue;
      if (slab.writing) return;
      this.#write(topic, log, slab);
      return;
    }
  }

  #write(topic: Topic, log: Log, slab: Slab): boolean {
    const from = Math.max(slab.storedSeq, log.forgottenTo);
    if (slab.writing || from >= slab.endSeq) return false;
    slab.retain();
    // From here on there is something to forget, even when nobody needs it before it is written.
    log.inStore = true;
    this.writingBytes += slab.bytes.length;
    const { endSeq } = slab;
    slab.queuedSeq = endSeq;
    // Counted before the first write, so that no answer can come before all are known.
    const blocks = [...log.blocks(slab, from)];
    let left = blocks.length;
    for (const block of blocks) {
      const done = () => {
        if (--left > 0) return;
        slab.storedSeq = endSeq;
        this.writingBytes -= slab.bytes.length;
        slab.release();
        log.noteStored();
        if (topic.deleted) return;
        this.#evictStored(topic, log);
        if (log.storesFirst) topic.markDirty();
      };
      this.#broker.backlog.write(topic.name, block, done, log.durable);
    }
    return true;
  }

  /** Stored slabs leave, oldest first, while the reason for which they were written stands. */
  #evictStored(topic: Topic, log: Log): void {
    for (;;) {
      const slab = log.slabs.at(0);
      if (!slab || slab.writing || slab.storedSeq < slab.endSeq || slab.endSeq === slab.firstSeq) return;
      const isLast = log.slabs.length === 1;
      const short = this.#broker.memoryBytes > this.#broker.options.memBytes * relieveFrom;
      if (!short && (isLast || !this.#isLong(topic, log))) return;
      if (isLast) log.closeSlab();
      log.evict(slab);
    }
  }

  /**
   * Whether some channel, or the topic itself, is behind by more than mem-queue-size. What is
   * stored before it is handed out may stay as long as there is room: it is about to be wanted.
   */
  #isLong(topic: Topic, log: Log): boolean {
    if (log.storesFirst) return false;
    return log.tail - slowestNext(topic, log) > this.#broker.options.memQueueSize;
  }

  #unpin(topic: Topic, log: Log): void {
    const slab = log.slabs.at(log.slabs.length - 1 - pinnedSlabsMax);
    if (!slab) return;
    for (const channel of topic.channels.values()) {
      for (const window of channel.windows) {
        if (window.log === log && window.low < slab.firstSeq && window.next > slab.firstSeq) {
          evictHeld(channel, window, slab.firstSeq);
        }
      }
    }
  }
}
