/** What can go wrong, by its code: a node's own (`E_FIN_FAILED` and its kin), or one of ours. */
export type ErrorCode =
  | `E_${string}`
  /** The connection ended, or could not be made. */
  | "CONNECTION_LOST"
  /** The node broke the protocol, or cannot do what was asked for. */
  | "BAD_NODE"
  /** A lookup did not answer, or with nonsense. */
  | "BAD_LOOKUP"
  | "TIMED_OUT"
  /** More is waiting already than may wait. */
  | "FULL"
  /** `close()` was called. */
  | "CLOSED";

export class ClientError extends Error {
  override readonly name: string = "ClientError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * What became of it: `refused` by the node; `unsent`, so it never had it; `unknown`: it was sent and not answered,
 * so that it may have been published.
 */
export type PublishOutcome = "refused" | "unsent" | "unknown";

export class PublishError extends ClientError {
  override readonly name = "PublishError";
  readonly outcome: PublishOutcome;

  constructor(code: ErrorCode, message: string, outcome: PublishOutcome, options?: ErrorOptions) {
    super(code, message, options);
    this.outcome = outcome;
  }
}

/** An error frame's text: a code, then what it means. */
export function nodeError(text: string): ClientError {
  const code = /^E_[A-Z_]+/.exec(text)?.[0] as `E_${string}` | undefined;
  return code === undefined ? new ClientError("BAD_NODE", text) : new ClientError(code, text);
}

const survivable: ReadonlySet<string> = new Set(["E_FIN_FAILED", "E_REQ_FAILED", "E_TOUCH_FAILED"]);

/** Whether the connection goes on after the node has sent this; it ends every other. */
export function isSurvivable({ code }: ClientError): boolean {
  return survivable.has(code);
}
