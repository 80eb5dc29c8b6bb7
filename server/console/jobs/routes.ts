/** `/api/v1/jobs`: asking for long work, and what becomes of it. */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { parse } from "../api/requests.ts";
import type { RoutePolicy } from "../auth/policy.ts";
import { apiBase, apiPaths, type JobRequest, type JobRow, jobsShownMax, sees } from "../contract/index.ts";
import type { Jobs } from "./jobs.ts";
import { jobId, jobRequest } from "./requests.ts";

export interface JobRoutesOptions {
  /** null: started without Postgres. */
  readonly jobs: Jobs | null;
  readonly notify: (request: FastifyRequest, request_: JobRequest) => void;
}

const ofJob: RoutePolicy = {
  action: ({ body }) => parse(jobRequest, body).kind as "empty" | "delete" | "requeue" | "drain" | "export",
  object: ({ body }) => parse(jobRequest, body),
};
/** What it does, and to what, is in Postgres: asked there. */
const ofStored = { config: { policy: { action: "read" } } } as const satisfies {
  config: { policy: RoutePolicy };
};
/** Milliseconds of the epoch, up to the last that a date can be of. */
/** Pages without a job that the reader sees, that are looked through at most for the next one they do see. */
const olderPagesMax = 10;
const olderQuery = z.object({ before: z.coerce.number().int().positive().max(8.64e15) });

export function jobRoutes(app: FastifyInstance, options: JobRoutesOptions): void {
  const jobs = () => {
    if (options.jobs === null)
      throw new Failure("database-away", "There are no jobs: this console was started without Postgres.");
    return options.jobs;
  };
  app.get(apiPaths.jobs, ofStored, async ({ visitor }) => {
    const { watch } = jobs();
    await watch.ready();
    const { jobs: rows, fresh } = watch.list();
    const data = { fresh, jobs: rows.filter((row) => isSeen(visitor!.actor, row)) };
    return { room: "jobs", rev: 0, atMs: Date.now(), data };
  });
  const idOf = (request: FastifyRequest) => parse(jobId, (request.params as { id: string }).id);
  app.get(`${apiBase}/jobs/older`, ofStored, async ({ query, visitor }) => {
    let { before } = parse(olderQuery, query);
    for (let page = 0; page < olderPagesMax; page++) {
      const rows = await away(jobs().older(before));
      const seen = rows.filter((row) => isSeen(visitor!.actor, row));
      if (seen.length > 0 || rows.length < jobsShownMax) return seen;
      before = rows.at(-1)!.createdAtMs;
    }
    return [];
  });
  app.get(`${apiBase}/jobs/:id`, ofStored, async (request) => {
    const view = await away(jobs().find(idOf(request)));
    if (view === null || !isSeen(request.visitor!.actor, view.job))
      throw new Failure("not-found", "There is no such job.");
    return { room: `job:${view.job.key}`, rev: 0, atMs: Date.now(), data: view };
  });
  app.get(`${apiBase}/jobs/:id/file`, ofStored, async (request, reply) => {
    const { headers, text } = await away(
      jobs().file(idOf(request), request.visitor!.actor, askedBy(request)),
    );
    return reply.headers(headers).send(Readable.from(text, { objectMode: false }));
  });
  app.post(apiPaths.jobs, { config: { policy: ofJob } }, async (request, reply) => {
    const asked = parse(jobRequest, request.body);
    if (asked.dryRun) return away(jobs().preview(asked, request.visitor!.actor));
    const view = await away(jobs().create(asked, request.visitor!, askedBy(request)));
    // The id may be of one that somebody else has asked for.
    if (!isSeen(request.visitor!.actor, view.job))
      throw new Failure("not-found", "There is a job of that id, which is out of your sight.");
    options.notify(request, asked);
    reply.code(202);
    return view;
  });
  app.post(`${apiBase}/jobs/:id/cancel`, ofStored, (request) =>
    away(jobs().cancel(idOf(request), request.visitor!.actor, askedBy(request))),
  );
  app.post(`${apiBase}/jobs/:id/undo`, ofStored, async (request, reply) => {
    reply.code(202);
    return away(jobs().undo(idOf(request), request.visitor!.actor, askedBy(request)));
  });
}

export function isSeen(actor: Parameters<typeof sees>[0], { topic, channel }: JobRow): boolean {
  return sees(actor, topic ?? undefined, channel ?? undefined);
}

async function away<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("database-away", "Postgres does not answer: jobs have to wait until it does.");
  }
}
