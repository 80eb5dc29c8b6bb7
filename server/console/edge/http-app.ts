/** The HTTP server of a console, before it has anything to serve: its limits, its guard, its words for what fails. */

import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { bridgePath } from "../../../client/browser/protocol.ts";
import { connectionsMax as bridgeConnectionsMax } from "../bridge/bridge.ts";
import type { ApiFailure } from "../contract/index.ts";
import { withoutBase } from "./base-path.ts";
import type { GuardOptions } from "./guard.ts";
import { baseHeaders, closedPolicy } from "./headers.ts";
import { answerFailures, guardRequests } from "./requests.ts";

// Pages, and the pages that consume.
const connectionsMax = 2_000 + bridgeConnectionsMax;
const bodyBytesMax = 64 * 1024;

export interface HttpAppOptions {
  readonly guard: GuardOptions;
  /** People reach it by https. */
  readonly secure: boolean;
  /** Where everything stands, without a slash at its end: empty for the root. */
  readonly base: string;
  readonly warn: (message: string) => void;
}

/** Guards every request and says what fails; it has no routes yet. */
export function httpApp({ guard, secure, base, warn }: HttpAppOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    exposeHeadRoutes: false,
    rewriteUrl: (request) => withoutBase(request.url ?? "/", base) ?? request.url ?? "/",
    genReqId: () => randomUUID(),
    requestTimeout: 30_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 400 },
    // An address that cannot be decoded is answered before any hook has run.
    frameworkErrors: (_, request, reply) => {
      const body: ApiFailure = {
        code: "bad-request",
        message: "That is not an address.",
        requestId: request.id,
      };
      void (reply as FastifyReply)
        .code(400)
        .headers({ ...baseHeaders, "content-security-policy": closedPolicy, "cache-control": "no-store" })
        .send(body);
    },
  });
  app.server.headersTimeout = 10_000;
  app.server.maxConnections = connectionsMax;
  guardRequests(app, { guard, secure: secure, base });
  answerFailures(app, warn);
  app.server.on("upgrade", (request, socket) => refuseOtherUpgrades(request, socket, base));
  return app;
}

/** socket.io takes its own; nothing else is upgraded. */
function refuseOtherUpgrades(request: IncomingMessage, socket: Duplex, base: string): void {
  if (request.url?.startsWith(`${base}/socket.io/`)) return;
  if (request.url?.startsWith(`${base}${bridgePath}/`)) return;
  socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

/** An address to connect to, where one to listen on stands for all of a machine's. */
export function reachableHost(host: string): string {
  if (host === "" || host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
