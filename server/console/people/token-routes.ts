/** `/api/v1/tokens`: what programs use the console with. */
import type { FastifyInstance } from "fastify";
import { askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { parse } from "../api/requests.ts";
import { managesPeople } from "../audit/sight.ts";
import { demand } from "../auth/authorize.ts";
import { newToken } from "../auth/tokens.ts";
import { type ApiTokenMade, apiBase, tokensPerUserMax } from "../contract/index.ts";
import { demandPerson, kept, noSuch, own, type PeopleOptions, settled, type WithId } from "./kept.ts";
import { idParam, listQuery, newApiToken } from "./requests.ts";

export function tokenRoutes(app: FastifyInstance, options: PeopleOptions): void {
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
    demandPerson(options, request, "create-token", { token: asked.name });
    const { secret, hash, hint } = newToken();
    const expiresAtMs = days === null ? null : options.wallMs() + days * 86_400_000;
    await settled(options, request);
    const made = await kept(options, (store) =>
      store.createToken({ ...asked, user: actor.name, hash, hint, expiresAtMs }),
    );
    if ("refused" in made) {
      if (made.refused === "nobody") throw noSuch("user");
      throw new Failure("too-many", `Nobody has more than ${tokensPerUserMax} tokens: revoke some first.`);
    }
    const { id } = made;
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
