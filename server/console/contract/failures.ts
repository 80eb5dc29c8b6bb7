/** Why something was not done. */
import type { Impact } from "./actions.ts";
import type { Needs } from "./permissions.ts";

export const failureCodes = [
  "no-session",
  "session-unknown",
  "bad-origin",
  "bad-host",
  "bad-request",
  "bad-content-type",
  "too-large",
  "too-many",
  "not-found",
  "forbidden",
  "fresh-needed",
  "wrong-password",
  "name-taken",
  "confirm-name",
  "reason-needed",
  "impact-changed",
  "impact-unknown",
  "not-over",
  "in-production",
  "too-late",
  "no-node",
  "node-refused",
  "node-unreachable",
  "database-away",
  "timeout",
  "internal",
] as const;
export type FailureCode = (typeof failureCodes)[number];

export interface ApiFailure {
  readonly code: FailureCode;
  /** One sentence in English, for people. */
  readonly message: string;
  readonly requestId: string;
  /** What the node said, such as `E_BAD_TOPIC` or `INVALID_TOPIC`. */
  readonly nodeCode?: string;
  /** With `impact-changed`: what it would be now. */
  readonly impact?: Impact;
  /** With `forbidden`: what is missing. */
  readonly needs?: Needs;
}
