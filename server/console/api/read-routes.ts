/** What is asked of nodes, lookups and Postgres when somebody looks closer. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type RoutePolicy, readOfPath, type Visitor } from "../auth/policy.ts";
import {
  apiBase,
  apiPaths,
  isName,
  messageIdPattern,
  nameOfPart,
  type RegistrationsView,
  sees,
  seesEverything,
} from "../contract/index.ts";
import { nowFor } from "../reads/message-now.ts";
import type { Reads } from "../reads/reads.ts";
import { Failure } from "./failure.ts";
import { heldQuery, parse } from "./requests.ts";

interface Names {
  readonly Params: {
    readonly topic: string;
    readonly channel: string;
    readonly node: string;
    readonly id: string;
  };
}

const read = { config: { policy: { action: "read" } satisfies RoutePolicy } } as const;
/** What names everybody's topics. */
const readAll = { config: { policy: { action: "read-all" } satisfies RoutePolicy } } as const;
/** The place that is asked for, if one is. */
const heldPolicy = {
  config: { policy: { action: "read", object: ({ query }: FastifyRequest) => parse(heldQuery, query) } },
} as const;
const ofChannel = `${apiBase}/topics/:topic/channels/:channel`;

export function lookRoutes(app: FastifyInstance, reads: Reads): void {
  app.get<Names>(`${ofChannel}/inflight`, readOfPath, ({ params }) =>
    reads.inFlight(name(params.topic), name(params.channel)),
  );
  app.get<Names>(`${ofChannel}/deferred`, readOfPath, ({ params }) =>
    reads.deferred(name(params.topic), name(params.channel)),
  );
  app.get<Names>(`${ofChannel}/poison`, readOfPath, ({ params }) =>
    reads.poison(name(params.topic), name(params.channel)),
  );
  const messageNow = async (topic: string | null, id: string, visitor: Visitor | null) => {
    if (!messageIdPattern.test(id))
      throw new Failure("bad-request", "A message's id has 16 hexadecimal digits.");
    return nowFor(visitor!.actor, await reads.messageNow(topic, id));
  };
  app.get<Names>(`${apiBase}/topics/:topic/messages/:id/now`, readOfPath, ({ params, visitor }) =>
    messageNow(name(params.topic), params.id, visitor),
  );
  app.get<Names>(`${apiBase}/trace/:id/now`, read, ({ params, visitor }) =>
    messageNow(null, params.id, visitor),
  );
  app.get(apiPaths.held, heldPolicy, ({ query, visitor }) => {
    const { state, topic = null, channel = null } = parse(heldQuery, query);
    const { actor } = visitor!;
    return reads.held({ state, topic, channel, sees: (one, other) => sees(actor, one, other) });
  });
  app.get<Names>(`${apiBase}/topics/:topic/producers`, readOfPath, ({ params }) =>
    reads.producers(name(params.topic)),
  );
  app.get<Names>(`${apiBase}/topics/:topic/options`, readOfPath, ({ params }) =>
    reads.options(name(params.topic)),
  );
  app.get(apiPaths.options, read, () => reads.options(null));
  app.get<Names>(`${apiBase}/nodes/:node/clients`, readOfPath, async ({ params, visitor }) => {
    const view = await reads.clients(params.node);
    if (view === null) throw new Failure("not-found", "There is no such node.");
    const { actor } = visitor!;
    if (seesEverything(actor)) return view;
    const rows = view.rows.filter(
      ({ topic, channel }) => topic !== null && sees(actor, topic, channel ?? undefined),
    );
    return { ...view, rows, read: { ...view.read, total: null } };
  });
  app.get<Names>(`${apiBase}/nodes/:node/log`, readAll, async (request) => {
    const log = await reads.log(request.params.node);
    if (log === null) throw new Failure("not-found", "There is no such node.");
    return log;
  });
  app.get(apiPaths.registrations, read, async (request) => narrowed(await reads.registrations(), request));
  app.get(apiPaths.postgres, read, async () => {
    const health = await reads.postgres().catch(() => {
      throw new Failure("database-away", "Postgres does not answer now.");
    });
    if (health === null) throw new Failure("not-found", "This console was started without Postgres.");
    return health;
  });
}

function name(part: string): string {
  const named = nameOfPart(part);
  if (!isName(named)) throw new Failure("bad-request", "That is not a valid name.");
  return named;
}

function narrowed(view: RegistrationsView, { visitor }: FastifyRequest): RegistrationsView {
  const { actor } = visitor!;
  if (seesEverything(actor)) return view;
  const disagreements = view.disagreements.filter(({ key }) => sees(actor, key));
  return {
    ...view,
    lookups: view.lookups.map((lookup) => ({ ...lookup, topics: null })),
    topicCount: 0,
    disagreements,
    disagreementCount: disagreements.length,
    tombstones: view.tombstones.filter(({ topic }) => sees(actor, topic)),
  };
}
