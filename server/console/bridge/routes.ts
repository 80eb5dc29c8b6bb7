/** Tokens for pages that consume or publish, and what operators do about the pages that are connected. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { rdyMost, type Verb } from "../../../client/browser/protocol.ts";
import { type ActionLog, askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { parse } from "../api/requests.ts";
import type { Visitor } from "../auth/policy.ts";
import {
  type Actor,
  apiBase,
  apiPaths,
  type BrowserConnection,
  type BrowserConnections,
  type MintedToken,
  sees,
  seesEverything,
} from "../contract/index.ts";
import { beyond, grantRequest, outOfSight } from "./grant.ts";
import type { Found, Order, Presence } from "./presence.ts";
import type { BridgeTokens, Minter } from "./tokens.ts";

export interface BridgeRoutesOptions {
  readonly presence: Presence;
  readonly tokens: BridgeTokens;
  readonly log: ActionLog;
  readonly wallMs: () => number;
}

/** They take nothing and put nothing in: who tails is not written down, as nobody is who opens another page. */
const looks: ReadonlySet<Verb> = new Set(["tail", "outcomes"]);

type ById = { Params: { id: string } };

const throttleRequest = z.strictObject({ rdy: z.int().min(0).max(rdyMost).nullable() });
const connectionsQuery = z.object({ topic: z.string().optional(), channel: z.string().optional() });
const reasonRequest = z.strictObject({ reason: z.string().max(500).optional() });

export function bridgeRoutes(app: FastifyInstance, options: BridgeRoutesOptions): void {
  const { presence, wallMs } = options;
  tokenRoutes(app, options);
  app.get(
    apiPaths.consumeConnections,
    { config: { policy: { action: "read" } } },
    async (request): Promise<BrowserConnections> => {
      const on = parse(connectionsQuery, request.query);
      const { connections, isWhole } = await presence.all();
      return {
        ...{ atMs: wallMs(), isWhole },
        connections: connections.filter(
          ({ user, topic, channel }) =>
            (on.topic === undefined || on.topic === topic) &&
            (on.channel === undefined || on.channel === channel) &&
            isSeen(request.visitor!.actor, { user, topic, channel }),
        ),
      };
    },
  );
  connectionRoutes(app, options);
}

function tokenRoutes(app: FastifyInstance, { tokens, log }: BridgeRoutesOptions): void {
  app.post(
    apiPaths.consumeTokens,
    { config: { policy: { action: "read" } } },
    async (request): Promise<MintedToken> => {
      const asked = parse(grantRequest, request.body);
      const visitor = request.visitor!;
      const { topics, channels, verbs } = asked;
      const object = { topics, channels, verbs };
      const refused = beyond(visitor.actor, asked);
      if (refused !== null) {
        log.write({ ...askedBy(request), action: "mint-token", object, result: "forbidden" });
        throw new Failure("forbidden", `No token for that: ${refused}.`);
      }
      const { token, id, expiresAtMs } = await tokens.mint(minterOf(visitor), asked).catch(away);
      if (!verbs.every((verb) => looks.has(verb)))
        log.write({ ...askedBy(request), action: "mint-token", object: { ...object, id }, result: "ok" });
      return { token, id, expiresAtMs };
    },
  );
  app.post<ById>(
    `${apiBase}/consume/tokens/:id/revoke`,
    { config: { policy: { action: "kick" } } },
    async (request, reply) => {
      const { id } = request.params;
      const token = await tokens.find(id).catch(away);
      // Its topics would be told by the answer.
      const isVisible = token !== null && outOfSight(request.visitor!.actor, token.grant) === null;
      const isRevoked = isVisible && (await tokens.revoke(id).catch(away));
      log.write({
        ...askedBy(request),
        action: "revoke-token",
        object: { id },
        result: isRevoked ? "ok" : "not-found",
      });
      if (!isRevoked) throw new Failure("not-found", "There is no such token, or it is over.");
      reply.code(204);
    },
  );
}

function away(): never {
  throw new Failure("database-away", "Postgres, which keeps the tokens, does not answer.");
}

function connectionRoutes(app: FastifyInstance, { presence, log }: BridgeRoutesOptions): void {
  const byRequest = new WeakMap<FastifyRequest, Found>();
  // The policy asks what it concerns, which another console may have to say.
  const find = async (request: FastifyRequest) => {
    const found = await presence.find((request.params as { id: string }).id).catch(() => null);
    if (found && (found.view.topic !== null || isSeen(request.visitor!.actor, found.view)))
      byRequest.set(request, found);
  };
  const of = (request: FastifyRequest): Found => {
    const found = byRequest.get(request);
    if (!found) throw new Failure("not-found", "There is no such connection.");
    return found;
  };
  const order = async (request: FastifyRequest, deed: Order["deed"], rdy: number | null) => {
    await presence.order(of(request), { deed, rdy }).catch(() => {
      throw new Failure("database-away", "Postgres, by which the page's console is told, does not answer.");
    });
  };
  const kick = {
    preValidation: find,
    config: {
      policy: {
        action: "kick",
        object: (request: FastifyRequest) => placeOf(of(request).view),
      },
    },
  } as const;
  app.post<ById>(`${apiBase}/consume/connections/:id/throttle`, kick, async (request, reply) => {
    const { rdy } = parse(throttleRequest, request.body);
    await order(request, "throttle", rdy);
    log.write({
      ...askedBy(request),
      action: "throttle-browser",
      object: deedOn(of(request).view, { rdy }),
      result: "ok",
    });
    return reply.code(204).send();
  });
  app.post<ById>(`${apiBase}/consume/connections/:id/disconnect`, kick, async (request, reply) => {
    const { reason } = parse(reasonRequest, request.body);
    await order(request, "disconnect", null);
    log.write({
      ...askedBy(request),
      action: "disconnect-browser",
      object: deedOn(of(request).view),
      reason,
      result: "ok",
    });
    return reply.code(204).send();
  });
}

/** Who tails has a topic without a channel; who only publishes neither. */
export function placeOf({ topic, channel }: BrowserConnection) {
  return { ...(topic !== null && { topic }), ...(channel !== null && { channel }) };
}

/** Of who only publishes no topic can be said, and any may be meant. */
export function isSeen(
  actor: Actor,
  { user, topic, channel }: Pick<BrowserConnection, "user" | "topic" | "channel">,
) {
  return topic === null
    ? seesEverything(actor) || user === actor.name
    : sees(actor, topic, channel ?? undefined);
}

function deedOn(view: BrowserConnection, more: object = {}) {
  return { ...placeOf(view), connection: view.id, user: view.user, ...more };
}

function minterOf({ id, actor }: Visitor): Minter {
  return { kind: actor.kind === "token" ? "token" : "session", id, user: actor.name };
}
