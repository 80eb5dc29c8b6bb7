/**
 * Asks authorisation servers what a client may do (AU). Whatever a server does, an answer comes within
 * its timeouts: slow, endless, wrong or gone, it is no permission, and the next server is asked.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Grants } from "./grants.ts";
import { type AuthQuery, endpointOf, queryJson, queryText } from "./query.ts";

/** Beyond what any list of patterns needs: the rest is not read. */
const replyBytesMax = 1024 * 1024;
/** Questions to one server at once; others wait, within their own timeout. */
const questionsMax = 256;

export interface AuthorityOptions {
  /** `addr:port` or URL, at least one. */
  readonly addresses: readonly string[];
  readonly method: "get" | "post";
  readonly connectTimeoutMs: number;
  /** For one server, from the question to the end of its reply. */
  readonly requestTimeoutMs: number;
  /** Patterns have to match whole names. */
  readonly isStrict: boolean;
  /** Certificate authorities of https servers, PEM; null: the system's. */
  readonly rootCa: string | null;
  /** In [0, 1): which server is asked first. */
  random(): number;
  log(text: string): void;
}

export class Authority {
  readonly #options: AuthorityOptions;
  readonly #http = new HttpAgent({ maxSockets: questionsMax });
  readonly #https: HttpsAgent;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    const { rootCa } = options;
    this.#https = new HttpsAgent({ maxSockets: questionsMax, ...(rootCa !== null && { ca: rootCa }) });
  }

  /** What the first server says that has a valid answer; null: none has. @param signal ends the question */
  async ask(query: AuthQuery, signal: AbortSignal): Promise<Grants | null> {
    const { addresses, random, log, isStrict } = this.#options;
    const first = Math.floor(random() * addresses.length);
    for (let asked = 0; asked < addresses.length; asked++) {
      const endpoint = endpointOf(addresses[(first + asked) % addresses.length]!);
      try {
        const granted = Grants.read(await this.#bodyFrom(endpoint, query, signal), { isStrict });
        if (typeof granted !== "string") return granted;
        log(`AUTH: ${shown(endpoint)} gave no valid answer - ${granted}`);
      } catch (error) {
        if (signal.aborted) return null;
        log(`AUTH: ${shown(endpoint)} failed - ${(error as Error).message}`);
      }
    }
    return null;
  }

  /** The body of a 200. A server that wants TLS and says on which port is asked there. */
  async #bodyFrom(endpoint: string, query: AuthQuery, signal: AbortSignal): Promise<string> {
    const reply = await this.#fetch(endpoint, query, signal);
    if (reply.status === 200) return reply.body;
    const securePort = reply.status === 403 ? httpsPortOf(reply.body) : null;
    if (securePort === null || !endpoint.startsWith("http://")) throw new Error(`status ${reply.status}`);
    const secure = new URL(endpoint.replace("http://", "https://"));
    secure.port = String(securePort);
    const retried = await this.#fetch(secure.href, query, signal);
    if (retried.status !== 200) throw new Error(`status ${retried.status}`);
    return retried.body;
  }

  #fetch(endpoint: string, query: AuthQuery, signal: AbortSignal): Promise<{ status: number; body: string }> {
    const { method, connectTimeoutMs, requestTimeoutMs } = this.#options;
    const isPost = method === "post";
    const url = isPost ? endpoint : `${endpoint}${endpoint.includes("?") ? "&" : "?"}${queryText(query)}`;
    const overdue = AbortSignal.timeout(requestTimeoutMs);
    const isSecure = url.startsWith("https:");
    return new Promise((resolve, reject) => {
      const asking = (isSecure ? httpsRequest : httpRequest)(url, {
        method: method.toUpperCase(),
        agent: isSecure ? this.#https : this.#http,
        signal: AbortSignal.any([signal, overdue]),
        headers: {
          Accept: "application/vnd.nsq; version=1.0",
          ...(isPost && { "Content-Type": "application/json" }),
        },
      });
      asking.on("socket", (socket) => {
        if (!socket.connecting) return;
        const late = setTimeout(() => asking.destroy(new Error("connecting timed out")), connectTimeoutMs);
        socket.once("connect", () => clearTimeout(late));
        socket.once("close", () => clearTimeout(late));
      });
      asking.on("error", (error) => reject(overdue.aborted ? new Error("timed out") : error));
      asking.on("response", (response) => {
        readBody(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
      });
      asking.end(isPost ? queryJson(query) : undefined);
    });
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > replyBytesMax) throw new Error(`a reply beyond ${replyBytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function httpsPortOf(body: string): number | null {
  try {
    const port = (JSON.parse(body) as { https_port?: unknown } | null)?.https_port;
    return typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    return null;
  }
}

/** Without what may be secret in it: a name and password, a query. */
function shown(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).origin : "an address that is none";
}
