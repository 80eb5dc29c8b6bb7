/** A request from its first look to its last log line: may it ask, whom does it ask, what is answered. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { goDuration } from "../protocol/go-values.ts";
import { Bodies } from "./body.ts";
import { type Answer, type Call, type Route, written } from "./call.ts";
import { Refusal } from "./errors.ts";
import type { Guard } from "./guard.ts";
import { reply } from "./reply.ts";
import { Router } from "./router.ts";
import { parseTarget, type Target } from "./target.ts";
import type { Turns } from "./turns.ts";

/** What a daemon has to say over HTTP. */
export interface Service<Own> {
  readonly routes: readonly Route<Own>[];
  readonly guard: Guard;
  readonly turns: Turns;
  readonly stalledMs: number;
  /** Called just before a handler. */
  call(from: Call): Own;
  log(level: "info" | "warn" | "error", text: string): void;
}

/** A request that may ask, and whom. */
class Errand<Own> {
  readonly route: Route<Own>;
  readonly target: Target;
  readonly parameter: string;

  constructor(route: Route<Own>, target: Target, parameter: string) {
    this.route = route;
    this.target = target;
    this.parameter = parameter;
  }
}

export class Reception<Own> {
  readonly #service: Service<Own>;
  readonly #router: Router<Own>;
  readonly #bodies = new Bodies();

  constructor(service: Service<Own>) {
    this.#service = service;
    this.#router = new Router(service.routes);
  }

  async serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const begunMs = performance.now();
    // Taken now: once the connection has ended it has no address any more.
    const remoteAddress = addressOf(request.socket);
    response.on("error", () => {});
    const errand = this.#errand(request, response);
    const answer =
      errand instanceof Errand
        ? await this.#run(errand, { request, response, expectsContinue, remoteAddress })
        : errand;
    reply(request, response, answer);
    this.#bodies.release(request);
    if (errand instanceof Errand && errand.route.quiet) return;
    const duration = goDuration(performance.now() - begunMs);
    const line = `${response.statusCode} ${request.method} ${request.url} (${remoteAddress}) ${duration}`;
    this.#service.log("info", line);
  }

  /** Whom the request asks, or the answer where it asks nobody. */
  #errand(request: IncomingMessage, response: ServerResponse): Errand<Own> | Answer {
    const { guard } = this.#service;
    const target = parseTarget(request.url ?? "");
    if (!target) return new Refusal("INVALID_REQUEST");
    const refused = guard.check(request, target);
    if (refused) return refused;
    const found = this.#router.find(request.method ?? "", target.path);
    switch (found.kind) {
      case "route":
        if (found.route.guarded) {
          const unknown = guard.checkSecret(request);
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
    { route, target, parameter }: Errand<Own>,
    from: Pick<Call, "request" | "response" | "expectsContinue" | "remoteAddress">,
  ): Promise<Answer> {
    const { turns, stalledMs } = this.#service;
    const { rawQuery } = target;
    try {
      const call = { ...from, rawQuery, parameter, bodies: this.#bodies, turns, stalledMs };
      return await route.handle(this.#service.call(call));
    } catch (error) {
      this.#service.log("error", `HTTP: ${(error as Error).stack ?? error}`);
      return new Refusal("INTERNAL_ERROR");
    }
  }
}

function addressOf({ remoteAddress: address, remotePort }: Socket): string {
  if (address === undefined) return "@";
  return `${address.includes(":") ? `[${address}]` : address}:${remotePort}`;
}

/** Refuses whatever it is asked. */
export class Refusing {
  readonly #refusal: () => Refusal;

  constructor(refusal: () => Refusal) {
    this.#refusal = refusal;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    reply(request, response, this.#refusal());
  }
}
