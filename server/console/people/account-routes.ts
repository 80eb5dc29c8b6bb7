/** `/api/v1/account`: one's own password, and proving once more to be who one is. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { parse } from "../api/requests.ts";
import { checkPassword, hashPassword } from "../auth/passwords.ts";
import { type Account, apiBase } from "../contract/index.ts";
import { demandPerson, kept, own, type PeopleOptions, settled } from "./kept.ts";
import { passwordChange, proof } from "./requests.ts";

export function accountRoutes(app: FastifyInstance, options: PeopleOptions): void {
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
    await settled(options, request);
    const found = await kept(options, (people) => people.secrets(actor.name));
    if (found?.password) await prove(options, request, current ?? "");
    // Who came by a link and has none yet proves by that who they are, for as long as it is fresh.
    else demandPerson(options, request, "change-password", { user: actor.name });
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
