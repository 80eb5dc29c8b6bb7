/**
 * The console's server: guards every request, signs people in, serves the API and the sockets, and hands
 * pages over to their own process. Who may see or do what is decided here and nowhere else (CG1-CG7).
 */
import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { hostname } from "node:os";
import type { Duplex } from "node:stream";
import fastifyCookie from "@fastify/cookie";
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { ActionLog } from "./api/action-log.ts";
import { Failure } from "./api/failure.ts";
import { ImpactTags } from "./api/impact-tag.ts";
import type { ActionStore, TraceSource } from "./api/ports.ts";
import { apiRoutes } from "./api/routes.ts";
import { type SessionStore, Sessions, SessionUnknown } from "./auth/sessions.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Collector } from "./collector/collector.ts";
import type { ApiFailure, DatabaseStatus, FailureCode } from "./contract/index.ts";
import { type CookieJar, cookieJar } from "./edge/cookie.ts";
import { isAllowedHost, isOwnOrigin } from "./edge/guard.ts";
import { baseHeaders, closedPolicy, strictTransport } from "./edge/headers.ts";
import { pageRoutes } from "./edge/page-routes.ts";
import { retryAfterSeconds } from "./edge/plain-pages.ts";
import { signInRoutes } from "./edge/sign-in-routes.ts";
import type { PeerAddress } from "./http-peer.ts";
import { Hub } from "./live/hub.ts";
import { Sockets } from "./live/socket.ts";
import { Tails } from "./live/tail.ts";

export interface ConsoleServerOptions {
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly nodes: readonly PeerAddress[];
  readonly cluster: string;
  readonly secret: string;
  readonly allowedHosts: readonly string[];
  /** People reach it by https, through a proxy. */
  readonly secure: boolean;
  readonly version: string;
  /** null: started without Postgres. */
  readonly stores: {
    readonly sessions: SessionStore;
    readonly actions: ActionStore;
    readonly traces: TraceSource;
  } | null;
  readonly database: () => DatabaseStatus;
  /** Where the pages' process serves now; null: it does not. */
  readonly pagesUrl: () => string | null;
  readonly warn: (message: string) => void;
  readonly clock?: Clock;
  readonly nodeIntervalMs?: number;
  readonly recheckMs?: number;
}

export interface ConsoleServer {
  /** `http://host:port`, as it can be opened on this machine. */
  readonly url: string;
  readonly sessions: Sessions;
  readonly collector: Collector;
  /** A one-time link's path and query. */
  newSignInPath(): Promise<string>;
  close(): Promise<void>;
}

const connectionsMax = 2_000;
const bodyBytesMax = 64 * 1024;
const closeDeadlineMs = 2_000;

export async function startConsoleServer(options: ConsoleServerOptions): Promise<ConsoleServer> {
  const clock = options.clock ?? systemClock;
  const sessions = new Sessions(options.stores?.sessions ?? null, clock);
  const collector = new Collector({
    addresses: options.nodes,
    secret: options.secret,
    clock,
    database: options.database,
    ...(options.nodeIntervalMs === undefined ? {} : { intervalMs: options.nodeIntervalMs }),
  });
  const log = new ActionLog(options.stores?.actions ?? null, options.warn);

  const app = Fastify({
    bodyLimit: bodyBytesMax,
    exposeHeadRoutes: false,
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
  const guard = { hostname: hostname(), allowedHosts: options.allowedHosts };
  guardRequests(app, guard, options.secure);
  answerFailures(app, options.warn);

  // The cookie's name has the port in it, which is known once we listen: routes read it through this.
  let jar: CookieJar | null = null;
  const cookies = () => jar!;
  const sessionOf = (request: FastifyRequest) => sessions.check(cookies().read(request.headers.cookie));

  const sockets = new Sockets({
    server: app.server,
    clock,
    sessions,
    isOurs: (request) =>
      isAllowedHost(request.headers.host, guard) &&
      isOwnOrigin(request.headers.origin, request.headers.host, options.secure),
    readCookie: (header) => cookies().read(header),
    bootId: randomBytes(8).toString("hex"),
    version: options.version,
    ...(options.recheckMs === undefined ? {} : { recheckMs: options.recheckMs }),
  });
  const hub = new Hub(collector, options.cluster, (key, message) => sockets.sendFeed(key, message));
  const tails = new Tails({ nodes: () => collector.nodes, clock, send: (batch) => sockets.sendTail(batch) });
  sockets.attach(hub, tails);
  app.server.on("upgrade", refuseOtherUpgrades);

  await app.register(fastifyCookie);
  await app.register(signInRoutes({ sessions, cookies }));
  await app.register(
    apiRoutes({
      collector,
      hub,
      log,
      tags: new ImpactTags(options.secret === "" ? randomBytes(32).toString("hex") : options.secret),
      traces: options.stores?.traces ?? null,
      requireSession: async (request) => {
        const session = await sessionOf(request);
        if (!session) throw new Failure("no-session", "Sign in first.");
        return session;
      },
      signOut: (id) => sessions.signOut(id),
      clearCookie: () => cookies().clear(),
    }),
  );
  await app.register(pageRoutes({ sessionOf, pagesUrl: options.pagesUrl }));

  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as { port: number };
  jar = cookieJar(app, port, options.secure);
  collector.start();

  return {
    url: `http://${reachableHost(options.host)}:${port}`,
    sessions,
    collector,
    newSignInPath: async () => `/signin?token=${await sessions.createLink()}`,
    close: async () => {
      hub.close();
      tails.close();
      await Promise.all([collector.stop(), sockets.close(), log.close(closeDeadlineMs)]);
      await app.close();
    },
  };
}

/** Nothing below this sees a request that another page or another name sent. */
function guardRequests(
  app: FastifyInstance,
  guard: { readonly hostname: string; readonly allowedHosts: readonly string[] },
  secure: boolean,
): void {
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers(baseHeaders);
    reply.header("content-security-policy", closedPolicy);
    if (secure) reply.header("strict-transport-security", strictTransport);
    const { host, origin } = request.headers;
    if (!isAllowedHost(host, guard)) {
      throw new Failure("bad-host", "This console does not answer to that name (--http-allowed-host).");
    }
    const reads = request.method === "GET" || request.method === "HEAD";
    if ((origin !== undefined || !reads) && !isOwnOrigin(origin, host, secure)) {
      throw new Failure("bad-origin", "This request was not sent by a page of this console.");
    }
    const site = request.headers["sec-fetch-site"];
    if (request.url.startsWith("/api/") && site !== undefined && site !== "same-origin" && site !== "none") {
      throw new Failure("bad-origin", "This request was sent by another site.");
    }
    if (!reads && !/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
      throw new Failure("bad-content-type", "Send JSON, with its content type.");
    }
  });
}

const fastifyCodes: Readonly<Record<string, FailureCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "too-large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "bad-content-type",
};

function answerFailures(app: FastifyInstance, warn: (message: string) => void): void {
  app.setErrorHandler((error: FastifyError | Failure, request, reply) => {
    const failure = error instanceof Failure ? error : failureOf(error);
    // Never the query: a sign-in link has its token there.
    if (failure.code === "internal") warn(`${request.method} ${request.url.split("?")[0]}: ${error.stack}`);
    const body: ApiFailure = {
      code: failure.code,
      message: failure.message,
      requestId: request.id,
      ...failure.more,
    };
    if (failure.code === "session-unknown") reply.header("retry-after", retryAfterSeconds);
    return reply.code(failure.status).header("cache-control", "no-store").send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const body: ApiFailure = { code: "not-found", message: "There is nothing here.", requestId: request.id };
    return reply.code(404).send(body);
  });
}

function failureOf(error: FastifyError): Failure {
  if (error instanceof SessionUnknown) return new Failure("session-unknown", error.message);
  const code = fastifyCodes[error.code];
  if (code) return new Failure(code, error.message);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new Failure("bad-request", error.message);
  }
  return new Failure("internal", "That went wrong inside the console.");
}

/** socket.io takes its own; nothing else is upgraded. */
function refuseOtherUpgrades(request: IncomingMessage, socket: Duplex): void {
  if (request.url?.startsWith("/socket.io/")) return;
  socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

/** An address to connect to, where one to listen on stands for all of a machine's. */
export function reachableHost(host: string): string {
  if (host === "" || host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
