/** `/api/v1/sessions`: what somebody is signed in with, and ending it. */
import type { FastifyInstance } from "fastify";
import { askedBy } from "../api/action-log.ts";
import { parse } from "../api/requests.ts";
import { managesPeople } from "../audit/sight.ts";
import { demand } from "../auth/authorize.ts";
import { apiBase } from "../contract/index.ts";
import { kept, noSuch, own, type PeopleOptions, type WithId } from "./kept.ts";
import { listQuery, sessionIdParam } from "./requests.ts";

export function sessionRoutes(app: FastifyInstance, options: PeopleOptions): void {
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
