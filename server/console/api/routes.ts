/** `/api/v1`: reads of what the live feeds show, the trace, and what operators do. Each needs a session. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Collector } from "../collector/collector.ts";
import {
  apiBase,
  apiPaths,
  type InactiveTopics,
  messageIdPattern,
  nameOfPart,
  type SessionInfo,
  singleRooms,
  type Trace,
} from "../contract/index.ts";
import type { Hub } from "../live/hub.ts";
import { isTail, targetOf } from "../live/targets.ts";
import type { ActionLog } from "./action-log.ts";
import { type ActionContext, impactOf, performAction } from "./actions.ts";
import type { Drains } from "./drains.ts";
import { Failure } from "./failure.ts";
import type { ImpactTags } from "./impact-tag.ts";
import type { TraceSource } from "./ports.ts";
import { publish } from "./publish.ts";
import { actionRequest, drainRequest, impactQuery, publishBodyBytesMax, publishRequest } from "./requests.ts";

export interface ApiOptions {
  readonly collector: Collector;
  readonly hub: Hub;
  readonly log: ActionLog;
  readonly tags: ImpactTags;
  readonly drains: Drains;
  readonly inactive: () => Promise<InactiveTopics>;
  /** null: started without Postgres. */
  readonly traces: TraceSource | null;
  /** Throws `Failure` without a session. */
  readonly requireSession: (request: FastifyRequest) => Promise<{ id: string; info: SessionInfo }>;
  /** Tells of an administrative act, and by whom. */
  readonly notify: (request: FastifyRequest, user: string, act: { action: string; topic: string }) => void;
  readonly signOut: (id: string) => Promise<void>;
  readonly clearCookie: () => string;
}

const traceEventsMax = 500;

declare module "fastify" {
  interface FastifyRequest {
    visitor: { readonly id: string; readonly info: SessionInfo } | null;
  }
}

export function apiRoutes(options: ApiOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.decorateRequest("visitor", null);
    app.addHook("onRequest", async (request, reply) => {
      reply.header("cache-control", "no-store");
      request.visitor = await options.requireSession(request);
    });
    readRoutes(app, options);
    traceRoute(app, options);
    writeRoutes(app, options);
    app.all(`${apiBase}/*`, () => {
      throw new Failure("not-found", "There is no such path in the API.");
    });
  };
}

function readRoutes(app: FastifyInstance, { hub, inactive }: ApiOptions): void {
  const read = (room: string) => {
    const target = targetOf(room);
    if (!target || isTail(target)) throw new Failure("bad-request", "That is not a valid name.");
    const snapshot = hub.read(room as never, target);
    if (snapshot.data === null) throw new Failure("not-found", "There is no such thing now.");
    return snapshot;
  };
  app.get(apiPaths.inactive, inactive);
  app.get(apiPaths.session, (request) => request.visitor!.info);
  for (const room of singleRooms) {
    app.get(apiPaths[room], () => read(room));
  }
  app.get<{ Params: { topic: string } }>(`${apiBase}/topics/:topic`, ({ params }) =>
    read(`topic:${nameOfPart(params.topic)}`),
  );
  app.get<{ Params: { topic: string; channel: string } }>(
    `${apiBase}/topics/:topic/channels/:channel`,
    ({ params }) => read(`channel:${nameOfPart(params.topic)}/${nameOfPart(params.channel)}`),
  );
  app.get<{ Params: { node: string } }>(`${apiBase}/nodes/:node`, ({ params }) =>
    read(`node:${params.node}`),
  );
}

function traceRoute(app: FastifyInstance, { collector, traces }: ApiOptions): void {
  app.get<{ Params: { id: string } }>(`${apiBase}/trace/:id`, async ({ params }): Promise<Trace> => {
    const id = params.id.toLowerCase();
    if (!messageIdPattern.test(id))
      throw new Failure("bad-request", "A message's id has 16 hexadecimal digits.");
    if (!traces)
      throw new Failure("database-away", "There is no audit: this console was started without Postgres.");
    const away = (error: unknown) => {
      const why = error instanceof Error && error.name === "DeadlineError" ? "in time" : "now";
      throw new Failure(
        "database-away",
        `Postgres does not answer ${why}: the trace has to wait until it does.`,
      );
    };
    const [events, sinceMs] = await Promise.all([traces.trace(id), traces.sinceMs()]).catch(away);
    const stores = collector.nodeRows.map((node) => node.store).filter((store) => store !== null);
    const known = stores.length > 0;
    return {
      id,
      atMs: collector.clock.wallMs(),
      events: events.slice(0, traceEventsMax),
      cut: events.length > traceEventsMax,
      lagMs: known ? Math.max(...stores.map((store) => store.auditLagMs)) : null,
      gaps: known ? stores.reduce((sum, store) => sum + store.auditGaps, 0) : null,
      sinceMs,
    };
  });
}

function writeRoutes(app: FastifyInstance, options: ApiOptions): void {
  const { collector, log, tags } = options;
  const contextOf = (request: FastifyRequest): ActionContext => ({
    collector,
    log,
    tags,
    actor: request.visitor!.info.user,
    address: request.ip,
    requestId: request.id,
    notify: (act) => options.notify(request, request.visitor!.info.user, act),
  });
  app.post(apiPaths.signOut, async (request, reply) => {
    await options.signOut(request.visitor!.id);
    reply.header("set-cookie", options.clearCookie()).code(204);
  });
  app.get(`${apiBase}/impact`, (request) => {
    const target = parse(impactQuery, request.query);
    return impactOf(contextOf(request), target);
  });
  app.post(apiPaths.actions, (request) =>
    performAction(contextOf(request), parse(actionRequest, request.body)),
  );
  app.post<{ Params: { node: string } }>(`${apiBase}/nodes/:node/drain`, (request) => {
    const { actor, address, requestId } = contextOf(request);
    const asked = parse(drainRequest, request.body);
    return options.drains.begin(request.params.node, asked, { actor, address, requestId });
  });
  app.post(apiPaths.publish, { bodyLimit: publishBodyBytesMax }, (request) =>
    publish(contextOf(request), parse(publishRequest, request.body)),
  );
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue?.path.join(".");
  throw new Failure("bad-request", `${place ? `${place}: ` : ""}${issue?.message ?? "not understood"}`);
}
