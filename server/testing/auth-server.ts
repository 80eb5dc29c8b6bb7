/** An authorisation server for a node under test: says what it is told to, and keeps what it was asked. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "./certificates.ts";

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** Of a GET as it came, undecoded. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer =
  | object
  | { readonly status: number; readonly text: string }
  | ((response: ServerResponse) => void);

export const everything = {
  ttl: 3_600,
  identity: "everybody",
  identity_url: "https://example.com/everybody",
  authorizations: [{ topic: ".*", channels: [".*"], permissions: ["subscribe", "publish"] }],
};

export class AuthServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  answer: Answer;
  readonly #server: Server;

  constructor(answer: Answer, certificate: Certificate | null) {
    this.answer = answer;
    this.#server =
      certificate === null
        ? createServer()
        : createSecureServer({ cert: certificate.certPem, key: certificate.keyPem });
    this.#server.on("request", async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      const [path = "", query = ""] = (request.url ?? "").split("?");
      this.asked.push({ method: request.method ?? "", path, query, headers: request.headers, body });
      this.#reply(response);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #reply(response: ServerResponse): void {
    const { answer } = this;
    if (typeof answer === "function") answer(response);
    else if ("status" in answer)
      response.writeHead(answer.status as number).end((answer as { text: string }).text);
    else response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
  }
}

export async function startAuthServer(
  answer: Answer = everything,
  certificate: Certificate | null = null,
): Promise<AuthServer> {
  const server = new AuthServer(answer, certificate);
  await server.listen();
  return server;
}
