/**
 * HTTP to one node: its own API for actions, `/v1` for what streams. Every answer is bounded
 * in bytes and time; redirects are not followed. A node that cannot be reached is a value.
 */
import { Agent, type IncomingMessage, request } from "node:http";

export interface NodeAddress {
  /** `host:port`, as configured: the node's key everywhere in the console. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

export interface NodeAnswer {
  /** 0: unreachable, see `body` for why. */
  readonly status: number;
  readonly body: string;
  readonly tookMs: number;
}

export interface NodeCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly timeoutMs?: number;
  readonly bytesMax?: number;
}

const timeoutDefaultMs = 5_000;
const answerBytesMax = 16 * 1024 * 1024;
const connectDeadlineMs = 5_000;

/** `host:port`, IPv6 in brackets. Throws on anything else: it is configuration. */
export function parseNodeAddress(text: string): NodeAddress {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65_535) throw new Error(`not a host:port: ${JSON.stringify(text)}`);
  return { key: text, host: match[1]!.replace(/^\[|\]$/g, ""), port };
}

export class NodeClient {
  readonly address: NodeAddress;
  readonly #secret: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  /** Streams stay open: in the other agent they would take the places of requests. */
  readonly #streams = new Agent({ keepAlive: false });

  constructor(address: NodeAddress, secret: string) {
    this.address = address;
    this.#secret = secret;
  }

  /** One request, its whole answer. Never throws. */
  async call(call: NodeCall): Promise<NodeAnswer> {
    const startedMs = performance.now();
    const took = () => Math.round((performance.now() - startedMs) * 10) / 10;
    const signal = AbortSignal.timeout(call.timeoutMs ?? timeoutDefaultMs);
    try {
      const response = await this.#open(call, signal);
      const body = await readAll(response, call.bytesMax ?? answerBytesMax);
      return { status: response.statusCode ?? 0, body: body.toString("utf8"), tookMs: took() };
    } catch (error) {
      const why = signal.aborted ? "it did not answer in time" : reasonOf(error);
      return { status: 0, body: why, tookMs: took() };
    }
  }

  /**
   * Opens a stream of lines and resolves when it ends. Rejects with a sentence when the node cannot be
   * reached, refuses, or sends a line over `lineBytesMax`.
   */
  async lines(
    path: string,
    query: Readonly<Record<string, string>>,
    options: { signal: AbortSignal; lineBytesMax: number; onLine: (line: string) => void },
  ): Promise<void> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), connectDeadlineMs);
    const signal = AbortSignal.any([options.signal, deadline.signal]);
    let response: IncomingMessage;
    try {
      response = await this.#open({ method: "GET", path, query }, signal, this.#streams);
    } finally {
      clearTimeout(timer);
    }
    if (response.statusCode !== 200) {
      response.destroy();
      throw new Error(refusals[response.statusCode ?? 0] ?? `it answered ${response.statusCode} on ${path}`);
    }
    await splitLines(response, options.lineBytesMax, options.onLine);
  }

  close(): void {
    this.#agent.destroy();
    this.#streams.destroy();
  }

  #open(call: NodeCall, signal: AbortSignal, agent = this.#agent): Promise<IncomingMessage> {
    const search = call.query ? `?${new URLSearchParams(call.query)}` : "";
    const headers: Record<string, string | number> = { "user-agent": "weir-console" };
    if (call.path.startsWith("/v1/")) headers["authorization"] = `Bearer ${this.#secret}`;
    if (call.method === "POST") headers["content-length"] = call.body?.length ?? 0;
    return new Promise((resolve, reject) => {
      const outgoing = request({
        host: this.address.host,
        port: this.address.port,
        method: call.method,
        path: `${call.path}${search}`,
        headers,
        agent,
        signal,
      });
      outgoing.on("response", resolve);
      outgoing.on("error", reject);
      outgoing.end(call.body);
    });
  }
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
