/** What operators do to topics, channels and nodes, and what is asked of them before. */
import type { Drain } from "./cluster.ts";
import type { Action } from "./permissions.ts";

/**
 * What can be done to a topic or a channel, and how much is asked first (A2.7):
 * 0 nothing, 1 a plain confirmation, 2 the impact and the typed name, 3 also a reason and somebody who has just
 * proved to be who they are. This is the least: see `levelOf`.
 */
export const actionLevels = {
  "create-topic": 0,
  "create-channel": 0,
  "pause-topic": 1,
  "unpause-topic": 1,
  "pause-channel": 1,
  "unpause-channel": 1,
  "kick-client": 1,
  "tombstone-topic": 1,
  "empty-topic": 2,
  "empty-channel": 2,
  "delete-topic": 2,
  "delete-channel": 2,
  "make-durable": 3,
  "make-memory": 3,
} as const;
export type ActionName = keyof typeof actionLevels;
export type ActionLevel = 0 | 1 | 2 | 3;

/**
 * What it weighs by what it would meet: messages that were promised to outlive their node are not emptied or deleted
 * with their topic lightly. `isPartial`: some of its nodes cannot be asked, so that there may be more.
 */
export function levelOf(
  action: ActionName,
  met: { readonly durable: boolean; readonly messages: number; readonly isPartial: boolean },
): ActionLevel {
  const isWhole = action === "delete-topic" || action === "empty-topic";
  return isWhole && met.durable && (met.messages > 0 || met.isPartial) ? 3 : actionLevels[action];
}

/** Pausing and taking it back are one right, a class either way another. */
export function policyOfAction(name: ActionName): Action {
  if (name.startsWith("make-")) return "make-durable";
  return name.replace(/^un|-(topic|channel|client)$/g, "") as
    | "create"
    | "pause"
    | "empty"
    | "delete"
    | "kick"
    | "tombstone";
}

export interface ActionTarget {
  readonly action: ActionName;
  readonly topic: string;
  /** With the actions on a channel, and with that on a client of one. */
  readonly channel?: string;
  /** A node's key, with `kick-client` and `tombstone-topic`: where the client is, or what lookups shall not name. */
  readonly node?: string;
  /** With `kick-client`: its address, as the node has it. */
  readonly client?: string;
}

export interface ActionRequest extends ActionTarget {
  /** From level 2 on: the name as typed (the topic's, or the channel's), and the etag of the impact that was shown. */
  readonly confirm?: { readonly name: string; readonly etag: string };
  /** At level 3 there has to be one: see `Impact.level`. */
  readonly reason?: string;
  /** Keys of the nodes; default: all. For "Retry there". A class is said to all of them in any case. */
  readonly nodes?: readonly string[];
}

/** What an action would remove or stop, counted by the server at one instant. */
export interface Impact extends ActionTarget {
  readonly etag: string;
  readonly atMs: number;
  /** How much is asked before it is done. */
  readonly level: ActionLevel;
  readonly messages: {
    readonly total: number;
    readonly waiting: number;
    readonly inFlight: number;
    readonly deferred: number;
  };
  readonly channels: number;
  readonly consumers: number;
  /** Keys of the nodes it would happen on, and of those that cannot be reached now. */
  readonly nodes: readonly string[];
  readonly missing: readonly string[];
  readonly undoable: boolean;
}

export interface ActionNodeResult {
  readonly node: string;
  readonly ok: boolean;
  /** What the node answered, or why it did not: `TOPIC_NOT_FOUND`, `unreachable`. Empty when all went well. */
  readonly code: string;
  readonly tookMs: number;
}

export interface ActionResult extends ActionTarget {
  readonly outcome: "done" | "partly" | "failed";
  readonly nodes: readonly ActionNodeResult[];
  readonly requestId: string;
}

export interface DrainRequest {
  readonly confirm: { readonly name: string };
  readonly reason: string;
}

/** POST `/api/v1/nodes/:node/tombstone`: what each lookup was told. */
export interface NodeTombstoned {
  readonly topics: number;
  readonly nodes: readonly ActionNodeResult[];
  readonly requestId: string;
}

export interface DrainStarted {
  readonly node: string;
  readonly drain: Drain;
  readonly requestId: string;
}

/** POST `/api/v1/nodes/:node/adopt`: that node takes over what another has, whether it lives or not. */
export interface AdoptRequest {
  /** `ClusterNodeRow.key` of the other. */
  readonly of: string;
  /** The other's name: as the console calls it, else its identity. */
  readonly confirm: { readonly name: string };
  readonly reason: string;
}

export interface Adopted {
  readonly logs: number;
  readonly requestId: string;
}

/** POST `/api/v1/nodes/:node/failover`: it lets its lease run out, so that another takes over. */
export interface FailoverTestRequest {
  readonly confirm: { readonly name: string };
  readonly reason: string;
}

export interface FailoverTestStarted {
  /** For so long at most it renews nothing. */
  readonly restMs: number;
  readonly requestId: string;
}
