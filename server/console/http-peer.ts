/**
 * HTTP to one node or lookup: NSQ's own API, and `/v1` for what streams. Every answer is bounded in bytes
 * and time; redirects are not followed. A peer that cannot be reached is a value.
 */
import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
} from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { isIP, type Socket } from "node:net";
import { checkedLookup, type PeerAddress } from "./peer-address.ts";
import { httpsPortOf, Refused, readAll, reasonOf, splitLines } from "./peer-answer.ts";

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
