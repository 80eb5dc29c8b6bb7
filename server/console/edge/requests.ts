/** What every request goes through before any route, and how refusals are written. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Failure } from "../api/failure.ts";
import { SessionUnknown } from "../auth/strangers.ts";
import { bearerOf } from "../auth/tokens.ts";
import type { ApiFailure, FailureCode } from "../contract/index.ts";
import { withoutBase } from "./base-path.ts";
import { type GuardOptions, isAllowedHost, isOwnOrigin } from "./guard.ts";
import { baseHeaders, closedPolicy, strictTransport } from "./headers.ts";
import { retryAfterSeconds } from "./plain-pages.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Scripts may ask too: who may is decided by the route, not by page and content type. */
    forScripts?: boolean;
    /** A plain page of ours sends a form here. */
    isForm?: boolean;
  }
}

/** Nothing below this sees a request that another page or another name sent. */
export function guardRequests(
  app: FastifyInstance,
  { guard, secure, base }: { readonly guard: GuardOptions; readonly secure: boolean; readonly base: string },
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
    if (withoutBase(request.originalUrl, base) === null)
      throw new Failure("not-found", `This console stands under ${base} (--base-path).`);
    const reads = request.method === "GET" || request.method === "HEAD";
    // A browser names the page that makes it write; what names none is a script, which some routes let in.
    // Nor does a browser make a page send a token that it has in no cookie.
    const { forScripts, isForm } = request.routeOptions.config;
    const mayBeScript = reads || forScripts === true || bearerOf(request.headers.authorization) !== null;
    if ((origin !== undefined || !mayBeScript) && !isOwnOrigin(origin, host, secure)) {
      throw new Failure("bad-origin", "This request was not sent by a page of this console.");
    }
    const site = request.headers["sec-fetch-site"];
    if (request.url.startsWith("/api/") && site !== undefined && site !== "same-origin" && site !== "none") {
      throw new Failure("bad-origin", "This request was sent by another site.");
    }
    const type = isForm ? /^application\/x-www-form-urlencoded\s*(;|$)/i : /^application\/json\s*(;|$)/i;
    if (!reads && forScripts !== true && !type.test(request.headers["content-type"] ?? "")) {
      throw new Failure("bad-content-type", "Send JSON, with its content type.");
    }
  });
}

const fastifyCodes: Readonly<Record<string, FailureCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "too-large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "bad-content-type",
};

export function answerFailures(app: FastifyInstance, warn: (message: string) => void): void {
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
