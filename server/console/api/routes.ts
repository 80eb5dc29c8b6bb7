/** `/api/v1`: reads of what the live feeds show, the trace, and what operators do. Each needs a session. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Alerts } from "../alerts/alerts.ts";
import { alertRoutes } from "../alerts/routes.ts";
import { type AuditRoutesOptions, auditRoutes } from "../audit/routes.ts";
import { enforcePolicies, objectOfPath, type RoutePolicy, readOfPath, type Visitor } from "../auth/policy.ts";
import { PublishKeys } from "../bridge/publish-keys.ts";
import type { Collector } from "../collector/collector.ts";
import {
  type About,
  apiBase,
  apiPaths,
  type ConsoleInfo,
  type InactiveTopics,
  nameOfPart,
  policyOfAction,
  singleRooms,
  type WindowRoom,
} from "../contract/index.ts";
import type { History } from "../history/history.ts";
import { historyRoutes } from "../history/routes.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { jobRoutes } from "../jobs/routes.ts";
import { eyeOf } from "../live/eye.ts";
import type { Hub } from "../live/hub.ts";
import { isWindow, targetOf } from "../live/targets.ts";
import { placeOf } from "../live/window.ts";
import { windowOfQuery } from "../live/window-request.ts";
import { type PeopleOptions, peopleRoutes } from "../people/routes.ts";
import type { Reads } from "../reads/reads.ts";
import { type ActionLog, askedBy } from "./action-log.ts";
import { type ActionContext, impactOf, performAction } from "./actions.ts";
import { bodyRoutes } from "./bodies.ts";
import { chosenRoute } from "./chosen.ts";
import type { Drains } from "./drains.ts";
import { eventRoutes } from "./events.ts";
import { forceAdopt, testFailover } from "./failovers.ts";
import { Failure } from "./failure.ts";
import type { ImpactTags } from "./impact-tag.ts";
import { namesRoutes } from "./names.ts";
import type { TraceSource } from "./ports.ts";
import { type PagePublishKeys, publish } from "./publish.ts";
import { lookRoutes } from "./read-routes.ts";
import {
  actionRequest,
  adoptRequest,
  drainRequest,
  failoverTestRequest,
  impactQuery,
  parse,
  publishBodyBytesMax,
  publishRequest,
} from "./requests.ts";
import { tableFileRoutes } from "./table-files.ts";
import { tombstoneNode } from "./tombstones.ts";
import { traceRoute } from "./trace.ts";

export interface ApiOptions {
  readonly collector: Collector;
  readonly hub: Hub;
  readonly log: ActionLog;
  readonly tags: ImpactTags;
  readonly drains: Drains;
  readonly info: ConsoleInfo;
  readonly about: () => About;
  readonly inactive: () => Promise<InactiveTopics>;
  readonly reads: Reads;
  /** null: started without Postgres. */
  readonly traces: TraceSource | null;
  /** null: started without Postgres. */
  readonly history: History | null;
  readonly alerts: Alerts | null;
  readonly cluster: string;
  readonly audit: AuditRoutesOptions;
  readonly people: PeopleOptions;
  readonly addBridgeRoutes: (app: FastifyInstance) => void;
  /** null: started without Postgres. */
  readonly jobs: Jobs | null;
  /** Throws `Failure` without a session. */
  readonly requireSession: (request: FastifyRequest) => Promise<Visitor>;
  /** Tells of an administrative act, and by whom. */
  readonly notify: (request: FastifyRequest, user: string, act: { action: string; topic: string }) => void;
  readonly signOut: (id: string) => Promise<void>;
  readonly clearCookie: () => string;
}

const read = { config: { policy: { action: "read" } } } as const satisfies {
  config: { policy: RoutePolicy };
};
const own = { config: { policy: { action: "own" } } } as const satisfies { config: { policy: RoutePolicy } };

export function apiRoutes(options: ApiOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook("onRequest", async (request, reply) => {
      reply.header("cache-control", "no-store");
      request.visitor = await options.requireSession(request);
    });
    enforcePolicies(app, (request, { action, object }, error) => {
      if (action.startsWith("read") || action === "own") return;
      const { topic, channel, node } = object;
      const result = error instanceof Failure ? error.code : "internal";
      options.log.write({ ...askedBy(request), action, object: { topic, channel, node }, result });
    });
    readRoutes(app, options);
    lookRoutes(app, options.reads);
    traceRoute(app, options);
    eventRoutes(app, options);
    tableFileRoutes(app, options);
    bodyRoutes(app, options);
    writeRoutes(app, options);
    chosenRoute(app, options);
    auditRoutes(app, options.audit);
    peopleRoutes(app, options.people);
    options.addBridgeRoutes(app);
    jobRoutes(app, {
      jobs: options.jobs,
      notify: (request, { kind, topic, channel }) => {
        if (topic === undefined || kind === "requeue") return;
        const act = { action: `${kind}_${channel === undefined ? "topic" : "channel"}`, topic };
        options.notify(request, request.visitor!.actor.name, { ...act, ...(channel && { channel }) });
      },
    });
    alertRoutes(app, {
      alerts: options.alerts,
      log: options.log,
      clock: options.collector.clock,
      cluster: options.cluster,
    });
    historyRoutes(app, { history: options.history, log: options.log });
    app.all(`${apiBase}/*`, read, () => {
      throw new Failure("not-found", "There is no such path in the API.");
    });
  };
}

function readRoutes(app: FastifyInstance, { collector, hub, inactive, info, about }: ApiOptions): void {
  const show = ({ visitor }: FastifyRequest, room: string) => {
    const target = targetOf(room);
    if (!target || isWindow(target)) throw new Failure("bad-request", "That is not a valid name.");
    const snapshot = hub.read(room as never, target, eyeOf(visitor!.actor));
    if (snapshot.data === null) throw new Failure("not-found", "There is no such thing now.");
    return snapshot;
  };
  const showWindow = ({ visitor, query }: FastifyRequest, room: WindowRoom) => {
    const target = targetOf(room);
    if (!target || !isWindow(target)) throw new Failure("bad-request", "That is not a valid name.");
    const place = placeOf(room, target, visitor!.actor);
    const snapshot = hub.windows.read(place, parse(windowOfQuery, query));
    if (snapshot.data === null) throw new Failure("not-found", "There is no such thing now.");
    return snapshot;
  };
  app.get(apiPaths.topics, read, (request) => showWindow(request, "topics"));
  app.get<{ Params: { topic: string } }>(`${apiBase}/topics/:topic/channels`, readOfPath, (request) =>
    showWindow(request, `channels:${nameOfPart(request.params.topic)}`),
  );
  app.get<{ Params: { topic: string; channel: string } }>(
    `${apiBase}/topics/:topic/channels/:channel/clients`,
    readOfPath,
    (request) =>
      showWindow(
        request,
        `clients:${nameOfPart(request.params.topic)}/${nameOfPart(request.params.channel)}`,
      ),
  );
  app.get(apiPaths.inactive, read, async (request): Promise<InactiveTopics> => {
    const { sees } = eyeOf(request.visitor!.actor);
    const { topics, failures } = await inactive();
    const seen = topics.filter(({ topic }) => sees(topic));
    return {
      topics: seen.map(({ topic, channels }) => ({
        topic,
        channels: channels.filter((name) => sees(topic, name)),
      })),
      failures,
    };
  });
  namesRoutes(app, collector);
  app.get(apiPaths.console, read, () => info);
  app.get(apiPaths.about, read, about);
  app.get(apiPaths.session, read, (request) => request.visitor!.info);
  for (const room of singleRooms) {
    if (room !== "jobs") app.get(apiPaths[room], read, (request) => show(request, room));
  }
  app.get<{ Params: { topic: string } }>(`${apiBase}/topics/:topic`, readOfPath, (request) =>
    show(request, `topic:${nameOfPart(request.params.topic)}`),
  );
  app.get<{ Params: { topic: string; channel: string } }>(
    `${apiBase}/topics/:topic/channels/:channel`,
    readOfPath,
    (request) => {
      const { topic, channel } = request.params;
      return show(request, `channel:${nameOfPart(topic)}/${nameOfPart(channel)}`);
    },
  );
  app.get<{ Params: { node: string } }>(`${apiBase}/nodes/:node`, readOfPath, (request) =>
    show(request, `node:${request.params.node}`),
  );
}

function writeRoutes(app: FastifyInstance, options: ApiOptions): void {
  const { collector, log, tags } = options;
  const contextOf = (request: FastifyRequest): ActionContext => ({
    collector,
    log,
    tags,
    by: askedBy(request),
    freshAtMs: request.visitor!.freshAtMs,
    requestId: request.id,
    notify: (act) => options.notify(request, request.visitor!.actor.name, act),
  });
  app.post(apiPaths.signOut, own, async (request, reply) => {
    await options.signOut(request.visitor!.id);
    options.log.write({ ...askedBy(request), action: "sign-out", object: {}, result: "ok" });
    reply.header("set-cookie", options.clearCookie()).code(204);
  });
  app.get(`${apiBase}/impact`, { config: { policy: ofImpact } }, (request) => {
    const target = parse(impactQuery, request.query);
    return impactOf(contextOf(request), target);
  });
  app.post(apiPaths.actions, { config: { policy: ofAction } }, (request) =>
    performAction(contextOf(request), parse(actionRequest, request.body)),
  );
  app.post<{ Params: { node: string } }>(`${apiBase}/nodes/:node/drain`, ofDrain, async (request) => {
    const asked = parse(drainRequest, request.body);
    const by = askedBy(request);
    const begun = await options.drains.begin(request.params.node, asked, by, request.visitor!);
    await options.jobs?.follow(begun.node, begun.drain.messages, asked.reason, by);
    return begun;
  });
  const failoverOf = (request: FastifyRequest) => ({
    ...{ collector, log, by: askedBy(request), proven: request.visitor! },
  });
  app.post<{ Params: { node: string } }>(`${apiBase}/nodes/:node/adopt`, ofAdopt, (request) =>
    forceAdopt(failoverOf(request), request.params.node, parse(adoptRequest, request.body)),
  );
  app.post<{ Params: { node: string } }>(`${apiBase}/nodes/:node/failover`, ofFailoverTest, (request) => {
    const asked = parse(failoverTestRequest, request.body);
    return testFailover(failoverOf(request), request.params.node, asked, options.info.environment);
  });
  app.post<{ Params: { node: string } }>(`${apiBase}/nodes/:node/tombstone`, ofTombstone, (request) =>
    tombstoneNode({ collector, log, by: askedBy(request) }, request.params.node),
  );
  const keys: PagePublishKeys = new PublishKeys();
  app.post(apiPaths.publish, { bodyLimit: publishBodyBytesMax, config: { policy: ofPublish } }, (request) =>
    publish(contextOf(request), parse(publishRequest, request.body), keys),
  );
}

/** What is asked stands in the query or the body: read once for the policy and once for the act. */
const ofImpact: RoutePolicy = {
  action: ({ query }) => policyOfAction(parse(impactQuery, query).action),
  object: ({ query }) => parse(impactQuery, query),
};
const ofAction: RoutePolicy = {
  action: ({ body }) => policyOfAction(parse(actionRequest, body).action),
  object: ({ body }) => parse(actionRequest, body),
};
const ofPublish: RoutePolicy = {
  action: "publish",
  object: ({ body }) => ({ topic: parse(publishRequest, body).topic }),
};
const ofTombstone = { config: { policy: { action: "tombstone-node", object: objectOfPath } } } as const;
const ofAdopt = { config: { policy: { action: "force-adopt", object: objectOfPath } } } as const;
const ofFailoverTest = { config: { policy: { action: "test-failover", object: objectOfPath } } } as const;
const ofDrain = { config: { policy: { action: "drain", object: objectOfPath } } } as const;
