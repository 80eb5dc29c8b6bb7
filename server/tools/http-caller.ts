/**
 * HTTP to what an operator has named: bounded in connections, time and bytes, redirects followed as
 * Go's client follows them. What comes of it is a status; a network that fails is an error that says how.
 */
import { Agent, type IncomingMessage, request as plainRequest } from "node:http";
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
  /** A longer answer is an error. */
  readonly answerBytesMax: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const redirectsMax = 10;
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

  async call(url: string, asked: HttpRequest): Promise<HttpAnswer> {
    const signal = AbortSignal.timeout(this.#settings.requestTimeoutMs);
    let target = new URL(url);
    let request = asked;
    for (let redirects = 0; redirects <= redirectsMax; redirects++) {
      try {
        const response = await this.#send(target, request, signal);
        const location = redirectOf(response);
        if (location === null)
          return { status: response.statusCode ?? 0, body: await readAll(response, asked.answerBytesMax) };
        response.resume();
        const next = new URL(location, target);
        request = redirected(request, response.statusCode!, next.host === target.host);
        target = next;
      } catch (error) {
        if (signal.aborted)
          throw new Error(`no answer within ${this.#settings.requestTimeoutMs} ms`, { cause: error });
        throw error;
      }
    }
    throw new Error(`stopped after ${redirectsMax} redirects`);
  }

  [Symbol.dispose](): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #send(
    target: URL,
    { method, headers = {}, body }: HttpRequest,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    if (!["http:", "https:"].includes(target.protocol)) throw new Error(`not http: ${target.protocol}`);
    const secure = target.protocol === "https:";
    const { connectTimeoutMs } = this.#settings;
    return new Promise((resolve, reject) => {
      const options = {
        method,
        headers: body === undefined ? headers : { ...headers, "content-length": body.length },
        signal,
      };
      const outgoing = secure
        ? secureRequest(target, { ...options, agent: this.#secure })
        : plainRequest(target, { ...options, agent: this.#plain });
      outgoing.on("response", resolve).on("error", reject);
      outgoing.on("socket", (socket) => {
        if (!socket.connecting) return;
        const late = () => outgoing.destroy(new Error(`no connection within ${connectTimeoutMs} ms`));
        const timer = setTimeout(late, connectTimeoutMs);
        const stop = () => clearTimeout(timer);
        socket.once("connect", stop).once("close", stop);
      });
      outgoing.end(body);
    });
  }
}

function redirectOf(response: IncomingMessage): string | null {
  const { statusCode = 0, headers } = response;
  return [301, 302, 303, 307, 308].includes(statusCode) ? (headers.location ?? null) : null;
}

function redirected(request: HttpRequest, status: number, sameHost: boolean): HttpRequest {
  const { headers = {}, answerBytesMax } = request;
  const kept = Object.entries(headers).filter(([name]) => sameHost || !personal.includes(name.toLowerCase()));
  const again = { answerBytesMax, headers: Object.fromEntries(kept) };
  if (status >= 307) return { ...request, ...again };
  return { ...again, method: "GET" };
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
