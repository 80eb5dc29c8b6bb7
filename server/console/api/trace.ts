/** The life of one message, as far as whoever asks may know of it (CO7). */
import type { FastifyInstance } from "fastify";
import type { RoutePolicy } from "../auth/policy.ts";
import type { Collector } from "../collector/collector.ts";
import { apiBase, messageIdPattern, sees, type Trace } from "../contract/index.ts";
import { Failure } from "./failure.ts";
import type { TraceSource } from "./ports.ts";

export interface TraceOptions {
  readonly collector: Collector;
  readonly traces: TraceSource | null;
}

const traceEventsMax = 500;
const read = { config: { policy: { action: "read" } } } as const satisfies {
  config: { policy: RoutePolicy };
};

export function traceRoute(app: FastifyInstance, { collector, traces }: TraceOptions): void {
  app.get<{ Params: { id: string } }>(`${apiBase}/trace/:id`, read, async (request): Promise<Trace> => {
    const { params } = request;
    const { actor } = request.visitor!;
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
    const [all, sinceMs] = await Promise.all([traces.trace(id), traces.sinceMs()]).catch(away);
    const events = all.filter(({ topic, channel }) => sees(actor, topic, channel ?? undefined));
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
      durable: collector.topics.get(events[0]?.topic ?? "")?.row.durable ?? null,
    };
  });
}
