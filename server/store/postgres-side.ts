/**
 * A node's dealings with Postgres: the link, and behind it blocks, log ids, what an
 * earlier process left, and the audit. All of it goes on when Postgres does not.
 */

import { type StoredLogRow, selectStoredLogs } from "../../db/queries/blocks.ts";
import { registerRanges, reserveRange, selectEpoch, upsertNode } from "../../db/queries/nodes.ts";
import { selectCheckpoint } from "../../db/queries/progress.ts";
import { selectRemovedEnds } from "../../db/queries/removals.ts";
import { type ServerState, selectServerState } from "../../db/queries/server.ts";
import type { SharedPool, SharedPostgres, TopologySeen } from "../../db/shared-postgres.ts";
import type { Sql } from "../../db/statement.ts";
import type { TopicCheckpoint } from "../broker/checkpoint.ts";
import type { LogIds } from "../broker/ports.ts";
import type { LiveStore } from "../protocol/live.ts";
import { AuditWriter } from "./audit-writer.ts";
import { type Checkpoint, decodeCheckpoint } from "./checkpoint-codec.ts";
import { owedFrom } from "./checkpoint-fit.ts";
import { dropScheduled, readDurable } from "./durable-load.ts";
import type { NodeState } from "./log-ids.ts";
import { NodeBacklog } from "./node-backlog.ts";
import type { AuditPolicy, StoreLog } from "./ports.ts";
import { connectionsOfNode, PostgresLink } from "./postgres-link.ts";
import { PostgresStore } from "./postgres-store.ts";
import { ProgressKeeper } from "./progress-keeper.ts";
import { forgetDrained } from "./recovery.ts";
import { ScheduleKeeper } from "./schedule-keeper.ts";
import type { SegmentFiles } from "./segment-files.ts";
import { NodeOwner } from "./store-owner.ts";
import { UnwrittenProgress } from "./unwritten-progress.ts";

/** Nodes that want a range at the same moment try again; a hundred could. */
const reserveAttemptsMax = 100;

export interface PostgresSideOptions {
  readonly dataPath: string;
  readonly databaseUrl: string;
  readonly cluster: string;
  readonly log: StoreLog;
  readonly state: NodeState;
  readonly files: SegmentFiles;
  readonly audit: AuditPolicy;
  readonly auditRetentionDays: number;
  readonly auditSpoolBytesMax: number;
  readonly hostname: string;
  readonly broadcastAddress: string;
  readonly onCommit: (durationMs: number) => void;
  readonly acceptLoss: boolean;
  readonly onRangeLost: (range: number) => void;
  /** As `PostgresStoreOptions.onForeign`. */
  readonly onLogsLost: (logIds: readonly number[]) => boolean;
}

/** What Postgres has of the processes before this one. */
export interface Found {
  readonly logs: readonly StoredLogRow[];
  readonly checkpoint: Checkpoint | null;
  /** By log: where what a job took of it ends. */
  readonly removedTo: ReadonlyMap<number, number>;
}

export class PostgresSide implements LogIds, SharedPostgres {
  readonly link: PostgresLink;
  readonly owner: NodeOwner;
  readonly blocks: PostgresStore;
  readonly backlog: NodeBacklog;
  readonly audit: AuditWriter;
  readonly progress: ProgressKeeper;
  readonly #unwritten: UnwrittenProgress;
  readonly schedule: ScheduleKeeper;
  onUp: (() => void) | null = null;
  readonly #options: PostgresSideOptions;
  readonly #found = Promise.withResolvers<Found>();
  #looked = false;
  /** Durable logs that were begun here, or have been loaded. */
  readonly #known = new Set<number>();
  #loading: Promise<unknown> = Promise.resolve();
  #settling = false;

  constructor(options: PostgresSideOptions) {
    const { databaseUrl, cluster, log, state, files, onCommit } = options;
    this.#options = options;
    this.link = new PostgresLink({ url: databaseUrl, cluster, log, contact: (sql) => this.#contact(sql) });
    this.owner = new NodeOwner({ nodeId: state.identity, log, acceptLoss: options.acceptLoss });
    const { link, owner } = this;
    this.blocks = new PostgresStore({ link, owner, log, onCommit, onForeign: options.onLogsLost });
    this.backlog = new NodeBacklog({
      ...{ files, postgres: this.blocks, log },
      // What is durable cannot wait for that in a file; each of its writes asks whose the log is.
      mustStayInFiles: (logId, durable) =>
        state.isLost(logId) || (!durable && this.link.state === "up" && state.isUnregistered(logId)),
    });
    this.audit = new AuditWriter({
      ...{
        link: this.link,
        nodeId: state.identity,
        session: state.session,
        directory: options.dataPath,
        log,
      },
      policy: options.audit,
      epoch: () => owner.owner?.epoch ?? null,
      retentionDays: options.auditRetentionDays,
      spoolBytesMax: options.auditSpoolBytesMax,
    });
    this.#unwritten = new UnwrittenProgress(options.dataPath, log);
    this.progress = new ProgressKeeper({
      ...{ link, owner, log, session: state.session, unwritten: this.#unwritten },
      mayHave: (logId) => this.blocks.mayHave(logId),
    });
    this.schedule = new ScheduleKeeper({
      ...{ link, owner, log, nodeId: state.identity },
      onKept: (logId) => this.blocks.adopt([logId]),
    });
    this.link.onUp = () => {
      this.blocks.resume();
      // An id that was taken while Postgres was asked for the others.
      if (state.unregistered.length > 0) this.#settleRangesSoon();
      this.backlog.startMoving();
      this.audit.resume();
      this.progress.prepare();
      this.onUp?.();
    };
  }

  start(): void {
    this.link.start();
  }

  next(): number {
    const { state } = this.#options;
    const id = state.next();
    this.#known.add(id);
    if ((state.wantsRange || state.unregistered.length > 0) && !this.#settling) this.#settleRangesSoon();
    return id;
  }

  get state(): LiveStore["state"] {
    return this.link.state;
  }

  use<T>(act: (sql: Sql) => Promise<T>, pool: SharedPool = "background"): Promise<T> {
    return this.link.use(pool, act);
  }

  describe(error: unknown): string {
    return this.link.describe(error);
  }

  get topologySeen(): TopologySeen | null {
    return this.#options.state.topologySeen;
  }

  set topologySeen(seen: TopologySeen | null) {
    this.#options.state.topologySeen = seen;
  }

  status(): Pick<LiveStore, "state" | "sinceMs" | "reason"> {
    const { state, sinceMs, reason } = this.link;
    const { failure } = this.blocks;
    return failure !== null && state === "up"
      ? { state: "down", sinceMs, reason: failure }
      : { state, sinceMs, reason };
  }

  /** Pending until Postgres has answered. */
  found(): Promise<Found> {
    return this.#found.promise;
  }

  /** As `NodeStore.loadDurable`. */
  loadDurable(): Promise<TopicCheckpoint[]> {
    const loaded = this.#loading.then(async () => {
      const { state, log } = this.#options;
      const { topics, logs, deleted, known } = await readDurable(
        this.link,
        state.identity,
        (id) => this.#known.has(id),
        this.#unwritten.found,
        log,
      );
      if (deleted.length > 0) await dropScheduled(this.link, this.owner.owner, deleted);
      for (const { logId } of logs) this.#known.add(logId);
      this.blocks.adopt(logs.map(({ logId }) => logId));
      forgetDrained(owedFrom(topics), logs, this.backlog);
      this.schedule.found(
        logs.flatMap(({ logId }) => (deleted.includes(logId) ? [] : [logId])),
        known,
      );
      return topics;
    });
    this.#loading = loaded.catch(() => {});
    return loaded;
  }

  /** A durable log that was begun here, or has been loaded. */
  isKnown(logId: number): boolean {
    return this.#known.has(logId);
  }

  /** As `NodeStore.giveUp`. */
  giveUp(logIds: readonly number[]): void {
    // One that had ended here may come back by way of another node, and is to be loaded then.
    this.#known.clear();
    this.schedule.giveUp(logIds);
    this.blocks.giveUp(logIds);
  }

  /** When Postgres has answered: what it has of earlier processes and is not owed may go. */
  forgetAllBut(topics: readonly TopicCheckpoint[]): void {
    const owed = owedFrom(topics);
    void this.#found.promise.then(({ logs }) => forgetDrained(owed, logs, this.backlog));
  }

  /** As much as Postgres takes in time is there; the rest has been given to files. Never rejects. */
  async finishWriting(deadlineMs: number): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    let isDrained = false;
    void this.blocks.drained().then(() => {
      isDrained = true;
    });
    do await new Promise((resolve) => setTimeout(resolve, isDrained ? 0 : 10));
    while (!isDrained && performance.now() < deadline && this.status().state === "up");
    this.backlog.turnToFiles();
  }

  async close(deadlineMs: number): Promise<void> {
    await this.audit.close(deadlineMs / 2);
    await this.blocks.close(deadlineMs / 4);
    await this.link.close();
  }

  /** Each time Postgres is there again, before anything else is sent. May be repeated from the start. */
  async #contact(sql: Sql): Promise<void> {
    const { state, hostname, broadcastAddress } = this.#options;
    await upsertNode(sql, { id: state.identity, hostname, broadcastAddress });
    this.#noteServer(await selectServerState(sql), await selectEpoch(sql, state.identity));
    await this.#settleRanges(sql);
    if (this.#looked) return;
    const logs = await selectStoredLogs(sql, state.identity);
    const row = await selectCheckpoint(sql, state.identity);
    const removedTo = await selectRemovedEnds(sql, state.identity);
    this.#looked = true;
    this.blocks.adopt(logs.map((log) => log.logId));
    // Durable ones are loaded by themselves, when it is known whose they are.
    const memoryLogs = logs.filter(({ durable }) => !durable);
    this.#found.resolve({ logs: memoryLogs, checkpoint: row && decodeCheckpoint(row.payload), removedTo });
  }

  #noteServer(server: ServerState, epoch: number): void {
    const { log } = this.#options;
    this.owner.noteServer(server, epoch);
    const { unsafeSettings, connectionsMax, connectionsFree } = server;
    if (unsafeSettings.length > 0)
      log.warn({}, `Postgres may lose what it has confirmed: ${unsafeSettings.join(", ")}`);
    // One of ours is open by now.
    if (connectionsFree < connectionsOfNode - 1)
      log.warn(
        { connectionsMax, connectionsFree },
        `Postgres may run out of connections: a node opens up to ${connectionsOfNode}, a console some more`,
      );
  }

  #settleRangesSoon(): void {
    if (this.link.state !== "up") return;
    this.#settling = true;
    this.link
      .use("background", (sql) => this.#settleRanges(sql))
      .catch((error: unknown) =>
        this.#options.log.warn({}, `no range of log ids: ${this.link.describe(error)}`),
      )
      .finally(() => {
        this.#settling = false;
      });
  }

  async #settleRanges(sql: Sql): Promise<void> {
    const { state, log, onRangeLost } = this.#options;
    const used = [...state.unregistered];
    if (used.length > 0) {
      const foreign = await registerRanges(sql, state.identity, used);
      state.settle(used, foreign);
      if (foreign.length > 0) this.backlog.turnLostToFiles();
      for (const range of foreign) {
        log.error(
          { range },
          "log ids that this node took while Postgres was away are another node's: their logs end",
        );
        onRangeLost(range);
      }
      this.backlog.startMoving();
    }
    for (let attempt = 0; state.wantsRange && attempt < reserveAttemptsMax; attempt++) {
      const range = await reserveRange(sql, state.identity);
      if (range !== null) state.addRange(range);
    }
  }
}
