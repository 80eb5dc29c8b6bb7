/** The life of a message. */
import type { TopicRow } from "./views.ts";

export type TraceEventKind = "publish" | "deliver" | "finish" | "requeue" | "timeout" | "touch" | "drop";

export interface TraceEvent {
  readonly atMs: number;
  readonly kind: TraceEventKind;
  readonly topic: string;
  /** null: it happened to the message in the topic, not in a channel. */
  readonly channel: string | null;
  /** The node's id, or null when that is not recorded. */
  readonly node: string | null;
  /** The node's at that time; null: it had none, or did not say. */
  readonly epoch: number | null;
  readonly client: { readonly id: string; readonly address: string } | null;
  /** Deliveries so far, this one included. */
  readonly attempts: number | null;
  /** Of a REQ or a deferred publish. */
  readonly delayMs: number | null;
}

/** The life of one message as the audit has it, oldest event first. */
export interface Trace {
  readonly id: string;
  readonly atMs: number;
  readonly events: readonly TraceEvent[];
  /** More events than are here. */
  readonly cut: boolean;
  /** How far behind the audit may be now; null: not known. */
  readonly lagMs: number | null;
  /** Events the nodes had to drop, ever: with any, "no event" proves nothing. null: not known. */
  readonly gaps: number | null;
  /** Since when there is history; null: none yet, or not known. */
  readonly sinceMs: number | null;
  /** Whether its topic is durable now, on all of its nodes, some, none; null: no node has the topic. */
  readonly durable: TopicRow["durable"] | null;
}
