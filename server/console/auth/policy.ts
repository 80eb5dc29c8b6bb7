/**
 * Routes say what it is to use them. A route of the API without a policy is refused when it is added, so that
 * the console does not start; the policy is asked once the body is read, before the route's own handler.
 */
import type { FastifyInstance, FastifyRequest, RouteOptions } from "fastify";
import {
  type Action,
  type Actor,
  apiBase,
  nameOfPart,
  type ObjectRef,
  type SessionInfo,
} from "../contract/index.ts";
import { demand } from "./authorize.ts";

export interface RoutePolicy {
  /** A function where it stands in the request. Both may throw `Failure`: what is asked is not understood. */
  readonly action: Action | ((request: FastifyRequest) => Action);
  /** Names it concerns; left out: the console as a whole, or lists that are narrowed to what is seen. */
  readonly object?: (request: FastifyRequest) => ObjectRef;
}

/** Who is on the other side of a request. */
export interface Visitor {
  /** Of the session, or of the token. */
  readonly id: string;
  readonly info: SessionInfo;
  readonly actor: Actor;
  /** When they last proved to be who they are; null: a token, which proves nothing of a person. */
  readonly freshAtMs: number | null;
}

declare module "fastify" {
  interface FastifyContextConfig {
    policy?: RoutePolicy;
  }
  interface FastifyRequest {
    visitor: Visitor | null;
  }
}

export interface RouteEntry {
  readonly method: string;
  readonly url: string;
  readonly policy: RoutePolicy;
}

/** Every route of the API from now on has a policy, or is not added. Returns them as they come. */
export function requirePolicies(app: FastifyInstance): readonly RouteEntry[] {
  const table: RouteEntry[] = [];
  app.addHook("onRoute", ({ method, url, config }: RouteOptions) => {
    if (!url.startsWith(`${apiBase}/`)) return;
    const policy = config?.policy;
    if (!policy) throw new Error(`${method} ${url} has no policy: say in its config what it is to use it`);
    for (const one of [method].flat()) table.push({ method: one, url, policy });
  });
  return table;
}

/** Asks the policy of each route of `app`. `refused` is told of what somebody may not do. */
export function enforcePolicies(
  app: FastifyInstance,
  refused: (request: FastifyRequest, asked: { action: Action; object: ObjectRef }, error: unknown) => void,
): void {
  app.addHook("preHandler", async (request) => {
    const { policy } = request.routeOptions.config;
    if (!policy || !request.visitor) throw new Error("a route without a policy, or a visitor nobody knows");
    const action = typeof policy.action === "function" ? policy.action(request) : policy.action;
    const object = policy.object?.(request) ?? {};
    try {
      demand(request.visitor.actor, action, object);
    } catch (error) {
      refused(request, { action, object }, error);
      throw error;
    }
  });
}

/** `read` of whatever `:topic`, `:channel` and `:node` in the path name. */
export const readOfPath = { config: { policy: { action: "read", object: objectOfPath } } } as const;

/** The names in a path: `:topic`, `:channel`, `:node`. */
export function objectOfPath(request: FastifyRequest): ObjectRef {
  const { topic, channel, node } = request.params as Record<string, string | undefined>;
  return {
    topic: topic === undefined ? undefined : nameOfPart(topic),
    channel: channel === undefined ? undefined : nameOfPart(channel),
    node,
  };
}
