/** Everything that is not the API: pages and their files, from the pages' own process, for those with a session. */
import httpProxy from "@fastify/http-proxy";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SessionUnknown } from "../auth/strangers.ts";
import { signInPath } from "../contract/index.ts";
import { withBase } from "./base-path.ts";
import { headersFromPages, headersToPages, pagePolicy } from "./headers.ts";
import {
  onwardPage,
  type PlainPage,
  type Reader,
  retryAfterSeconds,
  startingPage,
  waitingPage,
} from "./plain-pages.ts";
import { newNonce, readerOf, sendPlain } from "./sign-in-routes.ts";

export interface PageOptions {
  readonly sessionOf: (request: FastifyRequest) => Promise<unknown>;
  readonly pagesUrl: () => string | null;
  /** Where everything stands, without a slash at its end: empty for the root. */
  readonly base: string;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Content-Security-Policy of the page that is asked for. */
    pagePolicy: string;
  }
}

const brokenOff: ReadonlySet<string> = new Set(["UND_ERR_SOCKET", "ECONNRESET"]);

export function pageRoutes({ sessionOf, pagesUrl, base }: PageOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.decorateRequest("pagePolicy", "");
    app.setErrorHandler((error: FastifyError, request, reply) => {
      // The process died after it had begun to answer, of which nothing was sent on yet.
      if (brokenOff.has(error.code)) return unavailable(request, reply, base);
      throw error;
    });
    await app.register(httpProxy, {
      upstream: "",
      prefix: "/",
      httpMethods: ["GET", "HEAD"],
      proxyPayloads: false,
      disableRequestLogging: true,
      preHandler: async (request: FastifyRequest, reply: FastifyReply) => {
        try {
          if (!(await sessionOf(request))) return refuse(request, reply, base);
        } catch (error) {
          if (error instanceof SessionUnknown) return unavailable(request, reply, base, waitingPage);
          throw error;
        }
        if (pagesUrl() === null) return unavailable(request, reply, base);
        request.pagePolicy = pagePolicy(newNonce());
        reply.header("content-security-policy", request.pagePolicy);
        return undefined;
      },
      handler: (request, reply, _, how) => reply.from(withBase(request.url, base), how as never),
      replyOptions: {
        getUpstream: () => pagesUrl() ?? "http://127.0.0.1:9",
        rewriteRequestHeaders: (request, headers) =>
          headersToPages(headers as never, (request as FastifyRequest).pagePolicy) as never,
        rewriteHeaders: (headers) => headersFromPages(headers),
        onError: (reply) => void unavailable(reply.request as FastifyRequest, reply as FastifyReply, base),
      },
    });
  };
}

/** Nobody signed in: a page leads to where one does, anything else is just refused. */
function refuse(request: FastifyRequest, reply: FastifyReply, base: string) {
  const { "sec-fetch-mode": mode, "sec-fetch-site": site, accept, rsc } = request.headers;
  const navigates = mode === undefined ? (accept ?? "").includes("text/html") : mode === "navigate";
  if (!navigates || rsc !== undefined) return reply.code(401).header("cache-control", "no-store").send();
  // A click in another site comes without our strict cookie: from a page of ours it comes again, with it.
  if (site === "cross-site" || site === "same-site")
    return sendPlain(reply, 200, onwardPage(readerOf(request, base), base + request.url));
  return reply.header("cache-control", "no-store").redirect(base + signInPath, 303);
}

function unavailable(
  request: FastifyRequest,
  reply: FastifyReply,
  base: string,
  page: (reader: Reader) => PlainPage = startingPage,
) {
  reply.header("retry-after", retryAfterSeconds);
  if ((request.headers.accept ?? "").includes("text/html"))
    return sendPlain(reply, 503, page(readerOf(request, base)));
  return reply.code(503).header("cache-control", "no-store").send();
}
