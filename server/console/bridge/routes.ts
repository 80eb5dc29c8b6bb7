/** Tokens for pages that consume or publish, and what operators do about the pages that are connected. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { rdyMost } from "../../../client/browser/protocol.ts";
import { type ActionLog, askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { parse } from "../api/requests.ts";
import type { Visitor } from "../auth/policy.ts";
import {
  apiBase,
  apiPaths,
  type BrowserConnection,
  type BrowserConnections,
  type MintedToken,
  sees,
} from "../contract/index.ts";
import type { Bridge } from "./bridge.ts";
import type { Connection } from "./connection.ts";
import { beyond, grantRequest } from "./grant.ts";
import type { BridgeTokens, Minter } from "./tokens.ts";

export interface BridgeRoutesOptions {
  readonly bridge: Bridge;
  readonly tokens: BridgeTokens;
  readonly log: ActionLog;
  readonly wallMs: () => number;
}

type ById = { Params: { id: string } };

const throttleRequest = z.strictObject({ rdy: z.int().min(0).max(rdyMost).nullable() });
const reasonRequest = z.strictObject({ reason: z.string().max(500).optional() });

export function bridgeRoutes(app: FastifyInstance, options: BridgeRoutesOptions): void {
  const { bridge, wallMs } = options;
  tokenRoutes(app, options);
  app.get(
    apiPaths.consumeConnections,
    { config: { policy: { action: "read" } } },
    (request): BrowserConnections => ({
      atMs: wallMs(),
      connections: bridge.connections
        .filter(({ subscribedTo: on }) => sees(request.visitor!.actor, on?.topic, on?.channel))
        .map(viewOf),
    }),
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
      const { token, id, expiresAtMs } = await tokens.mint(minterOf(visitor), asked).catch(() => {
        throw new Failure("database-away", "Postgres, which keeps the tokens, does not answer.");
      });
      log.write({ ...askedBy(request), action: "mint-token", object: { ...object, id }, result: "ok" });
      return { token, id, expiresAtMs };
    },
  );
  app.post<ById>(
    `${apiBase}/consume/tokens/:id/revoke`,
    { config: { policy: { action: "kick" } } },
    async (request, reply) => {
      const { id } = request.params;
      const isRevoked = await tokens.revoke(id);
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

function connectionRoutes(app: FastifyInstance, { bridge, log }: BridgeRoutesOptions): void {
  const of = (request: FastifyRequest): Connection => {
    const connection = bridge.connection((request.params as { id: string }).id);
    if (!connection) throw new Failure("not-found", "There is no such connection here.");
    return connection;
  };
  const kick = {
    config: {
      policy: {
        action: "kick",
        object: (request: FastifyRequest) => of(request).subscribedTo ?? {},
      },
    },
  } as const;
  app.post<ById>(`${apiBase}/consume/connections/:id/throttle`, kick, (request, reply) => {
    const { rdy } = parse(throttleRequest, request.body);
    const connection = of(request);
    connection.throttle(rdy);
    log.write({
      ...askedBy(request),
      action: "throttle-browser",
      object: deedOn(connection, { rdy }),
      result: "ok",
    });
    return reply.code(204).send();
  });
  app.post<ById>(`${apiBase}/consume/connections/:id/disconnect`, kick, (request, reply) => {
    const { reason } = parse(reasonRequest, request.body);
    const connection = of(request);
    connection.end("disconnected", "An operator has disconnected this page.");
    log.write({
      ...askedBy(request),
      action: "disconnect-browser",
      object: deedOn(connection),
      reason,
      result: "ok",
    });
    return reply.code(204).send();
  });
}

function deedOn({ subscribedTo, token, id }: Connection, more: object = {}) {
  return { ...subscribedTo, connection: id, user: token.by.user, ...more };
}

function minterOf({ id, actor }: Visitor): Minter {
  return { kind: actor.kind === "token" ? "token" : "session", id, user: actor.name };
}

function viewOf(connection: Connection): BrowserConnection {
  const { id, token, whence, connectedAtMs, subscribedTo, flow, holding, published, finishedAtMs } =
    connection;
  return {
    ...{
      id,
      user: token.by.user,
      tokenId: token.id,
      expiresAtMs: token.expiresAtMs,
      ...whence,
      connectedAtMs,
    },
    ...{ topic: subscribedTo?.topic ?? null, channel: subscribedTo?.channel ?? null },
    ...{ rdyAsked: flow.asked, rdy: flow.granted, throttledTo: flow.throttledTo, isSlow: flow.isSlow },
    ...{ inFlight: holding?.inFlight ?? 0, published, finishedAtMs },
    ...(holding?.counts ?? { delivered: 0, finished: 0, requeued: 0, lost: 0 }),
  };
}
