/** `/api/v1/users`: people, and the links by which they sign in the first time. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { parse } from "../api/requests.ts";
import { apiBase, firstUser, type UserChange, type UserLink } from "../contract/index.ts";
import { demandPerson, kept, manage, type Named, noSuch, type PeopleOptions, settled } from "./kept.ts";
import { pathOfLink, saveNewLink } from "./link.ts";
import { newUser, userChange, userRemoval } from "./requests.ts";

export function userRoutes(app: FastifyInstance, options: PeopleOptions): void {
  const { log, sessions, tokens } = options;
  const written = (request: FastifyRequest, action: string, user: string, more: object = {}) =>
    log.write({ ...askedBy(request), action, object: { user }, result: "ok", ...more });

  app.get(`${apiBase}/users`, manage, () => kept(options, (store) => store.users()));

  app.post(`${apiBase}/users`, manage, async (request) => {
    const { name, ...grant } = parse(newUser, request.body);
    demandPerson(options, request, "create-user", { user: name });
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
    // To keep somebody out is nothing to wait for.
    if (!isClosing(change)) demandPerson(options, request, "change-user", { user: name });
    const before = await kept(options, (store) => store.change(name, change));
    if (!before) throw noSuch("user");
    written(request, "change-user", name, { before, after: change });
    tokens.forget();
    await sessions.reconsider(name);
    return {};
  });

  app.post<Named>(`${apiBase}/users/:name/link`, manage, async (request) => {
    const { name } = request.params;
    demandPerson(options, request, "create-link", { user: name });
    await settled(options, request);
    const link = await linkFor(options, name);
    written(request, "create-link", name);
    return link;
  });

  app.post<Named>(`${apiBase}/users/:name/end-sessions`, manage, async (request) => {
    const { name } = request.params;
    const { actor, id } = request.visitor!;
    // Whoever ends their own stays where they are; a token has no session.
    const keep = actor.kind === "user" ? id : "";
    const ended = await kept(options, (store) => store.revokeOthers(name, keep));
    log.write({
      ...askedBy(request),
      ...{ action: "revoke-sessions", object: { user: name, ended }, result: ended > 0 ? "ok" : "no-op" },
    });
    await sessions.reconsider(name);
    return { ended };
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

function isClosing({ disabled, ...grant }: UserChange): boolean {
  return disabled === true && Object.keys(grant).length === 0;
}

async function linkFor(options: PeopleOptions, name: string): Promise<UserLink> {
  const link = await kept(options, (store) => saveNewLink(store, name, options.wallMs()));
  if (!link) throw noSuch("user");
  return { path: pathOfLink(options.base, link.token), expiresAtMs: link.expiresAtMs };
}
