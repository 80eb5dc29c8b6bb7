/** `/api/v1/{users,account,sessions,tokens}`: people, what they may, and what they are signed in with. */
import { createHash, randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type ActionLog, askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { parse } from "../api/requests.ts";
import { managesPeople } from "../audit/sight.ts";
import { demand } from "../auth/authorize.ts";
import { checkPassword, hashPassword } from "../auth/passwords.ts";
import type { PeopleStore } from "../auth/people.ts";
import type { Sessions } from "../auth/sessions.ts";
import { newToken, type Tokens } from "../auth/tokens.ts";
import {
  type Account,
  type ApiTokenMade,
  apiBase,
  firstUser,
  signInPath,
  tokensPerUserMax,
  type UserChange,
  type UserLink,
} from "../contract/index.ts";
import {
  idParam,
  listQuery,
  newApiToken,
  newUser,
  passwordChange,
  proof,
  sessionIdParam,
  userChange,
  userRemoval,
} from "./requests.ts";

export interface PeopleOptions {
  /** null: started without Postgres. */
  readonly store: PeopleStore | null;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly log: ActionLog;
  readonly wallMs: () => number;
  /** Where everything stands, without a slash at its end: empty for the root. */
  readonly base: string;
}

/** An invitation waits in somebody's mailbox. */
const linkLastsMs = 24 * 3_600_000;

type Named = { Params: { name: string } };
type WithId = { Params: { id: string } };

const manage = { config: { policy: { action: "manage-users" } } } as const;
const own = { config: { policy: { action: "own" } } } as const;

export function peopleRoutes(app: FastifyInstance, options: PeopleOptions): void {
  userRoutes(app, options);
  accountRoutes(app, options);
  sessionRoutes(app, options);
  tokenRoutes(app, options);
}

function userRoutes(app: FastifyInstance, options: PeopleOptions): void {
  const { log, sessions, tokens } = options;
  const written = (request: FastifyRequest, action: string, user: string, more: object = {}) =>
    log.write({ ...askedBy(request), action, object: { user }, result: "ok", ...more });

  app.get(`${apiBase}/users`, manage, () => kept(options, (store) => store.users()));

  app.post(`${apiBase}/users`, manage, async (request) => {
    const { name, ...grant } = parse(newUser, request.body);
    if (!(await kept(options, (store) => store.create(name, grant))))
      throw new Failure("name-taken", `There is somebody called ${name}.`);
    written(request, "create-user", name, { after: grant });
    return linkFor(options, name);
  });

  app.post<Named>(`${apiBase}/users/:name`, manage, async (request) => {
    const { name } = request.params;
    const change = parse(userChange, request.body) as UserChange;
    if (name === firstUser && (change.disabled || change.role || change.topics || change.channels))
      throw new Failure(
        "forbidden",
        "The sign-in links of the data path sign this account in: it stays an admin.",
      );
    const before = await kept(options, (store) => store.change(name, change));
    if (!before) throw noSuch("user");
    written(request, "change-user", name, { before, after: change });
    tokens.forget();
    await sessions.reconsider(name);
    return {};
  });

  app.post<Named>(`${apiBase}/users/:name/link`, manage, async (request) => {
    const { name } = request.params;
    const link = await linkFor(options, name);
    written(request, "create-link", name);
    return link;
  });

  app.post<Named>(`${apiBase}/users/:name/remove`, manage, async (request) => {
    const { name } = request.params;
    if (parse(userRemoval, request.body).confirm.name !== name)
      throw new Failure("confirm-name", `Type ${name} to confirm.`);
    if (name === firstUser)
      throw new Failure("forbidden", "The sign-in links of the data path sign this account in: it stays.");
    if (!(await kept(options, (store) => store.remove(name)))) throw noSuch("user");
    written(request, "delete-user", name);
    tokens.forget();
    await sessions.reconsider(name);
    return {};
  });
}

async function linkFor(options: PeopleOptions, name: string): Promise<UserLink> {
  const token = randomBytes(32).toString("base64url");
  const hash = createHash("sha256").update(token).digest();
  const expiresAtMs = options.wallMs() + linkLastsMs;
  if (!(await kept(options, (store) => store.saveLink(name, hash, expiresAtMs)))) throw noSuch("user");
  return { path: `${options.base}${signInPath}?token=${token}`, expiresAtMs };
}

function accountRoutes(app: FastifyInstance, options: PeopleOptions): void {
  const { log, sessions, store } = options;

  app.get(`${apiBase}/account`, own, async ({ visitor }): Promise<Account> => {
    const user = visitor!.actor.name;
    if (!store) return { user, hasPassword: false, passwordChangedAtMs: null, hasPeople: false };
    const found = await kept(options, () => store.secrets(user));
    const { password = null, passwordChangedAtMs = null } = found ?? {};
    return { user, hasPassword: password !== null, passwordChangedAtMs, hasPeople: true };
  });

  app.post(`${apiBase}/account/password`, own, async (request) => {
    const { id, actor } = request.visitor!;
    const { current, next } = parse(passwordChange, request.body);
    const found = await kept(options, (people) => people.secrets(actor.name));
    // Who came by a link and has none yet has just proved to be who they are.
    if (found?.password) await prove(options, request, current ?? "");
    await kept(options, async (people) => people.setPassword(actor.name, await hashPassword(next)));
    const others = await kept(options, (people) => people.revokeOthers(actor.name, id));
    log.write({
      ...askedBy(request),
      action: "change-password",
      object: { user: actor.name, others },
      result: "ok",
    });
    await sessions.reconsider(actor.name);
    await sessions.refresh(id);
    return {};
  });

  app.post(`${apiBase}/account/fresh`, own, async (request) => {
    await prove(options, request, parse(proof, request.body).password);
    await sessions.refresh(request.visitor!.id);
    return {};
  });
}

/** Throws `Failure` unless it is the password of whoever is signed in. */
async function prove(options: PeopleOptions, request: FastifyRequest, password: string): Promise<void> {
  const { name } = request.visitor!.actor;
  const answer = await kept(options, (store) =>
    checkPassword(store, { name, password, address: request.ip }),
  );
  if (answer.ok) return;
  if (answer.justLocked)
    options.log.write({ ...askedBy(request), action: "sign-in", object: { user: name }, result: "locked" });
  if (answer.code === "locked")
    throw new Failure("too-many", "Too many wrong passwords: wait a while before the next try.");
  throw new Failure("wrong-password", "That is not the password.");
}

function sessionRoutes(app: FastifyInstance, options: PeopleOptions): void {
  const { log, sessions, store } = options;

  app.get(`${apiBase}/sessions`, own, async ({ query, visitor }) => {
    const { of } = parse(listQuery, query);
    if (of === "all") demand(visitor!.actor, "manage-users");
    if (!store) return sessions.listed().map((row) => ({ ...row, current: row.id === visitor!.id }));
    const rows = await kept(options, () => store.sessions(of === "all" ? null : visitor!.actor.name));
    return rows.map((row) => ({ ...row, current: row.id === visitor!.id }));
  });

  app.post<WithId>(`${apiBase}/sessions/:id/revoke`, own, async (request) => {
    const id = parse(sessionIdParam, request.params.id);
    const { actor } = request.visitor!;
    const user = store
      ? await kept(options, () => store.revokeSession(id, managesPeople(actor) ? null : actor.name))
      : (sessions.listed().find((row) => row.id === id)?.user ?? null);
    if (user === null) throw noSuch("session");
    await sessions.signOut(id);
    log.write({
      ...askedBy(request),
      action: "revoke-session",
      object: { user, ended: id.slice(0, 12) },
      result: "ok",
    });
    return {};
  });

  app.post(`${apiBase}/sessions/revoke-others`, own, async (request) => {
    const { id, actor } = request.visitor!;
    const ended = await kept(options, (people) => people.revokeOthers(actor.name, id));
    log.write({
      ...askedBy(request),
      action: "revoke-sessions",
      object: { user: actor.name, ended },
      result: "ok",
    });
    await sessions.reconsider(actor.name);
    return { ended };
  });
}

function tokenRoutes(app: FastifyInstance, options: PeopleOptions): void {
  const { log, tokens } = options;

  app.get(`${apiBase}/tokens`, own, async ({ query, visitor }) => {
    const { of } = parse(listQuery, query);
    if (of === "all") demand(visitor!.actor, "manage-users");
    return kept(options, (store) => store.tokens(of === "all" ? null : visitor!.actor.name));
  });

  app.post(`${apiBase}/tokens`, own, async (request): Promise<ApiTokenMade> => {
    const { days, ...asked } = parse(newApiToken, request.body);
    const { actor } = request.visitor!;
    const missing = asked.rights.find((right) => !actor.rights.includes(right));
    if (missing)
      throw new Failure("forbidden", `You cannot give the right ${missing}, which you do not have.`, {
        needs: { right: missing, role: null, on: "*" },
      });
    const { secret, hash, hint } = newToken();
    const expiresAtMs = days === null ? null : options.wallMs() + days * 86_400_000;
    const id = await kept(options, (store) =>
      store.createToken({ ...asked, user: actor.name, hash, hint, expiresAtMs }),
    );
    if (id === null)
      throw new Failure("too-many", `Nobody has more than ${tokensPerUserMax} tokens: revoke some first.`);
    log.write({
      ...askedBy(request),
      action: "create-token",
      object: { token: asked.name, id },
      after: { ...asked, days },
      result: "ok",
    });
    return { id, secret };
  });

  app.post<WithId>(`${apiBase}/tokens/:id/revoke`, own, async (request) => {
    const id = parse(idParam, request.params.id);
    const { actor } = request.visitor!;
    const revoked = await kept(options, (store) =>
      store.revokeToken(id, managesPeople(actor) ? null : actor.name),
    );
    if (!revoked) throw noSuch("token");
    tokens.forget();
    log.write({
      ...askedBy(request),
      action: "revoke-token",
      object: { token: revoked.name, id, user: revoked.user },
      result: "ok",
    });
    return {};
  });
}

function noSuch(what: "user" | "session" | "token"): Failure {
  return new Failure("not-found", `There is no such ${what}.`);
}

/** Of what is kept in Postgres. Throws `Failure` where there is none, and while it does not answer. */
async function kept<T>({ store }: PeopleOptions, ask: (store: PeopleStore) => Promise<T>): Promise<T> {
  if (!store)
    throw new Failure(
      "database-away",
      "This console was started without Postgres: the sign-in link is its only account.",
    );
  try {
    return await ask(store);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      "database-away",
      "Postgres does not answer now: people and tokens have to wait until it does.",
    );
  }
}
