/** What the API needs of Postgres. Everything rejects when Postgres does not answer. */

import type { EventFilter } from "../../../db/queries/audit-filter.ts";
import type { Position } from "../../../db/queries/audit-order.ts";
import type { EventsFound } from "../../../db/queries/audit-search.ts";
import type { AuditCheck, OperatorAction, TraceEvent } from "../contract/index.ts";

/** A line of `operator_actions`, before it has its place there. */
export interface ActionRecord extends Omit<OperatorAction, "seq" | "object" | "before" | "after"> {
  readonly object: object | null;
  readonly before: object | null;
  readonly after: object | null;
}

export interface TraceSource {
  /** Oldest first. */
  trace(id: string): Promise<readonly TraceEvent[]>;
  /** When the oldest of the audit that is kept was written; null: there is none. */
  sinceMs(): Promise<number | null>;
  search(
    filter: EventFilter,
    options: { readonly limit: number; readonly position: Position | null; readonly deadlineMs: number },
  ): Promise<EventsFound>;
  /** About how many events there are in a time range; null: nothing to guess by. */
  estimate(fromMs: number, toMs: number): Promise<number | null>;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly topic?: string | undefined;
  readonly channel?: string | undefined;
  readonly node?: string | undefined;
  readonly result?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

export interface ActionStore {
  append(record: ActionRecord): Promise<void>;
  /** Newest first, before a place in the chain; null: from the newest. */
  list(filter: AuditFilter, before: number | null, limit: number): Promise<readonly OperatorAction[]>;
  /** Oldest first. */
  since(seq: number, limit: number): Promise<readonly OperatorAction[]>;
  /** The last that was done to each object, over so many lines. */
  last(lookBack: number): Promise<readonly OperatorAction[]>;
  verify(after: number, limit: number): Promise<AuditCheck>;
}
