/**
 * `policies.json`: of which class topics are to be, as the cluster's operators have said. It is read before
 * anything is published, so that a durable topic is durable also while Postgres has not answered yet.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isValidName } from "../broker/names.ts";
import { DataPathError } from "./data-path.ts";
import { describeFileError, replaceFileSync } from "./files.ts";
import type { Policies, StoreLog } from "./ports.ts";

export class PolicyFile implements Policies {
  readonly #path: string;
  readonly #log: StoreLog;
  #durable: Map<string, boolean>;
  /** The file has what is here. */
  #isKept = true;

  /** Throws `DataPathError` when the file is there and is not one of ours. */
  constructor(dataPath: string, log: StoreLog) {
    this.#path = join(dataPath, "policies.json");
    this.#log = log;
    this.#durable = readPolicies(this.#path);
  }

  durableOf(topic: string): boolean | null {
    return this.#durable.get(topic) ?? null;
  }

  note(changes: ReadonlyMap<string, boolean | null>, { anew = false } = {}): void {
    const before = this.#durable;
    const after = anew ? new Map<string, boolean>() : new Map(before);
    for (const [topic, durable] of changes) {
      if (durable === null) after.delete(topic);
      else after.set(topic, durable);
    }
    this.#durable = after;
    if (this.#isKept && isSame(before, after)) return;
    try {
      replaceFileSync(this.#path, `${JSON.stringify({ version: 1, durable: Object.fromEntries(after) })}\n`);
      this.#isKept = true;
    } catch (error) {
      this.#isKept = false;
      this.#log.error({}, `${this.#path} cannot be written: ${describeFileError(error)}`);
    }
  }
}

function isSame(one: ReadonlyMap<string, boolean>, other: ReadonlyMap<string, boolean>): boolean {
  return one.size === other.size && [...one].every(([topic, durable]) => other.get(topic) === durable);
}

function readPolicies(path: string): Map<string, boolean> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return new Map();
    throw new DataPathError(`data-path cannot be read: ${path} - ${describeFileError(error)}`);
  }
  const policies = parsePolicies(text);
  // Without it a durable topic would be taken for one in memory.
  if (policies === null)
    throw new DataPathError(`${path} is damaged: restore it, or remove it for Postgres to say it again`);
  return policies;
}

function parsePolicies(text: string): Map<string, boolean> | null {
  try {
    const { version, durable } = JSON.parse(text) as { version?: unknown; durable?: unknown };
    if (version !== 1 || typeof durable !== "object" || durable === null) return null;
    const entries = Object.entries(durable) as [string, unknown][];
    return entries.every(([topic, value]) => isValidName(topic) && typeof value === "boolean")
      ? new Map(entries as [string, boolean][])
      : null;
  } catch {
    return null;
  }
}
