/**
 * Who may use nsqadmin's API: whoever is signed in; whom a trusted proxy names; anybody, when it was opened
 * as nsqadmin's is. Who may change things with it is narrower (AD3).
 */
import type { FastifyRequest } from "fastify";
import type { Visitor as SignedIn } from "../auth/policy.ts";
import { bearerOf } from "../auth/tokens.ts";
import { type Action, decide, type ObjectRef } from "../contract/index.ts";
import { isOwnOrigin } from "../edge/guard.ts";
import type { Networks } from "../peers.ts";
import { forbidden, NsqRefusal } from "./refusal.ts";

export interface AccessOptions {
  readonly api: "session" | "open";
  /** `--acl-http-header`, in small letters. */
  readonly header: string;
  readonly admins: readonly string[];
  /** `--trusted-proxy`: from anywhere else the header means nothing. */
  readonly proxies: Networks;
  /** `--allow-config-from-cidr`; null: anybody. */
  readonly configNetworks: Networks | null;
  /** People reach the console by https. */
  readonly secure: boolean;
  /** By a session's cookie or a token. */
  readonly signedIn: (request: FastifyRequest) => Promise<SignedIn | null>;
}

/** Who asks. */
export interface Visitor {
  /** Empty: nobody has said. */
  readonly user: string;
  readonly isAdmin: boolean;
  /** By whom the console knows them; null: by a proxy's word, or not at all, and then they see all. */
  readonly signedIn: SignedIn | null;
}

export class Access {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Throws 401 when this is nobody who may read. */
  async visitor(request: FastifyRequest): Promise<Visitor> {
    const { api, admins } = this.#options;
    const named = this.#namedByProxy(request);
    if (named !== null)
      return { user: named, isAdmin: admins.length === 0 || admins.includes(named), signedIn: null };
    const signedIn = await this.#options.signedIn(request);
    // A cookie is sent by a browser whatever page makes it: one of ours has to say so (CG2).
    const meant =
      isRead(request) || bearerOf(request.headers.authorization) !== null || this.#fromOwnPage(request);
    if (signedIn && meant)
      return { user: signedIn.actor.name, isAdmin: signedIn.actor.rights.includes("operate"), signedIn };
    if (api === "open") return { user: basicUser(request), isAdmin: admins.length === 0, signedIn: null };
    throw new NsqRefusal(401, "UNAUTHORIZED");
  }

  /** Throws 403 unless they may change things. */
  async admin(request: FastifyRequest): Promise<Visitor> {
    const visitor = await this.visitor(request);
    if (!visitor.isAdmin) throw forbidden();
    return visitor;
  }

  /** Throws 403, or 404 for a name out of sight. */
  demand({ signedIn }: Visitor, action: Action, object: ObjectRef): void {
    const verdict = signedIn ? decide(signedIn.actor, action, object) : { ok: true as const };
    if (verdict.ok) return;
    if (verdict.code === "forbidden") throw forbidden();
    throw new NsqRefusal(404, object.channel === undefined ? "TOPIC_NOT_FOUND" : "CHANNEL_NOT_FOUND");
  }

  /** By the address of the socket alone: a header names whatever its sender likes (AD8). */
  checkConfig(request: FastifyRequest): void {
    const { configNetworks } = this.#options;
    if (configNetworks !== null && !configNetworks.has(request.ip)) throw forbidden();
  }

  #namedByProxy(request: FastifyRequest): string | null {
    const name = request.headers[this.#options.header];
    if (typeof name !== "string" || name === "" || name.length > 256) return null;
    return this.#options.proxies.has(request.ip) ? name : null;
  }

  #fromOwnPage({ headers: { origin, host, "content-type": type } }: FastifyRequest): boolean {
    return isOwnOrigin(origin, host, this.#options.secure) && /^application\/json\s*(;|$)/i.test(type ?? "");
  }
}

function isRead({ method }: FastifyRequest): boolean {
  return method === "GET" || method === "HEAD";
}

/** Shown in notifications as nsqadmin shows it; nobody has checked it. */
function basicUser({ headers: { authorization } }: FastifyRequest): string {
  const encoded = /^Basic +([A-Za-z0-9+/=]{1,1024})$/i.exec(authorization ?? "")?.[1];
  return encoded === undefined ? "" : Buffer.from(encoded, "base64").toString("utf8").split(":")[0]!;
}
