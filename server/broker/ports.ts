/**
 * The two ports through which the broker reaches the world: who can be handed
 * a message, and what outlives memory. Neither side of a port may call back
 * into the broker in the turn of the call, unless its docstring says so.
 */
import type { Slab } from "./slab.ts";

/** Who a message can be handed to: in a node, one TCP session that has subscribed. */
export interface Consumer {
  /** Who it is, as the audit names it. */
  readonly identity: ClientIdentity;
  /**
   * Writes complete wire frames. When `slab` is given the bytes are a view of
   * it: whoever cannot pass them on at once retains the slab until it has.
   * Returns false when no more should follow until `Subscription.unblock`.
   */
  write(frames: Uint8Array, slab: Slab | null): boolean;
  /** The channel is gone (deleted): the connection ends, as nsqd ends it. */
  close(): void;
}

/** A connection as people and the audit know it. */
export interface ClientIdentity {
  /** Never used twice in the life of a process, from 1. */
  readonly number: number;
  readonly clientId: string;
  readonly hostname: string;
  /** `address:port`, or the path of a unix socket. */
  readonly remoteAddress: string;
}

/**
 * Frames of one log, byte by byte as they go to a consumer. A block is a run (every sequence of
 * [firstSeq, endSeq), in order) or loose: single messages that had already left their slab, kept
 * at a stop, with holes between them; every frame carries its own sequence in its id. Loose
 * blocks and runs may overlap: a block's key is (logId, firstSeq, loose). No sequence is ever written in two
 * loose blocks, nor in two runs.
 */
export interface Block {
  readonly logId: number;
  readonly loose: boolean;
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Where blocks go when memory has no room, and come back from. */
export interface Backlog {
  /**
   * Keeps a block. `done` is called once it is durable, in a later turn; until
   * then the bytes do not change. A store that is away goes on trying: this never fails.
   * `durable`: somebody waits for it; it goes before what is written for want of memory.
   */
  write(topic: string, block: Block, done: () => void, durable?: boolean): void;
  /**
   * The blocks of a log (its runs only, unless `loose` is asked for: then both) that hold sequences in [fromSeq, toSeq), in order of
   * `firstSeq`, about `bytesMax` bytes of them but at least one where there is one. An empty
   * list: nothing is stored there. null: the store could not answer now; ask again later.
   * `done` is called in a later turn.
   */
  read(range: BlockRange, done: (blocks: Block[] | null) => void): void;
  /**
   * Blocks of the log that lie wholly below `belowSeq` are needed no more; so is a queued
   * write of one (its `done` is still called). `belowSeq` of 2^32 forgets the log.
   */
  forget(logId: number, belowSeq: number): void;
}

export interface BlockRange {
  readonly logId: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly bytesMax: number;
  readonly loose: boolean;
}

/** Where log ids come from: 32 bits, never the same twice in a cluster. */
export interface LogIds {
  next(): number;
}

/** Told of every change of topology, after it happened: metadata file, announcer, live view. */
export interface TopologyListener {
  topicCreated(topic: string): void;
  topicDeleted(topic: string): void;
  channelCreated(topic: string, channel: string): void;
  channelDeleted(topic: string, channel: string): void;
  pauseChanged(topic: string, channel: string | null, paused: boolean): void;
}
