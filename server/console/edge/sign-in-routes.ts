/**
 * `GET /signin`: with a token it makes a session and leaves no secret in the address; without, it says how to sign in,
 * with a form for name and password, which is a POST to the same address and needs no script.
 */
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ActionLog } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { checkPassword } from "../auth/passwords.ts";
import type { PeopleStore } from "../auth/people.ts";
import type { Sessions, SignedIn } from "../auth/sessions.ts";
import { SessionUnknown } from "../auth/strangers.ts";
import { localeCookie, localeOf, passwordCharactersMax, signInPath } from "../contract/index.ts";
import type { CookieJar } from "./cookie.ts";
import {
  onwardPage,
  type PlainPage,
  type Reader,
  retryAfterSeconds,
  signInPage,
  waitingPage,
} from "./plain-pages.ts";
import type { SignInFailure } from "./plain-words.ts";

const formBytesMax = 4 * 1024;

export interface SignInOptions {
  /** null: started without Postgres, so without passwords. */
  readonly people: PeopleStore | null;
  readonly log: ActionLog;
  readonly sessions: Sessions;
  readonly cookies: () => CookieJar;
  /** Where everything stands, without a slash at its end: empty for the root. */
  readonly base: string;
}

export function signInRoutes({ sessions, cookies, base, people, log }: SignInOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler((error, request: FastifyRequest, reply) => {
      if (!(error instanceof SessionUnknown)) throw error;
      return sendPlain(
        reply.header("retry-after", retryAfterSeconds),
        503,
        waitingPage(readerOf(request, base)),
      );
    });
    const failed = (
      request: FastifyRequest,
      reply: FastifyReply,
      status: number,
      failure: SignInFailure | null,
      user = "",
    ) => {
      const form = people && { action: `${base}${signInPath}`, user };
      // Else a browser names no origin when it sends the form.
      reply.header("referrer-policy", "same-origin");
      return sendPlain(reply, status, signInPage(readerOf(request, base), { failure, form }));
    };
    /** A new session for every sign-in; the one before ends, if anybody can say now that it was one. */
    const enter = async (
      request: FastifyRequest,
      reply: FastifyReply,
      { secret, id, actor }: SignedIn,
      by: string,
    ) => {
      const present = cookies().read(request.headers.cookie);
      const before = await sessions.check(present, false).catch(() => null);
      if (before) await sessions.signOut(before.id);
      const asked = { actor, address: request.ip, session: id.slice(0, 12), requestId: request.id };
      log.write({ ...asked, action: "sign-in", object: { by }, result: "ok" });
      reply.header("set-cookie", cookies().write(secret));
      return onward(request, reply, base);
    };

    app.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: formBytesMax },
      (_, body, done) => done(null, new URLSearchParams(String(body))),
    );
    app.post(signInPath, { config: { isForm: true } }, async (request, reply) => {
      if (!people || !(request.body instanceof URLSearchParams)) return failed(request, reply, 404, null);
      const name = (request.body.get("user") ?? "").trim().toLowerCase().slice(0, 64);
      const password = (request.body.get("password") ?? "").slice(0, passwordCharactersMax);
      const answer = await checkPassword(people, { name, password, address: request.ip }).catch((error) =>
        error instanceof Failure && error.code === "too-many" ? ("busy" as const) : ("away" as const),
      );
      if (typeof answer === "string") return failed(request, reply, 503, answer, name);
      if (answer.ok)
        return enter(
          request,
          reply,
          await sessions.begin(answer.identity, "password", whenceOf(request)),
          "password",
        );
      if (answer.justLocked) {
        const asked = { address: request.ip, session: null, requestId: request.id };
        log.write({
          actor: { kind: "user", name: "unknown" },
          ...asked,
          action: "sign-in",
          object: {},
          result: "locked",
        });
      }
      return failed(request, reply, 403, answer.code === "locked" ? "locked" : "password", name);
    });

    app.get(signInPath, async (request, reply) => {
      const { token } = request.query as { token?: unknown };
      const present = cookies().read(request.headers.cookie);
      if (typeof token !== "string") {
        if (await sessions.check(present, false)) return reply.redirect(`${base}/`, 303);
        return failed(request, reply, 200, null);
      }
      // A browser that looks ahead must not use the link up.
      if (
        /prefetch|prerender/.test(String(request.headers["sec-purpose"] ?? request.headers["purpose"] ?? ""))
      ) {
        return reply.code(503).send();
      }
      const signedIn = token.length <= 128 ? await sessions.signIn(token, whenceOf(request)) : null;
      if (!signedIn) {
        if (await sessions.check(present, false)) return onward(request, reply, base);
        return failed(request, reply, 403, "link");
      }
      return enter(request, reply, signedIn, "link");
    });
  };
}

/** To the first page. A strict cookie is not sent on after a click in another site: from there it goes by way of a page of ours. */
function onward(request: FastifyRequest, reply: FastifyReply, base: string) {
  const site = request.headers["sec-fetch-site"];
  if (site === "cross-site" || site === "same-site")
    return sendPlain(reply, 200, onwardPage(readerOf(request, base), `${base}/`));
  return reply.header("cache-control", "no-store").redirect(`${base}/`, 303);
}

function whenceOf(request: FastifyRequest) {
  return { userAgent: (request.headers["user-agent"] ?? "").slice(0, 256), address: request.ip };
}

/** In the language that was chosen on the pages, else in the browser's own. */
export function readerOf({ headers }: FastifyRequest, base: string): Reader {
  const chosen = new RegExp(`(?:^|;\\s*)${localeCookie}=(\\w+)`).exec(headers.cookie ?? "")?.[1];
  return { nonce: newNonce(), locale: localeOf(chosen, headers["accept-language"] ?? null), base };
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
