/** The operators' log: who did what to what, refusals and acts without effect too. */
import type { ActionNodeResult } from "./actions.ts";
import type { Actor } from "./permissions.ts";

export interface OperatorAction {
  /** Its place in the chain of hashes, from 1; null: not written to Postgres, there is none. */
  readonly seq: number | null;
  readonly atMs: number;
  readonly actorKind: Actor["kind"];
  readonly actor: string;
  /** Where from, and in which session (the first characters of its id); null: not for whoever asks, or not known. */
  readonly address: string | null;
  readonly session: string | null;
  readonly requestId: string | null;
  /** `pause-channel`, `publish`, `create-user`, …. */
  readonly action: string;
  readonly topic: string | null;
  readonly channel: string | null;
  readonly node: string | null;
  /** What else it was done to or with. */
  readonly object: Readonly<Record<string, unknown>> | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly reason: string | null;
  /** `ok`, `partly`, `failed`, or why it was refused: a failure's code. */
  readonly result: string;
  readonly perNode: readonly ActionNodeResult[] | null;
}

/** What a page about one object shows of it: the last that changed something. */
export type LastAction = Pick<OperatorAction, "seq" | "atMs" | "actor" | "action" | "reason" | "result">;

export interface AuditPage {
  /** Newest first. */
  readonly rows: readonly OperatorAction[];
  /** For the next page: older ones. null: there are none. */
  readonly cursor: number | null;
  /** Kept in Postgres; else only what this console remembers of its own. */
  readonly kept: boolean;
}

/** A walk along the chain, some lines at a time. */
export interface AuditCheck {
  /** To go on after; null: that was the end. */
  readonly cursor: number | null;
  readonly lines: number;
  /** The first line that is not as it was written, or missing; null: none so far. */
  readonly broken: number | null;
}

/** The room `audit`: the newest lines, at most `auditLinesMax`. */
export interface AuditView {
  readonly actions: readonly (OperatorAction & { readonly key: string })[];
  readonly kept: boolean;
}

export const auditLinesMax = 100;
/** Rows of one page of `GET /api/v1/audit`. */
export const auditPageMax = 200;
