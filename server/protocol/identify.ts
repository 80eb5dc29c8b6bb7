/** IDENTIFY: what a client asks for, what it gets, and how that is said (nsqd's §IDENTIFY). */
import { type Fault, fault } from "./faults.ts";
import { parseFields } from "./json-fields.ts";

export interface IdentifyLimits {
  readonly maxRdyCount: number;
  readonly maxMsgTimeoutMs: number;
  readonly msgTimeoutMs: number;
  readonly maxHeartbeatIntervalMs: number;
  readonly maxOutputBufferSize: number;
  readonly maxOutputBufferTimeoutMs: number;
  readonly minOutputBufferTimeoutMs: number;
  readonly outputBufferTimeoutMs: number;
  readonly maxDeflateLevel: number;
  /** Whether a client that asks for it gets it. */
  readonly tlsV1: boolean;
  readonly deflate: boolean;
  readonly snappy: boolean;
  readonly authRequired: boolean;
  readonly topologyRegion: string;
  readonly topologyZone: string;
}

/** What holds for a connection. */
export interface Identity {
  readonly clientId: string;
  readonly hostname: string;
  readonly userAgent: string;
  readonly featureNegotiation: boolean;
  /** 0: none, and no read deadline. */
  readonly heartbeatIntervalMs: number;
  readonly outputBufferSize: number;
  readonly outputBufferTimeoutMs: number;
  readonly sampleRate: number;
  readonly msgTimeoutMs: number;
  readonly deflateLevel: number;
  /** What comes after the reply, in this order: TLS, then one of the two. */
  readonly tlsV1: boolean;
  readonly deflate: boolean;
  readonly snappy: boolean;
  readonly topologyRegion: string;
  readonly topologyZone: string;
}

const heartbeatIntervalMs = 30_000;
const outputBufferSize = 16_384;
const leastOutputBufferSize = 64;
const leastIntervalMs = 1_000;
const deflateLevel = 6;
/**
 * NSQ takes an IDENTIFY up to --max-body-size. Parsing 5 MB of short keys takes 0.6 s, in which nobody else
 * is served; what clients send is below 1 KB.
 */
export const identifyBytesMax = 64 * 1024;

/** A connection that has not said anything about itself. */
export function unidentified(host: string, limits: IdentifyLimits): Identity {
  return {
    clientId: host,
    hostname: host,
    userAgent: "",
    featureNegotiation: false,
    heartbeatIntervalMs,
    outputBufferSize,
    outputBufferTimeoutMs: limits.outputBufferTimeoutMs,
    sampleRate: 0,
    msgTimeoutMs: limits.msgTimeoutMs,
    deflateLevel: Math.min(deflateLevel, limits.maxDeflateLevel),
    tlsV1: false,
    deflate: false,
    snappy: false,
    topologyRegion: "",
    topologyZone: "",
  };
}

const undecodable = fault("E_BAD_BODY", "IDENTIFY failed to decode JSON body");

/** Reads the body of an IDENTIFY. */
export function readIdentify(body: string, limits: IdentifyLimits): Identity | Fault {
  const fields = parseFields(body);
  if (fields === null) return undecodable;
  const asked = {
    heartbeat: fields.integer("heartbeat_interval"),
    bufferSize: fields.integer("output_buffer_size"),
    bufferTimeout: fields.integer("output_buffer_timeout"),
    sampleRate: fields.integer("sample_rate"),
    msgTimeout: fields.integer("msg_timeout"),
    deflateLevel: fields.integer("deflate_level"),
    clientId: fields.text("client_id"),
    hostname: fields.text("hostname"),
    userAgent: fields.text("user_agent"),
    topologyRegion: fields.text("topology_region"),
    topologyZone: fields.text("topology_zone"),
    featureNegotiation: fields.flag("feature_negotiation"),
    tlsV1: fields.flag("tls_v1"),
    deflate: fields.flag("deflate"),
    snappy: fields.flag("snappy"),
  };
  if (fields.broken) return undecodable;

  const wrong = (what: string, value: number) =>
    fault("E_BAD_BODY", `IDENTIFY ${what} (${value}) is invalid`);
  const within = (value: number, least: number, most: number) => value >= least && value <= most;
  const { heartbeat, bufferSize, bufferTimeout, sampleRate, msgTimeout } = asked;
  if (
    heartbeat !== 0 &&
    heartbeat !== -1 &&
    !within(heartbeat, leastIntervalMs, limits.maxHeartbeatIntervalMs)
  ) {
    return wrong("heartbeat interval", heartbeat);
  }
  if (
    bufferTimeout !== 0 &&
    bufferTimeout !== -1 &&
    !within(bufferTimeout, limits.minOutputBufferTimeoutMs, limits.maxOutputBufferTimeoutMs)
  ) {
    return wrong("output buffer timeout", bufferTimeout);
  }
  if (
    bufferSize !== 0 &&
    bufferSize !== -1 &&
    !within(bufferSize, leastOutputBufferSize, limits.maxOutputBufferSize)
  ) {
    return wrong("output buffer size", bufferSize);
  }
  if (!within(sampleRate, 0, 99)) return wrong("sample rate", sampleRate);
  if (msgTimeout !== 0 && !within(msgTimeout, leastIntervalMs, limits.maxMsgTimeoutMs)) {
    return wrong("msg timeout", msgTimeout);
  }
  // Who negotiates nothing is told of nothing, and gets nothing.
  const granted = (feature: "tlsV1" | "deflate" | "snappy") =>
    asked.featureNegotiation && asked[feature] && limits[feature];
  if (granted("deflate") && granted("snappy")) {
    return fault("E_IDENTIFY_FAILED", "cannot enable both deflate and snappy compression");
  }
  return {
    clientId: asked.clientId,
    hostname: asked.hostname,
    userAgent: asked.userAgent,
    featureNegotiation: asked.featureNegotiation,
    heartbeatIntervalMs: heartbeat === 0 ? heartbeatIntervalMs : Math.max(heartbeat, 0),
    outputBufferSize: bufferSize === 0 ? outputBufferSize : bufferSize === -1 ? 1 : bufferSize,
    outputBufferTimeoutMs:
      bufferSize === -1 || bufferTimeout === -1 ? 0 : bufferTimeout || limits.outputBufferTimeoutMs,
    sampleRate,
    msgTimeoutMs: msgTimeout || limits.msgTimeoutMs,
    deflateLevel: Math.min(
      asked.deflateLevel > 0 ? asked.deflateLevel : deflateLevel,
      limits.maxDeflateLevel,
    ),
    tlsV1: granted("tlsV1"),
    deflate: granted("deflate"),
    snappy: granted("snappy"),
    topologyRegion: asked.topologyRegion,
    topologyZone: asked.topologyZone,
  };
}

/** The answer to an IDENTIFY that asked for negotiation, with nsqd's keys in nsqd's order. */
export function identifyReply(identity: Identity, limits: IdentifyLimits, version: string): string {
  return JSON.stringify({
    max_rdy_count: limits.maxRdyCount,
    version,
    max_msg_timeout: limits.maxMsgTimeoutMs,
    msg_timeout: identity.msgTimeoutMs,
    tls_v1: identity.tlsV1,
    deflate: identity.deflate,
    deflate_level: identity.deflateLevel,
    max_deflate_level: limits.maxDeflateLevel,
    snappy: identity.snappy,
    sample_rate: identity.sampleRate,
    auth_required: limits.authRequired,
    output_buffer_size: identity.outputBufferSize,
    output_buffer_timeout: identity.outputBufferTimeoutMs,
    topology_region: limits.topologyRegion,
    topology_zone: limits.topologyZone,
  });
}
