/** What the API needs of Postgres. Everything rejects when Postgres does not answer. */
import type { TraceEvent } from "../contract/index.ts";

/** A line of `operator_actions`. */
export interface ActionRecord {
  readonly atMs: number;
  readonly actor: string;
  readonly address: string;
  readonly action: string;
  readonly topic: string | null;
  readonly channel: string | null;
  readonly object: object | null;
  readonly before: object | null;
  readonly after: object | null;
  readonly reason: string | null;
  readonly result: string;
}

export interface TraceSource {
  /** Oldest first. */
  trace(id: string): Promise<readonly TraceEvent[]>;
  /** When the oldest of the audit that is kept was written; null: there is none. */
  sinceMs(): Promise<number | null>;
}

export interface ActionStore {
  append(record: ActionRecord): Promise<void>;
}
