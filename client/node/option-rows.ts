/**
 * Every option that has a default: its name in go-nsq's configuration, what it may be, and what it is when
 * nobody says. Option lists of command lines (`k=v`) and objects in code are read by the same rows.
 */

interface Kinds {
  /** Milliseconds here; in an option list also as Go writes durations. */
  duration: number;
  integer: number;
  fraction: number;
  flag: boolean;
  text: string;
}

export interface Row<Kind extends keyof Kinds = keyof Kinds> {
  readonly kind: Kind;
  readonly default: Kinds[Kind];
  /** Its name in an option list. null: code alone can set it. */
  readonly listName: string | null;
  readonly min?: number;
  readonly max?: number;
  readonly words?: readonly string[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function duration(listName: string, fallbackMs: number, min = 0, max = hourMs): Row<"duration"> {
  return { kind: "duration", default: fallbackMs, listName, min, max };
}

function integer(listName: string, fallback: number, min: number, max: number): Row<"integer"> {
  return { kind: "integer", default: fallback, listName, min, max };
}

function flag(listName: string): Row<"flag"> {
  return { kind: "flag", default: false, listName };
}

function text(listName: string, fallback = "", words?: readonly string[]): Row<"text"> {
  return { kind: "text", default: fallback, listName, ...(words && { words }) };
}

const mebibyte = 1024 * 1024;
const int32Max = 2 ** 31 - 1;

export const connectionRows = {
  dialTimeoutMs: duration("dial_timeout", 1_000, 1, hourMs),
  readTimeoutMs: duration("read_timeout", minuteMs, 100, 5 * minuteMs),
  // go-nsq gives up after 1 s. A node may hold a fast producer back for longer than that, by not reading it.
  writeTimeoutMs: duration("write_timeout", minuteMs, 100, 5 * minuteMs),
  localAddr: text("local_addr"),
  clientId: text("client_id"),
  hostname: text("hostname"),
  userAgent: text("user_agent"),
  heartbeatIntervalMs: duration("heartbeat_interval", 30_000, 1_000, 5 * minuteMs),
  sampleRate: integer("sample_rate", 0, 0, 99),
  tlsV1: flag("tls_v1"),
  tlsRootCaFile: text("tls_root_ca_file"),
  tlsCert: text("tls_cert"),
  tlsKey: text("tls_key"),
  tlsInsecureSkipVerify: flag("tls_insecure_skip_verify"),
  tlsMinVersion: text("tls_min_version", "", ["", "ssl3.0", "tls1.0", "tls1.1", "tls1.2", "tls1.3"]),
  deflate: flag("deflate"),
  deflateLevel: integer("deflate_level", 6, 1, 9),
  snappy: flag("snappy"),
  outputBufferSize: integer("output_buffer_size", 16_384, -1, int32Max),
  outputBufferTimeoutMs: duration("output_buffer_timeout", 250, -1, hourMs),
  msgTimeoutMs: duration("msg_timeout", 0, 0, hourMs),
  authSecret: text("auth_secret"),
  topologyRegion: text("topology_region"),
  topologyZone: text("topology_zone"),
  maxMsgSize: integer("max_msg_size", 64 * mebibyte, 1, int32Max),
  maxReconnectDelayMs: { ...duration("", 15_000, 10, hourMs), listName: null },
  closeTimeoutMs: { ...duration("", 30_000, 0, hourMs), listName: null },
} as const satisfies Record<string, Row>;

export const consumerRows = {
  ...connectionRows,
  maxInFlight: integer("max_in_flight", 1, 0, int32Max),
  maxAttempts: integer("max_attempts", 5, 0, 65_535),
  defaultRequeueDelayMs: duration("default_requeue_delay", 90_000),
  maxRequeueDelayMs: duration("max_requeue_delay", 15 * minuteMs),
  backoffStrategy: text("backoff_strategy", "exponential", ["exponential", "full_jitter"]),
  backoffMultiplierMs: duration("backoff_multiplier", 1_000),
  maxBackoffDurationMs: duration("max_backoff_duration", 2 * minuteMs),
  lookupdPollIntervalMs: duration("lookupd_poll_interval", minuteMs, 10, 5 * minuteMs),
  lookupdPollJitter: { kind: "fraction", default: 0.3, listName: "lookupd_poll_jitter", min: 0, max: 1 },
  lookupdPollTimeoutMs: duration("lookupd_poll_timeout", minuteMs, 10, hourMs),
  lowRdyIdleTimeoutMs: duration("low_rdy_idle_timeout", 10_000, 1_000, 5 * minuteMs),
  lowRdyTimeoutMs: duration("low_rdy_timeout", 30_000, 1_000, 5 * minuteMs),
  rdyRedistributeIntervalMs: duration("rdy_redistribute_interval", 5_000, 1, 5_000),
  autoTouch: { ...flag(""), listName: null },
} as const satisfies Record<string, Row>;

export const producerRows = {
  ...connectionRows,
  maxPendingBytes: { ...integer("", 64 * mebibyte, 1, Number.MAX_SAFE_INTEGER), listName: null },
  publishTimeoutMs: { ...duration("", minuteMs, 1, hourMs), listName: null },
} as const satisfies Record<string, Row>;
