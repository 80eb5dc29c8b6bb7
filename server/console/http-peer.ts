/**
 * HTTP to one node or lookup: NSQ's own API, and `/v1` for what streams. Every answer is bounded in bytes
 * and time; redirects are not followed. A peer that cannot be reached is a value.
 */
import { lookup as resolve } from "node:dns";
import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
} from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { isIP, type LookupFunction, type Socket } from "node:net";

export interface PeerAddress {
  /** `host:port`, as configured or announced: the peer's key everywhere in the console. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

export interface PeerAnswer {
  /** 0: unreachable, see `body` for why. */
  readonly status: number;
  readonly body: string;
  readonly tookMs: number;
  readonly headers: IncomingHttpHeaders;
}

export interface PeerCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly timeoutMs?: number;
  readonly bytesMax?: number;
}

/** How peers are asked, all of a console's alike. */
export interface PeerSettings {
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Where a peer wants https; PEM. */
  readonly tls: {
    readonly rejectUnauthorized: boolean;
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
  };
}

export const peerSettingsDefault: PeerSettings = {
  connectTimeoutMs: 2_000,
  requestTimeoutMs: 5_000,
  tls: { rejectUnauthorized: true },
};

export interface PeerOptions {
  /** The cluster's, for `/v1`; null: it is not this peer's to know. */
  readonly secret: string | null;
  readonly settings?: PeerSettings;
  /** Why an address that the host resolves to is not connected to; null: it may be. */
  readonly refuse?: (address: string) => string | null;
}

const answerBytesMax = 16 * 1024 * 1024;
/** `{"message": "TLS_REQUIRED", "https_port": 4152}` */
const refusalBytesMax = 4 * 1024;
const socketsMax = 16;

/** `host:port`, IPv6 in brackets. Throws on anything else: it is configuration. */
export function parsePeerAddress(text: string): PeerAddress {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65_535) throw new Error(`not a host:port: ${JSON.stringify(text)}`);
  return { key: text, host: match[1]!.replace(/^\[|\]$/g, ""), port };
}

export class HttpPeer {
  readonly address: PeerAddress;
  /** null: nothing under `/v1` is to be had from it. */
  readonly secret: string | null;
  readonly #settings: PeerSettings;
  readonly #refuse: ((address: string) => string | null) | null;
  /** The address that answered last. */
  #answeredFrom: string | null = null;
  readonly #plain = new HttpAgent({ keepAlive: true, maxSockets: socketsMax });
  #secure: HttpsAgent | null = null;
  /** Where it serves https, once it has refused plain requests (AD12). */
  #httpsPort: number | null = null;

  constructor(address: PeerAddress, options: PeerOptions) {
    this.address = address;
    this.secret = options.secret;
    this.#settings = options.settings ?? peerSettingsDefault;
    this.#refuse = options.refuse ?? null;
  }

  /** For connections to its other ports: as configured, or the address that was checked; null: none was yet. */
  get checkedHost(): string | null {
    return this.#refuse === null ? this.address.host : this.#answeredFrom;
  }

  /** One request, its whole answer. Never throws. */
  async call(call: PeerCall): Promise<PeerAnswer> {
    const startedMs = performance.now();
    const took = () => Math.round((performance.now() - startedMs) * 10) / 10;
    const signal = AbortSignal.timeout(call.timeoutMs ?? this.#settings.requestTimeoutMs);
    try {
      const wasPlain = this.#httpsPort === null;
      let response = await this.#open(call, signal);
      let body = await readAll(response, call.bytesMax ?? answerBytesMax);
      if (response.statusCode === 403 && wasPlain && this.#turnToHttps(body)) {
        response = await this.#open(call, signal);
        body = await readAll(response, call.bytesMax ?? answerBytesMax);
      }
      const { statusCode, headers } = response;
      return { status: statusCode ?? 0, body: body.toString("utf8"), tookMs: took(), headers };
    } catch (error) {
      const why = signal.aborted ? "it did not answer in time" : reasonOf(error);
      return { status: 0, body: why, tookMs: took(), headers: {} };
    }
  }

  /**
   * Opens a stream of lines and resolves when it ends. Rejects with a sentence when the peer cannot be
   * reached or sends a line over `lineBytesMax`, with `Refused` when it answers anything but 200.
   */
  async lines(
    path: string,
    query: Readonly<Record<string, string>>,
    options: {
      readonly method?: "GET" | "POST";
      readonly signal: AbortSignal;
      readonly lineBytesMax: number;
      readonly onLine: (line: string) => void;
    },
  ): Promise<void> {
    const call = { method: options.method ?? "GET", path, query } as const;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.#settings.requestTimeoutMs);
    const signal = AbortSignal.any([options.signal, deadline.signal]);
    let response: IncomingMessage;
    try {
      const wasPlain = this.#httpsPort === null;
      response = await this.#open(call, signal, true);
      if (
        response.statusCode === 403 &&
        wasPlain &&
        this.#turnToHttps(await readAll(response, refusalBytesMax))
      )
        response = await this.#open(call, signal, true);
    } finally {
      clearTimeout(timer);
    }
    if (response.statusCode !== 200) {
      response.destroy();
      throw new Refused(response.statusCode ?? 0, path);
    }
    await splitLines(response, options.lineBytesMax, options.onLine);
  }

  close(): void {
    this.#plain.destroy();
    this.#secure?.destroy();
  }

  /** True when a refusal of a plain request says where it serves https instead. */
  #turnToHttps(refusal: Buffer): boolean {
    this.#httpsPort = httpsPortOf(refusal);
    return this.#httpsPort !== null;
  }

  /** `streams`: on a connection of its own, which takes no other request's place. */
  #open(call: PeerCall, signal: AbortSignal, streams = false): Promise<IncomingMessage> {
    const { host } = this.address;
    const refuse = this.#refuse ?? (() => null);
    const refused = isIP(host) === 0 ? null : refuse(host);
    if (refused !== null) return Promise.reject(new Error(refused));
    const search = call.query ? `?${new URLSearchParams(call.query)}` : "";
    const headers: Record<string, string | number> = { "user-agent": "weir-console" };
    if (call.path.startsWith("/v1/") && this.secret) headers["authorization"] = `Bearer ${this.secret}`;
    if (call.method === "POST") headers["content-length"] = call.body?.length ?? 0;
    const secure = this.#httpsPort !== null;
    const options = {
      host,
      port: this.#httpsPort ?? this.address.port,
      method: call.method,
      path: `${call.path}${search}`,
      headers,
      agent: streams ? false : secure ? this.#secureAgent() : this.#plain,
      lookup: checkedLookup(refuse),
      signal,
    } as const;
    return new Promise((fulfil, reject) => {
      const outgoing = secure ? requestHttps({ ...options, ...this.#settings.tls }) : requestHttp(options);
      outgoing.on("socket", (socket) => this.#limitConnecting(socket));
      outgoing.on("response", (response) => {
        this.#answeredFrom = response.socket.remoteAddress ?? null;
        fulfil(response);
      });
      outgoing.on("error", (error) => {
        // Perhaps it was started again without TLS: the plain port says.
        if (secure) this.#httpsPort = null;
        reject(error);
      });
      outgoing.end(call.body);
    });
  }

  #secureAgent(): HttpsAgent {
    this.#secure ??= new HttpsAgent({ keepAlive: true, maxSockets: socketsMax });
    return this.#secure;
  }

  #limitConnecting(socket: Socket): void {
    if (!socket.connecting) return;
    const late = () => socket.destroy(new Error("it did not accept a connection in time"));
    const timer = setTimeout(late, this.#settings.connectTimeoutMs);
    for (const event of ["connect", "close"]) socket.once(event, () => clearTimeout(timer));
  }
}

/** A stream that the peer did not open. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, path: string) {
    super(refusals[status] ?? `it answered ${status} on ${path}`);
    this.status = status;
  }
}

function httpsPortOf(refusal: Buffer): number | null {
  try {
    const port = (JSON.parse(refusal.toString("utf8")) as { https_port?: unknown } | null)?.https_port;
    return typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    return null;
  }
}

/**
 * Resolves a host and connects to what was checked: a name that is asked twice may answer twice differently.
 * One address that is refused refuses them all.
 */
export function checkedLookup(refuse: (address: string) => string | null): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const refused = found.map(({ address }) => refuse(address)).find((reason) => reason !== null);
      if (refused !== undefined) return done(new Error(refused), []);
      if (options.all) done(null, found);
      else done(null, found[0]!.address, found[0]!.family);
    });
  };
}

const refusals: Readonly<Record<number, string>> = {
  401: "it refused the cluster's secret",
  403: "it refused the cluster's secret",
  404: "it has no live stream: not a node of Weir",
  421: "it does not know itself by this name (--http-allowed-host)",
};

async function readAll(response: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error("its answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Calls `onLine` with each complete line. What is left without its newline at the end is dropped. */
export async function splitLines(
  chunks: AsyncIterable<Buffer>,
  lineBytesMax: number,
  onLine: (line: string) => void,
): Promise<void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end));
      if (bytes + end - from > lineBytesMax) throw new Error("it sent a line that is too long");
      onLine((parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString("utf8"));
      parts = [];
      bytes = 0;
      from = end + 1;
    }
    bytes += chunk.length - from;
    if (bytes > lineBytesMax) throw new Error("it sent a line that is too long");
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
}

/** Why a connection failed, without the stack. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === "ECONNREFUSED") return "nothing listens there";
  if (code === "ECONNRESET") return "it closed the connection";
  if (code === "ENOTFOUND") return "no such host";
  return error instanceof Error ? error.message : String(error);
}
