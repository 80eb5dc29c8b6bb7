/** What a node's store offers to the daemon, and what it needs. */
import type { NodeLease } from "../../db/node-lease.ts";
import type { SharedPostgres } from "../../db/shared-postgres.ts";
import type { AuditRing } from "../broker/audit-ring.ts";
import type { TopicCheckpoint } from "../broker/checkpoint.ts";
import type { Backlog, LogIds } from "../broker/ports.ts";
import type { ProgressNotes } from "../broker/progress.ts";
import type { Schedule } from "../broker/schedule.ts";
import type { LiveStore } from "../protocol/live.ts";

/** `all`: every event; `ack`: FIN, REQ, timeouts and drops only; `off`: nothing is kept. */
export type AuditPolicy = "all" | "ack" | "off";

/** Whom the store tells what an operator should know. Messages never hold a secret. pino fits. */
export interface StoreLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface NodeStoreOptions {
  /** Must exist. Locked for as long as the store is open. */
  readonly dataPath: string;
  /** `postgres://…`; null: segment files are the store. */
  readonly databaseUrl: string | null;
  /** Name of the Postgres schema: `^[a-z_][a-z0-9_]{0,62}$`, else `openNodeStore` throws. */
  readonly cluster: string;
  readonly log: StoreLog;
  readonly audit: AuditPolicy;
  /** Days that the audit is kept; default 30. */
  readonly auditRetentionDays?: number;
  /** Bytes of audit kept on disk while Postgres is away; default 256 MiB. Beyond it events are lost, counted and recorded as a gap. */
  readonly auditSpoolBytesMax?: number;
  /** Durable topics are taken also where Postgres may lose what it has confirmed; default false. */
  readonly acceptLoss?: boolean;
  /** For the row that describes this node. */
  readonly hostname?: string;
  readonly broadcastAddress?: string;
  /** How long a final checkpoint waits for Postgres to take what is left; default 10 s. The rest goes to files. */
  readonly stopMsMax?: number;
}

export interface MetadataChannel {
  readonly name: string;
  readonly paused: boolean;
}

export interface MetadataTopic {
  readonly name: string;
  readonly paused: boolean;
  readonly channels: readonly MetadataChannel[];
}

/** `nsqd.dat`: which topics and channels there are. Ephemeral ones are left out by the store, not by the caller. */
export interface Metadata {
  /** As the file had it when the store was opened; invalid names are gone, with a warning. */
  readonly topics: readonly MetadataTopic[];
  /** Says where the present topology is read from; called whenever the file is written, a slice of topics a turn. */
  attach(source: () => Iterable<MetadataTopic>): void;
  /** Something changed: the file is written soon, once for all changes of a turn. */
  changed(): void;
  /** Resolves when the file holds what is so now; rejects when it cannot be written. */
  flush(): Promise<void>;
}

/** Of which class topics are to be, as was said to the cluster when this node last heard. */
export interface Policies {
  /** null: nothing was said. */
  durableOf(topic: string): boolean | null;
  /** Kept when it returns; null: nothing is said any more. `anew`: what was noted before means nothing. Never throws. */
  note(changes: ReadonlyMap<string, boolean | null>, options?: { anew?: boolean }): void;
}

export interface LoadedBacklog {
  readonly topics: TopicCheckpoint[];
  /** False after a crash: messages may come a second time, and what was in memory only is lost. */
  readonly clean: boolean;
}

export interface NodeStore {
  /** A UUID, kept in the data path. */
  readonly identity: string;
  readonly metadata: Metadata;
  readonly policies: Policies;
  readonly backlog: Backlog;
  /** Usable at once, with or without Postgres; ids never repeat, whatever dies. */
  readonly logIds: LogIds;
  /**
   * Told when a range of ids turns out to be another node's: the broker seals every open log in
   * [firstLogId, endLogId). What is stored of them stays in segment files. Can happen only to a
   * node that was first started while Postgres was away.
   */
  onLogIdsLost: ((firstLogId: number, endLogId: number) => void) | null;
  /**
   * Told in the turn in which Postgres refused blocks because their logs are another node's by now. Whoever waits for
   * them must have been refused when it returns (`DurableLogs.giveUp`): their `done` is called all the same.
   */
  onLogsLost: ((logIds: readonly number[]) => void) | null;
  /** Whose epoch every write carries, and who is asked before what is durable is written. Without one: the epoch found. */
  set lease(lease: NodeLease | null);
  /** The lease has an epoch, or may commit again: what waited for that goes on. */
  leaseChanged(): void;
  /** Why nothing durable is taken, however long one waits; null: it is. */
  readonly durableRefusal: string | null;
  /** null: this node has no database. */
  readonly shared: SharedPostgres | null;
  /** True while any block is stored: then `saveCheckpoint` wants to be called once a second. */
  readonly holdsBlocks: boolean;

  status(): LiveStore;
  /** Starts draining it. Call once. */
  attachAudit(ring: AuditRing): void;
  /**
   * What the process before this one owed. Resolves at once after a clean stop and without a
   * database; after a crash when Postgres has answered. Never rejects; pending while it cannot know.
   * Ranges are clipped to what is stored. Call once.
   */
  load(): Promise<LoadedBacklog>;
  /**
   * What is owed of the durable logs that are this node's in Postgres and are not loaded yet: those of processes before
   * this one, and those that were adopted. For `Broker.restore`, as durable ones. Rejects when Postgres does not
   * answer: call it again. Call it when the node's epoch is known, and after each adoption.
   */
  loadDurable(): Promise<TopicCheckpoint[]>;
  /** What is due later, of durable topics; null: without a database there is none. */
  readonly schedule: Schedule | null;
  /**
   * The node's epoch is over, and all durable logs it had are another node's, or will be loaded again. `logIds`: those there was
   * something of. What waits to be written of them is dropped, nothing is deleted.
   */
  giveUp(logIds: readonly number[]): void;
  /** Whether what is stored of a log is in Postgres, where it can be marked as removed by a job. */
  mayKeepRemoved(logId: number): boolean;
  /** Whether what is owed of a log that is this node's in Postgres has been read, so that more can be owed of it. */
  hasRead(logId: number, durable: boolean): boolean;
  /**
   * Something of these logs is owed again, or is not kept by a mark any more: whatever the store was told to forget of
   * them it is to be told anew. Resolves when no deletion is out that was told before.
   */
  recall(logIds: readonly number[]): Promise<void>;
  /** Resolves when what has happened to durable topics until now is written down; never, should the epoch end before. */
  progressWritten(): Promise<void>;
  /**
   * Brings everything that was given to Postgres there, then, after `turn` has made it durable, the progress of it.
   * Resolves with null; or with why it could not, in words: then `turn` was not called or what it returned was. Nothing may
   * change any more.
   */
  handOver(deadlineMs: number, turn: () => Promise<() => void>): Promise<string | null>;
  /** From now on what happens to durable topics is written down, at most 100 ms behind. `now` sets the broker's time. */
  keepProgress(notes: ProgressNotes, now: () => void): void;
  /**
   * Keeps what is owed. Periodic (`final: false`): returns at once, the newest wins, at most one a
   * second is written; resolves when it, or a newer one, is written. Final: first every block given to
   * `backlog.write` is made durable (in files, when Postgres does not take it), then the checkpoint;
   * rejects when the disk refuses, with what could not be kept. No write may follow a final one.
   * `whole: false` says that what `load` found is not in `topics`, because the node stops before it knew: then both
   * count at the next start. Left out, it is whether `load` has resolved.
   */
  saveCheckpoint(
    topics: readonly TopicCheckpoint[],
    options: { final: boolean; whole?: boolean },
  ): Promise<void>;
  /** Writes what remains of audit and metadata, closes everything, gives the lock back. Never rejects. */
  close(options: { deadlineMs: number }): Promise<void>;
}
