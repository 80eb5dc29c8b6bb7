/** Every refusal of the HTTP API, in NSQ's words, with its status. A refusal is a value: handlers return it. */
const refusals = {
  INVALID_REQUEST: 400,
  MISSING_ARG_TOPIC: 400,
  INVALID_TOPIC: 400,
  INVALID_ARG_TOPIC: 400,
  MISSING_ARG_CHANNEL: 400,
  MISSING_ARG_NODE: 400,
  INVALID_ARG_CHANNEL: 400,
  MSG_EMPTY: 400,
  INVALID_DEFER: 400,
  INVALID_OPTION: 400,
  INVALID_FILTER: 400,
  EPHEMERAL: 400,
  UNAUTHORIZED: 401,
  FOREIGN_ORIGIN: 403,
  NO_SECRET: 403,
  TLS_REQUIRED: 403,
  NOT_FOUND: 404,
  TOPIC_NOT_FOUND: 404,
  CHANNEL_NOT_FOUND: 404,
  CLIENT_NOT_FOUND: 404,
  MESSAGE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NO_AUDIT: 409,
  NO_DATABASE: 409,
  MSG_TOO_BIG: 413,
  BODY_TOO_BIG: 413,
  BAD_BODY: 413,
  BAD_MESSAGE: 413,
  INVALID_VALUE: 413,
  UNKNOWN_HOST: 421,
  TOO_MANY_READERS: 429,
  INTERNAL_ERROR: 500,
  EXITING: 503,
  BUSY: 503,
  NOT_STORED: 503,
  UNAVAILABLE: 503,
} as const;

export type RefusalCode = keyof typeof refusals;

export class Refusal {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;

  readonly status: number;

  /** `status` where NSQ has another one for the same word. */
  constructor(
    code: RefusalCode,
    detail = "",
    headers: Readonly<Record<string, string>> = {},
    status: number = refusals[code],
  ) {
    this.code = code;
    this.detail = detail;
    this.headers = headers;
    this.status = status;
  }

  get message(): string {
    return this.detail === "" ? this.code : `${this.code}: ${this.detail}`;
  }

  /** As it is sent. */
  get body(): string {
    return JSON.stringify({ message: this.message });
  }
}

/** Says where HTTPS is, in nsqd's own bytes. */
export class TlsRequired extends Refusal {
  readonly #httpsPort: number;

  constructor(httpsPort: number) {
    super("TLS_REQUIRED");
    this.#httpsPort = httpsPort;
  }

  override get body(): string {
    return `{"message": "TLS_REQUIRED", "https_port": ${this.#httpsPort}}`;
  }
}
