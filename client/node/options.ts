/**
 * What a producer and a consumer can be told. Names are those of go-nsq's configuration, with the unit
 * where there is one; what they default to and may be stands in option-rows.ts and docs/client-node.md.
 */
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { parseLocalAddress } from "./local-address.ts";
import { connectionRows, consumerRows, producerRows, type Row } from "./option-rows.ts";

export interface ConnectionOptions {
  /** How long to wait for a connection, and for each answer until it can be used. */
  readonly dialTimeoutMs?: number;
  /** A connection on which nothing arrives for so long is given up. At least twice `heartbeatIntervalMs`. */
  readonly readTimeoutMs?: number;
  /** A connection that takes nothing we write for so long is given up. */
  readonly writeTimeoutMs?: number;
  /** The local address to connect from. */
  readonly localAddr?: string;
  /** Shown in the node's statistics. The host's short name if not given. */
  readonly clientId?: string;
  /** Shown in the node's statistics. The host's name if not given. */
  readonly hostname?: string;
  readonly userAgent?: string;
  readonly heartbeatIntervalMs?: number;
  /** Per cent of messages a consumer receives; 0: all. */
  readonly sampleRate?: number;
  /** Go over to TLS. A node that cannot is not used. */
  readonly tlsV1?: boolean;
  /** A PEM file of the authorities to trust, instead of the well-known ones. */
  readonly tlsRootCaFile?: string;
  /** PEM files of this client's certificate and key. */
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsInsecureSkipVerify?: boolean;
  readonly tlsMinVersion?: "" | "ssl3.0" | "tls1.0" | "tls1.1" | "tls1.2" | "tls1.3";
  /** More for Node's `tls.connect`: certificates from memory, a server name. */
  readonly tls?: TlsOptions;
  /** Compress, if the node can. Not together with `snappy`. */
  readonly deflate?: boolean;
  readonly deflateLevel?: number;
  readonly snappy?: boolean;
  /** Bytes the node may gather before it sends; -1: none. */
  readonly outputBufferSize?: number;
  /** How long the node may gather; -1: no limit. */
  readonly outputBufferTimeoutMs?: number;
  /** How long a message may be held; 0: what the node says. */
  readonly msgTimeoutMs?: number;
  /** Sent when the node asks for it. */
  readonly authSecret?: string;
  readonly topologyRegion?: string;
  readonly topologyZone?: string;
  /** A node that sends a larger frame is not believed. Bytes. */
  readonly maxMsgSize?: number;
  /** Attempts to connect come ever more slowly, up to this pause. */
  readonly maxReconnectDelayMs?: number;
  /** How long `close()` waits for what is under way. */
  readonly closeTimeoutMs?: number;
}

export interface ProducerOptions extends ConnectionOptions {
  /** `host:port`. */
  readonly nsqdTcpAddress: string;
  /** Bodies held until they are acknowledged; a publish beyond it is refused. */
  readonly maxPendingBytes?: number;
  /** A publish that is not acknowledged by then is given up. */
  readonly publishTimeoutMs?: number;
}

export interface ConsumerOptions extends ConnectionOptions {
  readonly topic: string;
  readonly channel: string;
  /** `host:port` of nodes to be connected to whatever the lookups say. */
  readonly nsqdTcpAddresses?: readonly string[];
  /** `host:port` or URLs of lookups, asked who has the topic. */
  readonly lookupdHttpAddresses?: readonly string[];
  /** Messages held at once, over all nodes: also how many handlers run at once. 0: paused. */
  readonly maxInFlight?: number;
  /** A message that comes more often is discarded; 0: never. */
  readonly maxAttempts?: number;
  /** The delay of a requeue that names none, times the message's attempts. */
  readonly defaultRequeueDelayMs?: number;
  readonly maxRequeueDelayMs?: number;
  readonly backoffStrategy?: "exponential" | "full_jitter";
  readonly backoffMultiplierMs?: number;
  /** 0: no backoff. */
  readonly maxBackoffDurationMs?: number;
  readonly lookupdPollIntervalMs?: number;
  /** Part of the interval that is left to chance. */
  readonly lookupdPollJitter?: number;
  readonly lookupdPollTimeoutMs?: number;
  /** With more nodes than `maxInFlight`: a node that sends nothing for so long gives its turn away. */
  readonly lowRdyIdleTimeoutMs?: number;
  /** And one that sends, after so long. */
  readonly lowRdyTimeoutMs?: number;
  readonly rdyRedistributeIntervalMs?: number;
  /** Touch messages whose handler is still running, so that the node does not take them back. */
  readonly autoTouch?: boolean;
}

type Given = "nsqdTcpAddress" | "topic" | "channel" | "nsqdTcpAddresses" | "lookupdHttpAddresses" | "tls";

/** With defaults filled in. */
export type ConnectionSettings = Required<Omit<ConnectionOptions, "tls">> & Pick<ConnectionOptions, "tls">;
export type ProducerSettings = Required<Omit<ProducerOptions, "tls">> & Pick<ProducerOptions, "tls">;
export type ConsumerSettings = Required<Omit<ConsumerOptions, "tls">> & Pick<ConsumerOptions, "tls">;

// A row for each option and no other: these lines do not compile otherwise.
connectionRows satisfies Record<keyof Omit<ConnectionOptions, Given>, Row>;
consumerRows satisfies Record<keyof Omit<ConsumerOptions, Given>, Row>;
producerRows satisfies Record<keyof Omit<ProducerOptions, Given>, Row>;

/** An option that does not exist, or has a value it may not have. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

/** Throws an `OptionError` for what is wrong with the options. */
export function producerSettings(options: ProducerOptions): ProducerSettings {
  const settings = filledIn(options, producerRows, ["nsqdTcpAddress"]) as unknown as ProducerSettings;
  checkConnection(settings);
  return settings;
}

/** Throws an `OptionError` for what is wrong with the options. */
export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  const given = { nsqdTcpAddresses: [], lookupdHttpAddresses: [], ...options };
  const names = ["topic", "channel", "nsqdTcpAddresses", "lookupdHttpAddresses"];
  const settings = filledIn(given, consumerRows, names) as unknown as ConsumerSettings;
  checkConnection(settings);
  if (settings.nsqdTcpAddresses.length === 0 && settings.lookupdHttpAddresses.length === 0)
    throw new OptionError("nsqdTcpAddresses or lookupdHttpAddresses is needed");
  return settings;
}

function filledIn(
  options: object,
  rows: Readonly<Record<string, Row>>,
  required: readonly string[],
): Record<string, unknown> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (row !== undefined) checkValue(name, value, row);
    else if (name !== "tls" && !required.includes(name)) throw new OptionError(`there is no option ${name}`);
  }
  for (const name of required) {
    if (!given.some(([found]) => found === name)) throw new OptionError(`${name} is needed`);
  }
  const defaults = Object.entries(rows).map(([name, row]) => [name, row.default]);
  return Object.fromEntries([...defaults, ...given]) as Record<string, unknown>;
}

/** Throws an `OptionError`, which does not repeat the value: it may be a secret. */
export function checkValue(name: string, value: unknown, row: Row): void {
  const type = typeof row.default;
  if (typeof value !== type) throw new OptionError(`${name} must be a ${type}`);
  if (row.words !== undefined && !row.words.includes(value as string))
    throw new OptionError(`${name} must be one of ${row.words.filter((word) => word !== "").join(", ")}`);
  if (type !== "number") return;
  if (!(row.kind === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value)))
    throw new OptionError(`${name} must be ${row.kind === "integer" ? "an integer" : "a number"}`);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = row;
  if ((value as number) < min || (value as number) > max)
    throw new OptionError(`${name} must be from ${min} to ${max}`);
}

function checkConnection(settings: ConnectionSettings): void {
  if (settings.heartbeatIntervalMs > settings.readTimeoutMs)
    throw new OptionError("heartbeatIntervalMs must not be more than readTimeoutMs");
  if (settings.localAddr !== "" && parseLocalAddress(settings.localAddr) === null)
    throw new OptionError("localAddr is no address of the form ip:port");
  if (settings.snappy && settings.deflate) throw new OptionError("snappy and deflate exclude one another");
}
