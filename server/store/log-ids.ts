/**
 * Log ids of this node. They come in ranges of 65,536, each one node's for ever, and are
 * noted in `weir.json` before they are used, some hundred at a time: after a crash those that were
 * noted and not used are skipped, so none is ever used twice.
 */
import { randomInt, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TopologySeen } from "../../db/shared-postgres.ts";
import type { LogIds } from "../broker/ports.ts";
import { DataPathError } from "./data-path.ts";
import { describeFileError, replaceFileSync } from "./files.ts";

export const rangeIds = 65_536;
/** Ranges from here on are taken at random by nodes that have no Postgres to ask. */
const provisionalRangeMin = 32_768;
const rangesMax = 65_536;
/** A write of the file is worth so many ids. */
const idsNotedAhead = 256;
/** With less than this left another range is wanted. */
const idsLowMark = 16_384;

interface State {
  readonly identity: string;
  /** Processes so far on this data path. */
  session: number;
  /** Ids below it may have been used. */
  noted: number;
  /** In use; null: none yet. */
  range: number | null;
  spare: number | null;
  /** Used, and not yet known to Postgres. */
  provisional: number[];
  /** Used, and another node's: what is stored of them stays in files. */
  lost: number[];
  /** The checkpoint that a clean stop left; null while a process runs. */
  cleanCheckpoint: number | null;
  /** How far the cluster's topology has been carried out; null: never. */
  topologySeen: TopologySeen | null;
}

export class NodeState implements LogIds {
  /** What the process before this one left. */
  readonly cleanCheckpoint: number | null;
  readonly #path: string;
  readonly #state: State;
  #next: number;

  /** Reads the file or begins a new one. Throws `DataPathError`. */
  constructor(dataPath: string) {
    this.#path = join(dataPath, "weir.json");
    this.#state = readState(this.#path);
    this.cleanCheckpoint = this.#state.cleanCheckpoint;
    this.#state.cleanCheckpoint = null;
    this.#state.session++;
    this.#next = this.#state.noted;
    this.#noteAhead();
    try {
      this.#save();
    } catch (error) {
      throw new DataPathError(`data-path cannot be written: ${this.#path} - ${describeFileError(error)}`);
    }
  }

  get identity(): string {
    return this.#state.identity;
  }

  get session(): number {
    return this.#state.session;
  }

  get unregistered(): readonly number[] {
    return this.#state.provisional;
  }

  /** True when another range should be reserved. */
  get wantsRange(): boolean {
    const { range, spare } = this.#state;
    return spare === null && (range === null || (range + 1) * rangeIds - this.#next < idsLowMark);
  }

  /** A new id. Writes the file once in 256 times; throws what the file system throws. */
  next(): number {
    if (this.#state.range === null || this.#next >= (this.#state.range + 1) * rangeIds) this.#changeRange();
    if (this.#next >= this.#state.noted) {
      this.#noteAhead();
      this.#save();
    }
    return this.#next++;
  }

  isUnregistered(logId: number): boolean {
    return this.#state.provisional.includes(Math.floor(logId / rangeIds));
  }

  isLost(logId: number): boolean {
    return this.#state.lost.includes(Math.floor(logId / rangeIds));
  }

  /** A range that was reserved for this node. */
  addRange(range: number): void {
    if (this.#state.range === null) {
      this.#state.range = range;
      this.#next = range * rangeIds;
      this.#noteAhead();
    } else this.#state.spare = range;
    this.#save();
  }

  /** Ranges that Postgres now knows as ours, and those that turned out to be another's. */
  settle(registered: readonly number[], foreign: readonly number[]): void {
    const state = this.#state;
    state.provisional = state.provisional.filter(
      (range) => !registered.includes(range) && !foreign.includes(range),
    );
    state.lost.push(...foreign);
    if (state.range !== null && foreign.includes(state.range)) state.range = null;
    this.#save();
  }

  get topologySeen(): TopologySeen | null {
    return this.#state.topologySeen;
  }

  set topologySeen(seen: TopologySeen | null) {
    this.#state.topologySeen = seen;
    this.#save();
  }

  /** The last act of a clean stop. */
  close(cleanCheckpoint: number | null): void {
    this.#state.noted = this.#next;
    this.#state.cleanCheckpoint = cleanCheckpoint;
    this.#save();
  }

  #changeRange(): void {
    const state = this.#state;
    state.range = state.spare;
    state.spare = null;
    if (state.range === null) {
      do state.range = randomInt(provisionalRangeMin, rangesMax);
      while (state.provisional.includes(state.range) || state.lost.includes(state.range));
      state.provisional.push(state.range);
    }
    this.#next = state.range * rangeIds;
    state.noted = this.#next;
  }

  #noteAhead(): void {
    const { range } = this.#state;
    if (range !== null) this.#state.noted = Math.min(this.#next + idsNotedAhead, (range + 1) * rangeIds);
  }

  #save(): void {
    replaceFileSync(this.#path, `${JSON.stringify({ version: 1, ...this.#state })}\n`);
  }
}

function readState(path: string): State {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") {
      throw new DataPathError(`data-path cannot be read: ${path} - ${describeFileError(error)}`);
    }
    return {
      ...{ identity: randomUUID(), session: 0, noted: 0, range: null, spare: null },
      ...{ provisional: [], lost: [], cleanCheckpoint: null, topologySeen: null },
    };
  }
  const state = parseState(text);
  // Guessing would let ids repeat.
  if (!state) throw new DataPathError(`${path} is damaged: restore it, or start with an empty data-path`);
  return state;
}

function parseState(text: string): State | null {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  const count = (name: string) =>
    Number.isSafeInteger(value[name]) && Number(value[name]) >= 0 ? Number(value[name]) : null;
  const ranges = (name: string) => {
    const list = value[name];
    return Array.isArray(list) && list.every(isRange) ? list : null;
  };
  const [session, noted, provisional, lost] = [
    count("session"),
    count("noted"),
    ranges("provisional"),
    ranges("lost"),
  ];
  const { identity, version } = value ?? {};
  if (version !== 1 || typeof identity !== "string" || !/^[0-9a-f-]{36}$/.test(identity)) return null;
  if (session === null || noted === null || !provisional || !lost) return null;
  const range = isRange(value["range"]) ? value["range"] : null;
  const spare = isRange(value["spare"]) ? value["spare"] : null;
  return {
    identity,
    session,
    noted,
    range,
    spare,
    provisional,
    lost,
    cleanCheckpoint: count("cleanCheckpoint"),
    topologySeen: parseTopologySeen(value["topologySeen"]),
  };
}

function parseTopologySeen(value: unknown): TopologySeen | null {
  const { id, version } = (value ?? {}) as { id?: unknown; version?: unknown };
  return typeof id === "string" && Number.isSafeInteger(version) ? { id, version: Number(version) } : null;
}

function isRange(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < rangesMax;
}
