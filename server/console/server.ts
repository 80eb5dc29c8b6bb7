/**
 * The console's server: guards every request, signs people in, serves the API and the sockets, and hands
 * pages over to their own process. Who may see or do what is decided here and nowhere else (CG1-CG7).
 */
import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { hostname } from "node:os";
import type { Duplex } from "node:stream";
import fastifyCookie from "@fastify/cookie";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { bridgePath } from "../../client/browser/protocol.ts";
import type { ConnectionOptions } from "../../client/node/index.ts";
import { Alerts } from "./alerts/alerts.ts";
import { alertMarks } from "./alerts/marks.ts";
import { ActionLog } from "./api/action-log.ts";
import { Drains } from "./api/drains.ts";
import { Failure } from "./api/failure.ts";
import { ImpactTags } from "./api/impact-tag.ts";
import type { ActionStore, TraceSource } from "./api/ports.ts";
import { apiRoutes } from "./api/routes.ts";
import { levelNow } from "./api/weight.ts";
import { RecentActions } from "./audit/recent-actions.ts";
import type { PeopleStore } from "./auth/people.ts";
import { type RouteEntry, requirePolicies } from "./auth/policy.ts";
import type { SessionStore } from "./auth/session-store.ts";
import { Sessions } from "./auth/sessions.ts";
import { bearerOf, Tokens } from "./auth/tokens.ts";
import { type BridgeOptions, connectionsMax as bridgeConnectionsMax } from "./bridge/bridge.ts";
import { CollectedNodes } from "./bridge/nodes.ts";
import { openBridge } from "./bridge/open-bridge.ts";
import type { PresenceStore } from "./bridge/presence.ts";
import type { TokenStore } from "./bridge/tokens.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Collector } from "./collector/collector.ts";
import { Lookups } from "./collector/lookups.ts";
import type { About, ApiFailure, DatabaseStatus } from "./contract/index.ts";
import { withoutBase } from "./edge/base-path.ts";
import { type CookieJar, cookieJar } from "./edge/cookie.ts";
import { isAllowedHost, isOwnOrigin } from "./edge/guard.ts";
import { baseHeaders, closedPolicy } from "./edge/headers.ts";
import { metricsRoute } from "./edge/metrics-route.ts";
import { pageRoutes } from "./edge/page-routes.ts";
import { answerFailures, guardRequests } from "./edge/requests.ts";
import { signInRoutes } from "./edge/sign-in-routes.ts";
import type { Database } from "./history/database.ts";
import { History } from "./history/history.ts";
import { Jobs } from "./jobs/jobs.ts";
import { ConsoleLeases, type LeaseStore } from "./lease/console-lease.ts";
import { Hub } from "./live/hub.ts";
import { Sockets } from "./live/socket.ts";
import { Access, type AccessOptions } from "./nsqadmin/access.ts";
import type { ConfigPort } from "./nsqadmin/config-routes.ts";
import { inactiveView } from "./nsqadmin/inactive.ts";
import { Notifier } from "./nsqadmin/notifier.ts";
import { nsqadminRoutes } from "./nsqadmin/routes.ts";
import { Tell } from "./nsqadmin/tell.ts";
import { Upstream } from "./nsqadmin/upstream.ts";
import type { PeerAddress } from "./peer-address.ts";
import { type Networks, Peers, type PeersOptions } from "./peers.ts";
import { type HealthSource, Reads } from "./reads/reads.ts";

export interface ConsoleServerOptions {
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly nodes: readonly PeerAddress[];
  /** Where nodes are found, instead. */
  readonly lookups: readonly PeerAddress[];
  readonly peers: Omit<PeersOptions, "secret">;
  /** Private networks that webhooks may reach; null: none. */
  readonly webhookNetworks: Networks | null;
  /** `--base-path` as `basePath` writes it. */
  readonly base: string;
  readonly nsqadmin: Omit<AccessOptions, "secure" | "signedIn"> & {
    readonly notificationEndpoint: string | null;
    readonly config: (lookups: Lookups | null) => ConfigPort;
  };
  /** Of the connections to nodes over which pages consume and publish. */
  readonly pageClients?: Partial<ConnectionOptions>;
  readonly cluster: string;
  readonly secret: string;
  readonly allowedHosts: readonly string[];
  /** People reach it by https, through a proxy. */
  readonly secure: boolean;
  readonly version: string;
  readonly environment: string;
  readonly about: () => About;
  /** null: started without Postgres. */
  readonly stores: {
    readonly sessions: SessionStore;
    readonly browserTokens?: TokenStore;
    readonly browserPresence?: PresenceStore;
    readonly actions: ActionStore;
    readonly traces: TraceSource;
    readonly people?: PeopleStore;
    readonly leases?: LeaseStore;
    readonly health?: HealthSource;
    readonly background?: Database;
  } | null;
  readonly database: () => DatabaseStatus;
  /** Where the pages' process serves now; null: it does not. */
  readonly pagesUrl: () => string | null;
  readonly warn: (message: string) => void;
  readonly clock?: Clock;
  readonly nodeIntervalMs?: number;
  readonly lookupIntervalMs?: number;
  readonly forgetMs?: number;
  readonly recheckMs?: number;
  readonly pagePings?: BridgeOptions["pings"];
}

export interface ConsoleServer {
  /** `http://host:port`, as it can be opened on this machine. */
  readonly url: string;
  readonly sessions: Sessions;
  readonly collector: Collector;
  /** Of the API, with what each needs. */
  readonly routes: readonly RouteEntry[];
  /** A one-time link's path and query. */
  newSignInPath(): Promise<string>;
  close(): Promise<void>;
}

// Pages, and the pages that consume.
const connectionsMax = 2_000 + bridgeConnectionsMax;
const bodyBytesMax = 64 * 1024;
const closeDeadlineMs = 2_000;

export async function startConsoleServer(options: ConsoleServerOptions): Promise<ConsoleServer> {
  const clock = options.clock ?? systemClock;
  const sessions = new Sessions(options.stores?.sessions ?? null, clock);
  const people = options.stores?.people ?? null;
  const tokens = new Tokens(people, clock);
  const { base, warn } = options;
  const { peers, nodes, lookups, collector } = watch(options, clock);
  const leaseStore = options.stores?.leases ?? null;
  const leases = leaseStore && new ConsoleLeases({ store: leaseStore, clock, warn });
  const background = options.stores?.background ?? null;
  const history =
    leases && background
      ? new History({
          ...{ collector, database: background, leases, clock },
          moreMarks: (object, range) => alertMarks(background, object, range),
        })
      : null;
  const alerts =
    leases && background && history
      ? new Alerts({
          ...{ collector, database: background, leases, clock, warn, cluster: options.cluster },
          allowed: options.webhookNetworks,
          keptDays: () => history.settings.current.days["1h"],
        })
      : null;
  const upstream = new Upstream({
    lookups: () => lookups?.peers ?? [],
    nodes,
    nodeOf: (host, port) => peers.discovered(host, port),
  });
  const log = new ActionLog(options.stores?.actions ?? null, () => clock.wallMs(), warn);
  const recent = new RecentActions({ store: options.stores?.actions ?? null, log });
  const notifier = new Notifier(options.nsqadmin.notificationEndpoint, () => clock.wallMs(), warn);
  const drains = new Drains(collector, log);
  const tell = new Tell(log, notifier);

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
  const guard = { hostname: hostname(), allowedHosts: options.allowedHosts };
  guardRequests(app, { guard, secure: options.secure, base });
  answerFailures(app, warn);

  // The cookie's name has the port in it, which is known once we listen: routes read it through this.
  let jar: CookieJar | null = null;
  const cookies = () => jar!;
  const sessionOf = (request: FastifyRequest) => sessions.check(cookies().read(request.headers.cookie));

  const bootId = randomBytes(8).toString("hex");
  /** A token that is wrong is not helped by a cookie that is right. */
  const visitorOf = (request: FastifyRequest) => {
    const bearer = bearerOf(request.headers.authorization);
    return bearer === null ? sessionOf(request) : tokens.check(bearer, request.ip);
  };

  const sockets = new Sockets({
    server: app.server,
    path: `${base}/socket.io`,
    clock,
    sessions,
    isOurs: (request) =>
      isAllowedHost(request.headers.host, guard) &&
      isOwnOrigin(request.headers.origin, request.headers.host, options.secure),
    readCookie: (header) => cookies().read(header),
    bootId,
    version: options.version,
    ...(options.recheckMs === undefined ? {} : { recheckMs: options.recheckMs }),
  });
  const { close: closeBridge, addRoutes: addBridgeRoutes } = openBridge({
    ...{ server: app.server, base, clock, bootId, sessions, log, warn },
    store: options.stores?.browserTokens ?? null,
    presenceStore: options.stores?.browserPresence ?? null,
    nodes: new CollectedNodes(collector),
    tapped: () => collector.nodes,
    clients: options.pageClients ?? {},
    ...(options.pagePings && { pings: options.pagePings }),
    isAllowedHost: (request) => isAllowedHost(request.headers.host, guard),
    isOwnOrigin: (request) => isOwnOrigin(request.headers.origin, request.headers.host, options.secure),
  });
  const tags = new ImpactTags(options.secret === "" ? randomBytes(32).toString("hex") : options.secret);
  const jobs =
    leases && background && options.stores
      ? new Jobs({
          ...{ collector, database: background, leases, people, log, tags, clock, warn },
          traces: options.stores.traces,
        })
      : null;
  const send: ConstructorParameters<typeof Hub>[3] = (key, message) => sockets.sendFeed(key, message);
  const hub = new Hub(collector, recent, options.cluster, send, jobs?.watch ?? null);
  sockets.attach(hub);
  app.server.on("upgrade", (request, socket) => refuseOtherUpgrades(request, socket, base));

  const routes = requirePolicies(app);
  app.decorateRequest("visitor", null);
  await app.register(fastifyCookie);
  await app.register(signInRoutes({ sessions, cookies, base, people, log }));
  await app.register(
    apiRoutes({
      collector,
      hub,
      log,
      drains,
      tags,
      info: { version: options.version, environment: options.environment },
      about: options.about,
      reads: new Reads(collector, options.stores?.health ?? null),
      inactive: () => inactiveView(upstream),
      traces: options.stores?.traces ?? null,
      history,
      alerts,
      cluster: options.cluster,
      audit: { store: options.stores?.actions ?? null, recent },
      people: { store: people, sessions, tokens, log, wallMs: () => clock.wallMs(), base },
      addBridgeRoutes,
      jobs,
      requireSession: async (request) => {
        const visitor = await visitorOf(request);
        if (!visitor) throw new Failure("no-session", "Sign in first.");
        return visitor;
      },
      notify: (request, user, act) => tell.notify(request, { user }, act),
      signOut: (id) => sessions.signOut(id),
      clearCookie: () => cookies().clear(),
    }),
  );
  await app.register(
    nsqadminRoutes({
      upstream,
      access: new Access({
        ...options.nsqadmin,
        secure: options.secure,
        // While Postgres is away nobody is known by a cookie alone.
        signedIn: (request) => visitorOf(request).catch(() => null),
      }),
      tell,
      config: options.nsqadmin.config(lookups),
      levelNow: (action, topic) => levelNow(collector, action, topic),
      clock,
      base,
      warn,
    }),
  );
  await app.register(metricsRoute({ collector, sockets: () => sockets.count, version: options.version }));
  await app.register(pageRoutes({ sessionOf, pagesUrl: options.pagesUrl, base }));

  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as { port: number };
  jar = cookieJar(app, port, options.secure);
  lookups?.start();
  collector.start();

  return {
    url: `http://${reachableHost(options.host)}:${port}`,
    sessions,
    collector,
    routes,
    newSignInPath: async () => `${base}/signin?token=${await sessions.createLink()}`,
    close: async () => {
      hub.close();
      drains.close();
      recent.close();
      await closeBridge();
      history?.close();
      jobs?.close();
      alerts?.close();
      await leases?.close();
      await Promise.all([lookups?.stop(), collector.stop(), sockets.close()]);
      peers.close();
      await Promise.all([log.close(closeDeadlineMs), notifier.close()]);
      await app.close();
    },
  };
}

/** Whom to watch, and who watches them. */
function watch(options: ConsoleServerOptions, clock: Clock) {
  const peers = new Peers({ ...options.peers, secret: options.secret });
  const nodes = options.nodes.map((address) => peers.node(address));
  const { lookupIntervalMs, forgetMs, nodeIntervalMs } = options;
  const lookups =
    options.lookups.length === 0
      ? null
      : new Lookups({
          peers,
          clock,
          addresses: options.lookups,
          onRound: () => collector.followFound(),
          ...(lookupIntervalMs === undefined ? {} : { intervalMs: lookupIntervalMs }),
          ...(forgetMs === undefined ? {} : { forgetMs }),
        });
  const collector: Collector = new Collector({
    nodes,
    lookups,
    clock,
    database: options.database,
    ...(nodeIntervalMs === undefined ? {} : { intervalMs: nodeIntervalMs }),
  });
  return { peers, nodes, lookups, collector };
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
