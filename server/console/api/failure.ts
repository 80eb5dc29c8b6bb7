/** Refusals as the API words them: the code decides the status. */
import type { FailureCode, Impact, Needs } from "../contract/index.ts";

const statuses: Readonly<Record<FailureCode, number>> = {
  "no-session": 401,
  "session-unknown": 503,
  "bad-origin": 403,
  "bad-host": 421,
  "bad-request": 400,
  "bad-content-type": 415,
  "too-large": 413,
  "too-many": 429,
  "not-found": 404,
  forbidden: 403,
  "fresh-needed": 403,
  "wrong-password": 403,
  "name-taken": 409,
  "confirm-name": 400,
  "reason-needed": 400,
  "impact-changed": 409,
  "impact-unknown": 409,
  "not-over": 409,
  "in-production": 409,
  "too-late": 409,
  "no-node": 503,
  "node-refused": 502,
  "node-unreachable": 502,
  "database-away": 503,
  timeout: 504,
  internal: 500,
};

interface FailureMore {
  readonly nodeCode?: string;
  readonly impact?: Impact;
  readonly needs?: Needs;
}

/** Thrown by a route, written by the server's error handler. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly more: FailureMore;

  constructor(code: FailureCode, message: string, more: FailureMore = {}) {
    super(message);
    this.code = code;
    this.more = more;
  }

  get status(): number {
    return statuses[this.code];
  }
}
