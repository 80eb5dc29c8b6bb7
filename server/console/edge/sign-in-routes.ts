/** `GET /signin`: with a token it makes a session and leaves no secret in the address; without, it says how to sign in. */
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Sessions, SessionUnknown } from "../auth/sessions.ts";
import { signInPath } from "../contract/index.ts";
import type { CookieJar } from "./cookie.ts";
import { onwardPage, type PlainPage, retryAfterSeconds, signInPage, waitingPage } from "./plain-pages.ts";

export interface SignInOptions {
  readonly sessions: Sessions;
  readonly cookies: () => CookieJar;
  /** Where everything stands, without a slash at its end: empty for the root. */
  readonly base: string;
}

export function signInRoutes({ sessions, cookies, base }: SignInOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler((error, _, reply) => {
      if (!(error instanceof SessionUnknown)) throw error;
      return sendPlain(reply.header("retry-after", retryAfterSeconds), 503, waitingPage(newNonce()));
    });
    app.get(signInPath, async (request, reply) => {
      const { token } = request.query as { token?: unknown };
      const present = cookies().read(request.headers.cookie);
      if (typeof token !== "string") {
        if (await sessions.check(present, false)) return reply.redirect(`${base}/`, 303);
        return sendPlain(reply, 200, signInPage(newNonce(), false));
      }
      // A browser that looks ahead must not use the link up.
      if (
        /prefetch|prerender/.test(String(request.headers["sec-purpose"] ?? request.headers["purpose"] ?? ""))
      ) {
        return reply.code(503).send();
      }
      const signedIn = token.length <= 128 ? await sessions.signIn(token, visitorOf(request)) : null;
      if (!signedIn) {
        if (await sessions.check(present, false)) return onward(request, reply, base);
        return sendPlain(reply, 403, signInPage(newNonce(), true));
      }
      // A new session for every sign-in; the one before ends, if anybody can say now that it was one.
      const before = await sessions.check(present, false).catch(() => null);
      if (before) await sessions.signOut(before.id);
      reply.header("set-cookie", cookies().write(signedIn.secret));
      return onward(request, reply, base);
    });
  };
}

/** To the first page. A strict cookie is not sent on after a click in another site: from there it goes by way of a page of ours. */
function onward(request: FastifyRequest, reply: FastifyReply, base: string) {
  const site = request.headers["sec-fetch-site"];
  if (site === "cross-site" || site === "same-site")
    return sendPlain(reply, 200, onwardPage(newNonce(), `${base}/`));
  return reply.header("cache-control", "no-store").redirect(`${base}/`, 303);
}

function visitorOf(request: FastifyRequest) {
  return { userAgent: (request.headers["user-agent"] ?? "").slice(0, 256), address: request.ip };
}

export function newNonce(): string {
  return randomBytes(16).toString("base64");
}

export function sendPlain(reply: FastifyReply, status: number, page: PlainPage) {
  return reply
    .code(status)
    .headers({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": page.policy,
      "cache-control": "no-store",
    })
    .send(page.html);
}
