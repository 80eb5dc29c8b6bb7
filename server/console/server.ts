/**
 * The console's server: guards every request, signs people in, serves the API and the sockets, and hands
 * pages over to their own process. Who may see or do what is decided here and nowhere else (CG1-CG7).
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import fastifyCookie from "@fastify/cookie";
import type { FastifyRequest } from "fastify";
import { ActionLog } from "./api/action-log.ts";
import { Drains } from "./api/drains.ts";
import { Failure } from "./api/failure.ts";
import { ImpactTags } from "./api/impact-tag.ts";
import { apiRoutes } from "./api/routes.ts";
import { levelNow } from "./api/weight.ts";
import { RecentActions } from "./audit/recent-actions.ts";
import { type RouteEntry, requirePolicies } from "./auth/policy.ts";
import { Sessions } from "./auth/sessions.ts";
import { bearerOf, Tokens } from "./auth/tokens.ts";
import { openBackground } from "./background.ts";
import { CollectedNodes } from "./bridge/nodes.ts";
import { openBridge } from "./bridge/open-bridge.ts";
import { systemClock } from "./clock.ts";
import type { Collector } from "./collector/collector.ts";
import { watchCluster } from "./collector/watch.ts";
import { chineseFontRoutes } from "./edge/chinese-font.ts";
import { type CookieJar, cookieJar } from "./edge/cookie.ts";
import { isAllowedHost, isOwnOrigin } from "./edge/guard.ts";
import { httpApp, reachableHost } from "./edge/http-app.ts";
import { metricsRoute } from "./edge/metrics-route.ts";
import { pageRoutes } from "./edge/page-routes.ts";
import { signInRoutes } from "./edge/sign-in-routes.ts";
import { Hub } from "./live/hub.ts";
import { Sockets } from "./live/socket.ts";
import { Access } from "./nsqadmin/access.ts";
import { inactiveView } from "./nsqadmin/inactive.ts";
import { Notifier } from "./nsqadmin/notifier.ts";
import { nsqadminRoutes } from "./nsqadmin/routes.ts";
import { Tell } from "./nsqadmin/tell.ts";
import { Upstream } from "./nsqadmin/upstream.ts";
import type { ConsoleServerOptions } from "./options.ts";
import { Reads } from "./reads/reads.ts";

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

const closeDeadlineMs = 2_000;

export async function startConsoleServer(options: ConsoleServerOptions): Promise<ConsoleServer> {
  const clock = options.clock ?? systemClock;
  const sessions = new Sessions(options.stores?.sessions ?? null, clock);
  const people = options.stores?.people ?? null;
  const tokens = new Tokens(people, clock);
  const { base, warn } = options;
  const { peers, nodes, lookups, collector } = watchCluster(options, clock);
  const upstream = new Upstream({
    lookups: () => lookups?.peers ?? [],
    nodes,
    nodeOf: (host, port) => peers.discovered(host, port),
  });
  const log = new ActionLog(options.stores?.actions ?? null, () => clock.wallMs(), warn);
  const recent = new RecentActions({ store: options.stores?.actions ?? null, log });
  const notifier = new Notifier(options.nsqadmin.notificationEndpoint, () => clock.wallMs(), warn);
  const tags = new ImpactTags(options.secret === "" ? randomBytes(32).toString("hex") : options.secret);
  const { stores, webhookNetworks, cluster } = options;
  const background = openBackground({
    ...{ stores, webhookNetworks, cluster, collector, log, tags, clock, warn },
  });
  const { history, alerts, jobs } = background;
  const drains = new Drains(collector, log);
  const tell = new Tell(log, notifier);

  const guard = { hostname: hostname(), allowedHosts: options.allowedHosts };
  const app = httpApp({ guard, secure: options.secure, base, warn });

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
  const send: ConstructorParameters<typeof Hub>[3] = (key, message) => sockets.sendFeed(key, message);
  const hub = new Hub(collector, recent, options.cluster, send, jobs?.watch ?? null);
  sockets.attach(hub);

  const routes = requirePolicies(app);
  app.decorateRequest("visitor", null);
  await app.register(fastifyCookie);
  await app.register(chineseFontRoutes);
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
      await background.close();
      await Promise.all([lookups?.stop(), collector.stop(), sockets.close()]);
      peers.close();
      await Promise.all([log.close(closeDeadlineMs), notifier.close()]);
      await app.close();
    },
  };
}
