/**
 * nsqadmin's API and its old addresses, for the scripts and bookmarks that know them. In words and shapes it is
 * nsqadmin's; the console's own API is `/api/v1`.
 */
import type { FastifyInstance } from "fastify";
import { Failure } from "../api/failure.ts";
import type { Clock } from "../clock.ts";
import { type ActionLevel, type ActionName, partOfName } from "../contract/index.ts";
import type { Access } from "./access.ts";
import { type ConfigPort, configRoutes } from "./config-routes.ts";
import { readRoutes } from "./read-routes.ts";
import { NsqRefusal } from "./refusal.ts";
import type { Tell } from "./tell.ts";
import { type Upstream, UpstreamError } from "./upstream.ts";
import { writeRoutes } from "./write-routes.ts";

export interface NsqadminOptions {
  readonly upstream: Upstream;
  readonly access: Access;
  readonly tell: Tell;
  readonly config: ConfigPort;
  /** How much the console itself asks before such an act. */
  readonly levelNow: (action: ActionName, topic: string) => ActionLevel;
  readonly clock: Clock;
  /** Where everything stands, without a slash at its end: empty for the root. */
  readonly base: string;
  readonly warn: (message: string) => void;
}

const bodyBytesMax = 1024 * 1024;
const nsqHeader = { "x-nsq-content-type": "nsq; version=1.0", "cache-control": "no-store" };

export function nsqadminRoutes(options: NsqadminOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook("onRoute", (route) => {
      route.config = { ...route.config, forScripts: true };
      route.bodyLimit = bodyBytesMax;
    });
    // Whatever its sender calls it: NSQ's own tools and curl say nothing of JSON.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string" }, (_, body, done) => done(null, body));
    answerRefusals(app, options.warn);

    app.get("/ping", (_, reply) => reply.type("text/plain; charset=utf-8").send("OK"));
    oldAddresses(app, options.base);
    await app.register(async (api) => {
      api.addHook("onRequest", async (_, reply) => void reply.headers(nsqHeader));
      configRoutes(api, options);
      await api.register(async (open) => {
        open.addHook("onRequest", async (request) => {
          request.visitor = (await options.access.visitor(request)).signedIn;
        });
        readRoutes(open, options);
        writeRoutes(open, options);
      });
      api.all("/api/*", () => {
        throw new NsqRefusal(404, "NOT_FOUND");
      });
    });
  };
}

function oldAddresses(app: FastifyInstance, base: string): void {
  app.get<{ Params: { topic: string; channel: string } }>(
    "/topics/:topic/:channel",
    ({ params: { topic, channel } }, reply) =>
      reply.redirect(`${base}/topics/${partOfName(topic)}/channels/${partOfName(channel)}`, 308),
  );
  app.get("/counter", (_, reply) => reply.redirect(`${base}/`, 308));
}

function answerRefusals(app: FastifyInstance, warn: (message: string) => void): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    let [status, message] = [500, "INTERNAL_ERROR"];
    if (error instanceof NsqRefusal) [status, message] = [error.status, error.message];
    else if (error instanceof UpstreamError) [status, message] = [502, `UPSTREAM_ERROR: ${error.message}`];
    else if (error instanceof Failure) [status, message] = [error.status, error.message];
    else if (error.statusCode === 413) [status, message] = [413, "INVALID_VALUE"];
    else if (error.statusCode !== undefined && error.statusCode < 500)
      [status, message] = [400, "INVALID_REQUEST"];
    else warn(`${request.method} ${request.url.split("?")[0]}: ${error.stack}`);
    return reply.code(status).headers(nsqHeader).send({ message });
  });
}
