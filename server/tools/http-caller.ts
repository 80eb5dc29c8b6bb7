/**
 * HTTP to what an operator has named: bounded in connections, time and bytes, redirects followed as
 * Go's client follows them. What comes of it is a status; a network that fails is an error that says how.
 */
import { Agent, type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";

export interface HttpSettings {
  readonly connectTimeoutMs: number;
  /** From the first byte to the last, redirects and all. */
  readonly requestTimeoutMs: number;
  /** To one host. */
  readonly connectionsMax: number;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const redirectsMax = 10;
/** Of an answer that nobody looks at; beyond it the connection is given up. */
const discardedBytesMax = 16 * 1024 * 1024;
/** Not for another host than they were meant for. */
const personal = ["authorization", "cookie", "www-authenticate"];

export class HttpCaller implements Disposable {
  readonly #settings: HttpSettings;
  readonly #plain: Agent;
  readonly #secure: SecureAgent;

  constructor(settings: HttpSettings) {
    const agent = { keepAlive: true, maxSockets: settings.connectionsMax };
    this.#settings = settings;
    this.#plain = new Agent(agent);
    this.#secure = new SecureAgent(agent);
  }

  /** The whole answer; one of more than `answerBytesMax` is an error. */
  call(url: string, request: HttpRequest, answerBytesMax: number): Promise<HttpAnswer> {
    return this.#inTime(async (signal) => {
      const response = await this.#follow(url, request, signal);
      return { status: response.statusCode ?? 0, body: await readAll(response, answerBytesMax) };
    });
  }

  /** The status alone: what comes behind it is read for the connection to be of further use, and decides nothing. */
  status(url: string, request: HttpRequest): Promise<number> {
    return this.#inTime(async (signal) => {
      const response = await this.#follow(url, request, signal);
      await discard(response, discardedBytesMax);
      return response.statusCode ?? 0;
    });
  }

  [Symbol.dispose](): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  async #inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { requestTimeoutMs } = this.#settings;
    const signal = AbortSignal.timeout(requestTimeoutMs);
    try {
      return await work(signal);
    } catch (error) {
      if (signal.aborted) throw new Error(`no answer within ${requestTimeoutMs} ms`, { cause: error });
      throw error;
    }
  }

  async #follow(url: string, request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    let target = new URL(url);
    for (let redirects = 0; redirects <= redirectsMax; redirects++) {
      const response = await this.#send(target, request, signal);
      const location = redirectOf(response);
      if (location === null) return response;
      response.resume();
      const next = new URL(location, target);
      request = redirected(request, response.statusCode!, next.host === target.host);
      target = next;
    }
    throw new Error(`stopped after ${redirectsMax} redirects`);
  }

  async #send(target: URL, request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    for (;;) {
      const outgoing = this.#begin(target, request, signal);
      try {
        return await new Promise((resolve, reject) => outgoing.on("response", resolve).on("error", reject));
      } catch (error) {
        // The server has closed a connection that was idle, as it may, while this was on its way. Each time it is one
        // fewer of those; `signal` ends what has no end.
        const isStale = outgoing.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
        if (!isStale || signal.aborted) throw error;
      }
    }
  }

  #begin(target: URL, { method, headers = {}, body }: HttpRequest, signal: AbortSignal): ClientRequest {
    if (!["http:", "https:"].includes(target.protocol)) throw new Error(`not http: ${target.protocol}`);
    const options = {
      method,
      headers: body === undefined ? headers : { ...headers, "content-length": body.length },
      signal,
    };
    const outgoing =
      target.protocol === "https:"
        ? secureRequest(target, { ...options, agent: this.#secure })
        : plainRequest(target, { ...options, agent: this.#plain });
    outgoing.on("socket", (socket) => {
      if (!socket.connecting) return;
      const { connectTimeoutMs } = this.#settings;
      const late = () => outgoing.destroy(new Error(`no connection within ${connectTimeoutMs} ms`));
      const timer = setTimeout(late, connectTimeoutMs);
      const stop = () => clearTimeout(timer);
      socket.once("connect", stop).once("close", stop);
    });
    outgoing.end(body);
    return outgoing;
  }
}

function redirectOf(response: IncomingMessage): string | null {
  const { statusCode = 0, headers } = response;
  return [301, 302, 303, 307, 308].includes(statusCode) ? (headers.location ?? null) : null;
}

function redirected(request: HttpRequest, status: number, sameHost: boolean): HttpRequest {
  const { headers = {} } = request;
  const kept = Object.fromEntries(
    Object.entries(headers).filter(([name]) => sameHost || !personal.includes(name.toLowerCase())),
  );
  return status >= 307 ? { ...request, headers: kept } : { method: "GET", headers: kept };
}

async function readAll(response: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the response.
    if (bytes > bytesMax) throw new Error(`an answer of more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function discard(response: IncomingMessage, bytesMax: number): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax) return;
    }
  } catch {
    // Cut off: the status has come.
  }
}
