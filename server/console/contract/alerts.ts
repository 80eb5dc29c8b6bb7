/** Rules by which operators are told of something, what they found, and whom they tell. */
import type { Severity } from "./views.ts";

/**
 * What a rule looks at, of every channel, topic or node within its globs. `unit` is that of its threshold, which the
 * figure has to pass; `none`: there is nothing to pass.
 */
export const alertConditions = {
  /** Messages that wait in a channel. */
  depth: { on: "channel", unit: "count" },
  oldest: { on: "channel", unit: "ms" },
  "requeue-rate": { on: "channel", unit: "rate" },
  "timeout-rate": { on: "channel", unit: "rate" },
  /** So many wait, and no consumer is connected. */
  "no-consumers": { on: "channel", unit: "count" },
  /** So many wait, consumers are connected, and none is given anything. */
  starved: { on: "channel", unit: "count" },
  /** So many messages of a topic that is not durable, and of its channels, are out of memory. */
  spill: { on: "topic", unit: "count" },
  /** p99 of commits. */
  "postgres-slow": { on: "node", unit: "ms" },
  "postgres-away": { on: "node", unit: "none" },
  "node-silent": { on: "node", unit: "none" },
} as const satisfies Record<
  string,
  { readonly on: "channel" | "topic" | "node"; readonly unit: "count" | "ms" | "rate" | "none" }
>;
export type AlertCondition = keyof typeof alertConditions;

export const alertLimits = {
  rules: 100,
  webhooks: 20,
  nameCharacters: 80,
  urlCharacters: 2_000,
  forMs: [0, 86_400_000],
  thresholdMax: 1e12,
  muteMs: [60_000, 30 * 86_400_000],
  /** At once; of more it is said how many. */
  firing: 1_000,
} as const;

export interface AlertRuleInput {
  readonly name: string;
  readonly condition: AlertCondition;
  /** null where the condition has none. */
  readonly threshold: number | null;
  /** How long it has to be so. */
  readonly forMs: number;
  readonly severity: Severity;
  /** Globs: `*` is all. Of a rule on nodes `topics` and `channels` say nothing. */
  readonly topics: string;
  readonly channels: string;
  readonly enabled: boolean;
}

export interface AlertRule extends AlertRuleInput {
  readonly id: string;
}

/** Nobody is told while it lasts; it is in the history all the same. */
export interface AlertMute {
  readonly rule: string;
  /** `topic/channel`, a topic or a node's key; null: whatever the rule finds. */
  readonly object: string | null;
  readonly untilMs: number;
  readonly actor: string;
  readonly reason: string | null;
}

export interface AlertObject {
  readonly topic: string | null;
  readonly channel: string | null;
  readonly node: string | null;
}

/** Something a rule found, now or before. */
export interface Alert extends AlertObject {
  /** Of the history; null: it has not been so for as long as the rule wants. */
  readonly id: string | null;
  readonly rule: string;
  readonly name: string;
  readonly condition: AlertCondition;
  readonly severity: Severity;
  readonly threshold: number | null;
  /** The figure now, or at its worst. */
  readonly value: number | null;
  readonly sinceMs: number;
  /** null: not yet. */
  readonly firedAtMs: number | null;
  readonly resolvedAtMs: number | null;
  readonly muted: boolean;
}

export interface AlertWebhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  /** Of the last attempt; null: there was none. */
  readonly last: {
    readonly atMs: number;
    readonly ok: boolean;
    /** HTTP's status, or 0. */
    readonly status: number;
    readonly error: string | null;
  } | null;
  /** What waits to be sent again. */
  readonly waiting: number;
}

export interface AlertsView {
  readonly atMs: number;
  readonly rules: readonly AlertRule[];
  readonly mutes: readonly AlertMute[];
  /** Pending and firing, worst first. */
  readonly alerts: readonly Alert[];
  /** More than are here. */
  readonly more: number;
  /** Empty for those who may not manage alerts. */
  readonly webhooks: readonly AlertWebhook[];
}

export interface AlertHistory {
  /** Newest first. */
  readonly alerts: readonly Alert[];
  /** For the next page; null: there is none. */
  readonly before: string | null;
}

export interface MuteRequest {
  readonly rule: string;
  readonly object: string | null;
  /** null: not any more. */
  readonly forMs: number | null;
  readonly reason?: string | undefined;
}

export interface WebhookInput {
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
}

/** The secret is shown this once. */
export interface WebhookMade {
  readonly webhook: AlertWebhook;
  readonly secret: string;
}

export interface WebhookTried {
  readonly ok: boolean;
  readonly status: number;
  readonly error: string | null;
  readonly tookMs: number;
}

/** What a webhook is sent: `POST`, JSON, signed (docs/alerts.md). */
export interface WebhookBody {
  readonly version: 1;
  /** Of this delivery: the same in each attempt. */
  readonly id: string;
  readonly cluster: string;
  readonly sentAtMs: number;
  readonly test: boolean;
  readonly alerts: readonly (Alert & { readonly state: "firing" | "resolved" })[];
}
