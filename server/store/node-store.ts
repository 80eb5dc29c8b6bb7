/**
 * Everything of a node that outlives its process, behind one object: blocks, log
 * ids, topology, checkpoints and the audit. Segment files under the data path and,
 * when a database is configured, Postgres; whichever of them is away is a state that
 * `status()` tells, never an exception.
 *
 * Files in the data path: `nsqd.dat` (topology, in nsqd's shape), `weir.json` (identity and log
 * ids), `policies.json` (classes of topics), `checkpoint.dat`, `segments/` (blocks), `audit/` (events that wait for Postgres), `weir.lock`.
 */

import { hostname } from "node:os";
import { join } from "node:path";
import { checkSchemaName, parseDatabaseUrl } from "../../db/address.ts";
import type { NodeLease } from "../../db/node-lease.ts";
import { auditDaysDefault } from "../../db/queries/audit-days.ts";
import type { SharedPostgres } from "../../db/shared-postgres.ts";
import type { AuditRing } from "../broker/audit-ring.ts";
import type { TopicCheckpoint } from "../broker/checkpoint.ts";
import type { Backlog, LogIds } from "../broker/ports.ts";
import type { ProgressNotes } from "../broker/progress.ts";
import type { Schedule } from "../broker/schedule.ts";
import type { LiveStore } from "../protocol/live.ts";
import { CheckpointKeeper } from "./checkpoint-keeper.ts";
import { CommitTimes } from "./commit-times.ts";
import { lockDataPath } from "./data-path.ts";
import { describeFileError } from "./files.ts";
import { NodeState, rangeIds } from "./log-ids.ts";
import { MetadataFile } from "./metadata.ts";
import { PolicyFile } from "./policies.ts";
import type { LoadedBacklog, Metadata, NodeStore, NodeStoreOptions, Policies } from "./ports.ts";
import { PostgresSide } from "./postgres-side.ts";
import { recoverClean, recoverCrashed } from "./recovery.ts";
import { SegmentFiles } from "./segment-files.ts";
import { StoreStatus } from "./store-status.ts";
import { pause, within } from "./waiting.ts";

export { DataPathError } from "./data-path.ts";
export type * from "./ports.ts";

const auditSpoolBytesDefault = 256 * 1024 * 1024;
const stopMsDefault = 10_000;
const finalProgressMs = 3_000;
/** A disk that refuses so long at a stop will not be waited for. */
const diskRefusesMs = 5_000;

/**
 * Opens the store of a node: some 10 ms, without waiting for Postgres. Rejects with `DataPathError`
 * when the data path is locked (`failed to lock data-path: …`), unreadable, or `nsqd.dat` does not parse;
 * with `DatabaseUrlError` when the URL or the cluster's name cannot be one.
 */
export async function openNodeStore(options: NodeStoreOptions): Promise<NodeStore> {
  checkSchemaName(options.cluster);
  if (options.databaseUrl !== null) parseDatabaseUrl(options.databaseUrl);
  using locked = new DisposableStack();
  const lock = locked.use(lockDataPath(options.dataPath));
  const metadata = new MetadataFile(options.dataPath, options.log);
  const policies = new PolicyFile(options.dataPath, options.log);
  const state = new NodeState(options.dataPath);
  locked.move();
  return new OpenStore(options, lock, metadata, policies, state);
}

class OpenStore implements NodeStore {
  readonly identity: string;
  readonly metadata: Metadata;
  readonly policies: Policies;
  readonly backlog: Backlog;
  readonly logIds: LogIds;
  onLogIdsLost: ((firstLogId: number, endLogId: number) => void) | null = null;
  onLogsLost: ((logIds: readonly number[]) => void) | null = null;
  readonly #options: NodeStoreOptions;
  readonly #lock: Disposable;
  readonly #state: NodeState;
  readonly #files: SegmentFiles;
  readonly #keeper: CheckpointKeeper;
  readonly #postgres: PostgresSide | null;
  readonly #commits = new CommitTimes();
  readonly #status: StoreStatus;
  #stopped: Promise<void> | null = null;
  #isLoaded = false;
  #cleanCheckpoint: number | null = null;

  constructor(
    options: NodeStoreOptions,
    lock: Disposable,
    metadata: Metadata,
    policies: Policies,
    state: NodeState,
  ) {
    const { dataPath, databaseUrl, cluster, log } = options;
    this.#options = options;
    this.#lock = lock;
    this.#state = state;
    this.identity = state.identity;
    this.metadata = metadata;
    this.policies = policies;
    const onCommit = (durationMs: number) => this.#commits.note(durationMs);
    this.#files = new SegmentFiles({
      directory: join(dataPath, "segments"),
      session: state.session,
      log,
      onCommit,
    });
    this.#postgres =
      databaseUrl === null
        ? null
        : new PostgresSide({
            ...{ dataPath, databaseUrl, cluster, log, state, onCommit },
            files: this.#files,
            audit: options.audit,
            acceptLoss: options.acceptLoss ?? false,
            auditRetentionDays: options.auditRetentionDays ?? auditDaysDefault,
            auditSpoolBytesMax: options.auditSpoolBytesMax ?? auditSpoolBytesDefault,
            hostname: options.hostname ?? hostname(),
            broadcastAddress: options.broadcastAddress ?? hostname(),
            onLogsLost: (logIds) => {
              this.onLogsLost?.(logIds);
              return this.onLogsLost !== null;
            },
            onRangeLost: (range) => this.onLogIdsLost?.(range * rangeIds, (range + 1) * rangeIds),
          });
    this.#status = new StoreStatus(this.#files, this.#postgres, this.#commits);
    this.backlog = this.#postgres?.backlog ?? this.#files;
    this.logIds = this.#postgres ?? state;
    this.#keeper = new CheckpointKeeper({
      ...{ dataPath, log, nodeId: state.identity, session: state.session },
      link: this.#postgres?.link ?? null,
      stored: () => ({ position: this.#files.position, postgresLogs: this.#postgres?.blocks.logIds ?? [] }),
    });
    this.#postgres?.start();
  }

  get shared(): SharedPostgres | null {
    return this.#postgres;
  }

  set lease(lease: NodeLease | null) {
    if (this.#postgres) this.#postgres.owner.lease = lease;
  }

  leaseChanged(): void {
    this.#postgres?.blocks.resume();
  }

  get durableRefusal(): string | null {
    return this.#postgres?.owner.refusal ?? null;
  }

  get holdsBlocks(): boolean {
    return !this.#files.isEmpty || this.#postgres?.blocks.isEmpty === false;
  }

  status(): LiveStore {
    return this.#status.live();
  }

  attachAudit(ring: AuditRing): void {
    if (this.#postgres) return this.#postgres.audit.attach(ring);
    // Nobody could read it: the ring is only kept from filling.
    ring.onHalfFull = () => setImmediate(() => ring.drain(ring.waiting));
  }

  async load(): Promise<LoadedBacklog> {
    const loaded = await this.#load();
    this.#isLoaded = true;
    return loaded;
  }

  async #load(): Promise<LoadedBacklog> {
    const { log } = this.#options;
    const { found, foundBeside } = this.#keeper;
    await this.#files.ready;
    const clean = found?.final === true && found.id === this.#state.cleanCheckpoint;
    if (clean || this.#state.session === 1) {
      this.#postgres?.blocks.adopt(found?.postgresLogs ?? []);
      this.#postgres?.forgetAllBut(found?.topics ?? []);
      return recoverClean(found, this.#files);
    }
    log.warn({}, "the last process on this data path did not stop in order: looking for what it had stored");
    const stored = await this.#postgres?.found();
    const newest = stored?.checkpoint && stored.checkpoint.id > (found?.id ?? -1) ? stored.checkpoint : found;
    return recoverCrashed(
      newest,
      foundBeside,
      this.#files,
      stored?.logs ?? [],
      this.metadata.topics,
      this.backlog,
      stored?.removedTo,
    );
  }

  get schedule(): Schedule | null {
    return this.#postgres?.schedule ?? null;
  }

  loadDurable(): Promise<TopicCheckpoint[]> {
    return this.#postgres?.loadDurable() ?? Promise.resolve([]);
  }

  giveUp(logIds: readonly number[]): void {
    this.#postgres?.giveUp(logIds);
  }

  mayKeepRemoved(logId: number): boolean {
    return this.#postgres?.blocks.mayHave(logId) === true && !this.#files.hasLog(logId);
  }

  hasRead(logId: number, durable: boolean): boolean {
    return durable ? this.#postgres?.isKnown(logId) === true : this.#isLoaded;
  }

  recall(logIds: readonly number[]): Promise<void> {
    return this.#postgres?.blocks.recall(logIds) ?? Promise.resolve();
  }

  progressWritten(): Promise<void> {
    // Where nothing durable is taken there is no progress of it.
    if (this.#postgres === null || this.durableRefusal !== null) return Promise.resolve();
    return this.#postgres.progress.written();
  }

  async handOver(deadlineMs: number, turn: () => Promise<() => void>): Promise<string | null> {
    const postgres = this.#postgres;
    if (postgres === null) return "there is no database";
    const late = new Promise<false>((resolve) => setTimeout(resolve, deadlineMs, false).unref());
    const isThere = await Promise.race([postgres.blocks.drained().then(() => true), late]);
    if (!isThere) return "Postgres did not take all messages in time";
    if (!this.#files.isEmpty) return "messages are in segment files that are not in Postgres";
    const turnBack = await turn();
    if (await postgres.progress.finish(finalProgressMs)) return null;
    turnBack();
    return "Postgres did not take in time who is owed what";
  }

  keepProgress(notes: ProgressNotes, now: () => void): void {
    if (this.#postgres === null) return;
    this.#postgres.progress.attach(notes, now);
    const { broker } = notes;
    this.#postgres.schedule.attach({
      bring: (message, channel, isFound) => {
        now();
        broker.durable.bring(message, channel, isFound);
      },
      hasRoom: () => broker.pressure === "none",
      count: (topic, channel, count) => broker.durable.count(topic, channel, count),
    });
  }

  async saveCheckpoint(
    topics: readonly TopicCheckpoint[],
    { final, whole = this.#isLoaded }: { final: boolean; whole?: boolean },
  ): Promise<void> {
    if (!final) return whole ? this.#keeper.save(topics) : undefined;
    await this.#stopWriting();
    await this.#postgres?.schedule.close(finalProgressMs);
    await this.#postgres?.progress.leave(finalProgressMs).catch((error: unknown) => {
      const why = describeFileError(error);
      this.#options.log.warn(
        {},
        `the last progress of durable topics could not be written, some messages may come again: ${why}`,
      );
    });
    if (whole) this.#cleanCheckpoint = await this.#keeper.saveFinal(topics);
    else await this.#keeper.saveBeside(topics);
  }

  async close({ deadlineMs }: { deadlineMs: number }): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    const left = () => Math.max(0, deadline - performance.now());
    const attempt = async (what: string, act: () => Promise<unknown>) => {
      await within(act(), left() + 1_000).catch((error: unknown) => {
        this.#options.log.error({}, `${what}: ${(error as Error).message}`);
      });
    };
    await attempt("blocks could not be kept", () => this.#stopWriting());
    await attempt("nsqd.dat could not be written", () => this.metadata.flush());
    if (this.#postgres)
      await attempt("Postgres could not be left in order", () => this.#postgres!.close(left()));
    await attempt("segment files could not be closed", () => this.#files.close());
    await attempt("weir.json could not be written", async () => this.#state.close(this.#cleanCheckpoint));
    this.#lock[Symbol.dispose]();
  }

  /** Everything that was given is durable, in Postgres as far as it takes it in time, else in files. */
  #stopWriting(): Promise<void> {
    this.#stopped ??= (async () => {
      await this.#postgres?.finishWriting(this.#options.stopMsMax ?? stopMsDefault);
      let isFlushed = false;
      const flushed = this.#files.flushed().then(() => {
        isFlushed = true;
      });
      for (let refusedMs = 0; !isFlushed; ) {
        await Promise.race([flushed, pause(100)]);
        refusedMs = this.#files.failure === null ? 0 : refusedMs + 100;
        if (refusedMs >= diskRefusesMs) throw new Error(`messages could not be kept: ${this.#files.failure}`);
      }
    })();
    return this.#stopped;
  }
}
