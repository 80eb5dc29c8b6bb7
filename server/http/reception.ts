/** A request from its first look to its last log line: may it ask, whom does it ask, what is answered. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ClientIdentity } from "../broker/ports.ts";
import { type Answer, type Desk, written } from "./call.ts";
import { Refusal } from "./errors.ts";
import { goDuration } from "./go-format.ts";
import { Guard } from "./guard.ts";
import { reply } from "./reply.ts";
import { Router } from "./router.ts";
import { type Route, routes } from "./routes.ts";
import { parseTarget, type Target } from "./target.ts";

/** A request that may ask, and whom. */
class Errand {
  readonly route: Route;
  readonly target: Target;
  readonly parameter: string;

  constructor(route: Route, target: Target, parameter: string) {
    this.route = route;
    this.target = target;
    this.parameter = parameter;
  }
}

export class Reception {
  readonly #desk: Desk;
  readonly #guard: Guard;
  readonly #router = new Router(routes);
  readonly #clients = new WeakMap<Socket, ClientIdentity>();

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#guard = new Guard(desk.ports);
  }

  async serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const begunMs = performance.now();
    // Taken now: once the connection has ended it has no address any more.
    const client = this.#client(request.socket);
    response.on("error", () => {});
    const errand = this.#errand(request, response);
    const answer =
      errand instanceof Errand
        ? await this.#run(errand, { request, response, expectsContinue, client })
        : errand;
    reply(request, response, answer);
    this.#desk.bodies.release(request);
    if (errand instanceof Errand && errand.route.quiet) return;
    const duration = goDuration(performance.now() - begunMs);
    const line = `${response.statusCode} ${request.method} ${request.url} (${client.remoteAddress}) ${duration}`;
    this.#desk.ports.log("info", line);
  }

  /** As with nsqd, a disk that refuses does not undo what was done: it is said in the log. */
  async #topologyKept(): Promise<void> {
    const { ports } = this.#desk;
    await ports
      .topologyKept()
      .catch((error: Error) => ports.log("error", `HTTP: not kept - ${error.message}`));
  }

  /** Whom the request asks, or the answer where it asks nobody. */
  #errand(request: IncomingMessage, response: ServerResponse): Errand | Answer {
    const target = parseTarget(request.url ?? "");
    if (!target) return new Refusal("INVALID_REQUEST");
    const refused = this.#guard.check(request, target);
    if (refused) return refused;
    const found = this.#router.find(request.method ?? "", target.path);
    switch (found.kind) {
      case "route":
        if (found.route.guarded) {
          const unknown = this.#guard.checkSecret(request);
          if (unknown) return unknown;
        }
        return new Errand(found.route, target, found.parameter);
      case "redirect": {
        const location = found.path + (target.rawQuery === null ? "" : `?${target.rawQuery}`);
        response
          .writeHead(request.method === "GET" ? 301 : 307, { Location: location, "Content-Length": 0 })
          .end();
        return written;
      }
      case "allow":
        if (request.method !== "OPTIONS")
          return new Refusal("METHOD_NOT_ALLOWED", "", { Allow: found.methods });
        response.writeHead(200, { Allow: found.methods, "Content-Length": 0 }).end();
        return written;
      case "not-found":
        return new Refusal("NOT_FOUND");
    }
  }

  async #run(
    { route, target, parameter }: Errand,
    from: Pick<Parameters<Route["handle"]>[0], "request" | "response" | "expectsContinue" | "client">,
  ): Promise<Answer> {
    const { ports } = this.#desk;
    try {
      ports.now();
      const answer = await route.handle({ ...this.#desk, ...from, rawQuery: target.rawQuery, parameter });
      if (route.kept) await this.#topologyKept();
      return answer;
    } catch (error) {
      ports.log("error", `HTTP: ${(error as Error).stack ?? error}`);
      return new Refusal("INTERNAL_ERROR");
    }
  }

  /** One for the life of a connection. */
  #client(socket: Socket): ClientIdentity {
    let client = this.#clients.get(socket);
    if (!client) {
      const number = this.#desk.ports.nextClientNumber();
      client = { number, clientId: "http", hostname: "", remoteAddress: remoteAddress(socket) };
      this.#clients.set(socket, client);
    }
    return client;
  }
}

/** `address:port`; `@` for a unix socket, which has no name at the other end. */
function remoteAddress({ remoteAddress: address, remotePort }: Socket): string {
  if (address === undefined) return "@";
  return `${address.includes(":") ? `[${address}]` : address}:${remotePort}`;
}
