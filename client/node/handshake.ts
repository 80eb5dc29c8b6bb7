/** What is said before a connection can be used: IDENTIFY and its answer. */
import { hostname } from "node:os";
import { ClientError } from "./errors.ts";
import type { ConnectionSettings } from "./options.ts";

export const magic = "  V2";
const version = "0.1.0";

/** What the node and we have agreed upon. */
export interface Agreement {
  readonly rdyMax: number;
  readonly msgTimeoutMs: number;
  readonly msgTimeoutMaxMs: number;
  readonly tlsV1: boolean;
  readonly deflate: boolean;
  readonly snappy: boolean;
  readonly authRequired: boolean;
}

// What a node is that answers `OK`, as one that negotiates nothing does: nsqd's own defaults.
const unsaid: Agreement = {
  rdyMax: 2_500,
  msgTimeoutMs: 60_000,
  msgTimeoutMaxMs: 900_000,
  tlsV1: false,
  deflate: false,
  snappy: false,
  authRequired: false,
};

/** The body of IDENTIFY. */
export function identifyBody(settings: ConnectionSettings): Buffer {
  const host = settings.hostname || hostname();
  const clientId = settings.clientId || host.split(".")[0]!;
  return Buffer.from(
    JSON.stringify({
      client_id: clientId,
      hostname: host,
      user_agent: settings.userAgent || `weir-client/${version}`,
      short_id: clientId,
      long_id: host,
      feature_negotiation: true,
      heartbeat_interval: Math.round(settings.heartbeatIntervalMs),
      tls_v1: settings.tlsV1,
      deflate: settings.deflate,
      deflate_level: settings.deflateLevel,
      snappy: settings.snappy,
      sample_rate: settings.sampleRate,
      output_buffer_size: settings.outputBufferSize,
      output_buffer_timeout: Math.round(settings.outputBufferTimeoutMs),
      msg_timeout: Math.round(settings.msgTimeoutMs),
      topology_region: settings.topologyRegion,
      topology_zone: settings.topologyZone,
    }),
  );
}

/** What a node answered to IDENTIFY, or why we cannot go on with it. */
export function agreementOf(text: string, settings: ConnectionSettings): Agreement | ClientError {
  const agreement = text === "OK" ? unsaid : parse(text);
  if (agreement instanceof ClientError) return agreement;
  // Going on in the clear would send what was to be kept from others.
  if (settings.tlsV1 && !agreement.tlsV1) return new ClientError("BAD_NODE", "the node has no TLS");
  if (agreement.authRequired && settings.authSecret === "")
    return new ClientError("E_AUTH_FIRST", "the node asks for AUTH, and there is no authSecret");
  return {
    ...agreement,
    tlsV1: agreement.tlsV1 && settings.tlsV1,
    deflate: agreement.deflate && settings.deflate,
    snappy: agreement.snappy && settings.snappy,
  };
}

function parse(text: string): Agreement | ClientError {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    said = null;
  }
  if (typeof said !== "object" || said === null)
    return new ClientError("BAD_NODE", `IDENTIFY was answered with ${JSON.stringify(text.slice(0, 100))}`);
  const fields = said as Record<string, unknown>;
  const number = (name: string, fallback: number) => {
    const value = fields[name];
    return typeof value === "number" && value > 0 && value < 2 ** 31 ? value : fallback;
  };
  return {
    rdyMax: Math.floor(number("max_rdy_count", unsaid.rdyMax)) || 1,
    msgTimeoutMs: number("msg_timeout", unsaid.msgTimeoutMs),
    msgTimeoutMaxMs: number("max_msg_timeout", unsaid.msgTimeoutMaxMs),
    tlsV1: fields["tls_v1"] === true,
    deflate: fields["deflate"] === true,
    snappy: fields["snappy"] === true,
    authRequired: fields["auth_required"] === true,
  };
}
