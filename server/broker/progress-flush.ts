/** What one flush of progress says: who has got how far in the durable logs of a node. */
import type { Broker } from "./broker.ts";
import type { ExceptionCheckpoint, RangeCheckpoint } from "./checkpoint.ts";
import type { Exception } from "./exceptions.ts";

export interface ProgressFlush {
  /** It says everything; what was flushed before counts no more. */
  readonly whole: boolean;
  readonly topics: readonly TopicProgress[];
  /** Deleted; one of the same name in `topics` is another. */
  readonly goneTopics: readonly string[];
  /** Logs that nobody is owed anything of. */
  readonly ended: readonly number[];
  /** Logs of a life before this one, of this node or of another, that are told of here from now on. */
  readonly restored: readonly number[];
}

export interface TopicProgress {
  readonly name: string;
  /** Nothing leaves it: it is paused, or has no channel. */
  readonly keepsItsOwn: boolean;
  /** All durable ones; what is missing was never there or has ended. */
  readonly logs: readonly LogProgress[];
  /** Of older logs, what has not left the topic. */
  readonly ranges: readonly RangeCheckpoint[];
  /** Those that changed. */
  readonly channels: readonly ChannelProgress[];
  /** Deleted; one of the same name in `channels` is another. */
  readonly goneChannels: readonly string[];
}

export interface LogProgress {
  readonly logId: number;
  /** What is below it has left the topic, for the channels there were. */
  readonly handedTo: number;
  /** Nothing at or beyond it is owed: the log was ended there. */
  readonly end: number;
}

export interface ChannelProgress {
  readonly name: string;
  /** `owed` is all there is, not what has changed. */
  readonly whole: boolean;
  readonly windows: readonly WindowProgress[];
  readonly owed: ExceptionCheckpoint;
  readonly gone: { readonly logId: Uint32Array; readonly seq: Uint32Array };
}

/** [next, to) is still to be handed out; of [low, next) pairs [from, to) in `held` have been delivered once. */
export interface WindowProgress {
  readonly logId: number;
  readonly low: number;
  readonly next: number;
  readonly to: number;
  readonly held: readonly number[];
}

export function owedOf(broker: Broker, exceptions: readonly Exception[]): ExceptionCheckpoint {
  return {
    logId: Uint32Array.from(exceptions, ({ log }) => log.id),
    seq: Uint32Array.from(exceptions, ({ seq }) => seq),
    attempts: Uint16Array.from(exceptions, ({ attempts }) => attempts),
    dueMs: Float64Array.from(exceptions, ({ state, atMs }) =>
      state === "deferred" ? Math.max(1, broker.wallOf(atMs)) : 0,
    ),
  };
}

/** For what was written and what would be. */
export function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
