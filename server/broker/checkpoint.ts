/**
 * What a topic still owes its channels, as it is kept while the node is down.
 * Frames are not in it: they are in blocks, found by log and sequence.
 */

/** Sequences [from, to) of a log. */
export interface RangeCheckpoint {
  readonly logId: number;
  readonly from: number;
  readonly to: number;
}

/** Messages that are owed one by one: once delivered, requeued or deferred. Parallel arrays. */
export interface ExceptionCheckpoint {
  readonly logId: Uint32Array;
  readonly seq: Uint32Array;
  /** Deliveries so far. */
  readonly attempts: Uint16Array;
  /** Wall clock, milliseconds since 1970, when it may be delivered; 0: at once. */
  readonly dueMs: Float64Array;
}

export interface ChannelCheckpoint {
  readonly name: string;
  readonly ranges: readonly RangeCheckpoint[];
  readonly exceptions: ExceptionCheckpoint;
}

export interface TopicCheckpoint {
  readonly name: string;
  /** What has not left the topic: no channel yet, or paused. */
  readonly ranges: readonly RangeCheckpoint[];
  /** Deferred publishes that have not left the topic; `dueMs` here is the delay. */
  readonly deferred: ExceptionCheckpoint;
  readonly channels: readonly ChannelCheckpoint[];
}
