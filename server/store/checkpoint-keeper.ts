/** Checkpoints on their way out: periodic ones to Postgres, or to a file while it is away; the final one to both. */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { deleteCheckpoints, insertCheckpoint } from "../../db/queries/progress.ts";
import type { TopicCheckpoint } from "../broker/checkpoint.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint-codec.ts";
import { joinTopics } from "./checkpoint-fit.ts";
import { describeFileError, replaceFile } from "./files.ts";
import type { StoreLog } from "./ports.ts";
import type { PostgresLink } from "./postgres-link.ts";

const intervalMs = 1_000;
/** Worthless ones are deleted once in so many. */
const deleteEvery = 30;
const deleteDeadlineMs = 10_000;
const finalDeadlineMs = 3_000;

export interface CheckpointKeeperOptions {
  readonly dataPath: string;
  readonly link: PostgresLink | null;
  readonly nodeId: string;
  /** Above that of every process before: checkpoints are numbered by it. */
  readonly session: number;
  /** How far the stores have got, as a checkpoint notes it. */
  readonly stored: () => Pick<Checkpoint, "position" | "postgresLogs">;
  readonly log: StoreLog;
}

interface Pending {
  readonly topics: readonly TopicCheckpoint[];
  readonly settle: () => void;
}

export class CheckpointKeeper {
  /** What the file had when the store was opened; null: there was none, or it was damaged. */
  readonly found: Checkpoint | null;
  /** What processes owed that stopped before they knew of `found`: it counts beside it. */
  readonly foundBeside: Checkpoint | null;
  readonly #options: CheckpointKeeperOptions;
  readonly #path: string;
  readonly #besidePath: string;
  #hasBeside: boolean;
  #nextId: number;
  #pending: Pending | null = null;
  #writing: Promise<void> | null = null;
  #lastCrc = 0;
  #written = 0;
  #closed = false;

  constructor(options: CheckpointKeeperOptions) {
    this.#options = options;
    this.#path = join(options.dataPath, "checkpoint.dat");
    this.#besidePath = join(options.dataPath, "checkpoint-beside.dat");
    this.#nextId = options.session * 2 ** 32;
    this.found = this.#read(this.#path);
    this.foundBeside = this.#read(this.#besidePath);
    this.#hasBeside = this.foundBeside !== null;
  }

  /** Resolves when it is written, or a newer one that took its place. */
  save(topics: readonly TopicCheckpoint[]): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const before = this.#pending?.settle;
    const { promise, resolve } = Promise.withResolvers<void>();
    const settle = () => {
      before?.();
      resolve();
    };
    this.#pending = { topics, settle };
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return promise;
  }

  /** Returns its id. Rejects when the disk refuses. */
  async saveFinal(topics: readonly TopicCheckpoint[]): Promise<number> {
    await this.#end();
    const id = this.#nextId++;
    const bytes = encodeCheckpoint({ id, final: true, ...this.#options.stored(), topics });
    await replaceFile(this.#path, bytes);
    await this.#dropBeside();
    // The file alone is enough for this node; whoever is to adopt its backlog reads Postgres.
    const late = new Promise<void>((resolve) => setTimeout(resolve, finalDeadlineMs).unref());
    await Promise.race([this.#toPostgres(id, bytes).catch(() => {}), late]);
    return id;
  }

  /** The last of a process that never knew what the one before it owed: leaves that as it is. Rejects when the disk refuses. */
  async saveBeside(topics: readonly TopicCheckpoint[]): Promise<void> {
    await this.#end();
    const both = joinTopics(this.foundBeside?.topics ?? [], topics);
    const id = this.#nextId++;
    const bytes = encodeCheckpoint({ id, final: true, ...this.#options.stored(), topics: both });
    await replaceFile(this.#besidePath, bytes);
  }

  async #end(): Promise<void> {
    this.#closed = true;
    this.#pending?.settle();
    this.#pending = null;
    await this.#writing;
  }

  /** A checkpoint that has everything in it is kept. */
  async #dropBeside(): Promise<void> {
    if (!this.#hasBeside) return;
    await rm(this.#besidePath, { force: true });
    this.#hasBeside = false;
  }

  async #writeAll(): Promise<void> {
    while (this.#pending) {
      const started = performance.now();
      const { topics, settle } = this.#pending;
      this.#pending = null;
      await this.#write(topics);
      settle();
      const pauseMs = intervalMs - (performance.now() - started);
      if (pauseMs > 0 && !this.#closed) await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  }

  /** Never rejects: the next one is a second away. */
  async #write(topics: readonly TopicCheckpoint[]): Promise<void> {
    const { link, log } = this.#options;
    const id = this.#nextId++;
    const stored = this.#options.stored();
    // Nothing has changed: the last one says it already.
    const crc = crc32(encodeCheckpoint({ id: 0, final: false, ...stored, topics }));
    if (crc === this.#lastCrc) return;
    const bytes = encodeCheckpoint({ id, final: false, ...stored, topics });
    try {
      await this.#toPostgres(id, bytes);
      await this.#dropBeside();
      this.#lastCrc = crc;
      return;
    } catch (error) {
      if (link?.state === "up") log.warn({}, `a checkpoint goes to a file: ${link.describe(error)}`);
    }
    try {
      await replaceFile(this.#path, bytes);
      await this.#dropBeside();
      this.#lastCrc = crc;
    } catch (error) {
      log.error({}, `a checkpoint could not be written: ${describeFileError(error)}`);
    }
  }

  async #toPostgres(id: number, bytes: Uint8Array): Promise<void> {
    const { link, nodeId } = this.#options;
    if (!link) throw new Error("there is no database");
    await link.use("background", (sql) => insertCheckpoint(sql, nodeId, id, bytes));
    if (this.#written++ % deleteEvery !== 0) return;
    await link
      .run("background", deleteDeadlineMs, (sql) => deleteCheckpoints(sql, nodeId, id))
      .catch((error: unknown) => this.#options.log.warn({}, `old checkpoints stay: ${link.describe(error)}`));
  }

  #read(path: string): Checkpoint | null {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ENOENT") {
        this.#options.log.error({}, `${path} cannot be read: ${describeFileError(error)}`);
      }
      return null;
    }
    const checkpoint = decodeCheckpoint(bytes);
    if (!checkpoint) this.#options.log.error({}, `${path} is damaged and is left out`);
    return checkpoint;
  }
}
