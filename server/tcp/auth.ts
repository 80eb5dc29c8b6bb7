/** AUTH: what one connection was granted, until when, and how it is asked for. */
import type { Grants } from "../auth/grants.ts";
import { fault } from "../protocol/faults.ts";
import { responseFrame } from "../protocol/response.ts";
import type { AuthorityPort } from "./ports.ts";
import type { Session } from "./session.ts";

export class Permit {
  /** null: no AUTH has succeeded. */
  grants: Grants | null = null;
  readonly #session: Session;
  readonly #authority: AuthorityPort;
  readonly #over = new AbortController();
  #secret: Buffer = Buffer.alloc(0);
  #expiresMs = 0;

  constructor(session: Session, authority: AuthorityPort) {
    this.#session = session;
    this.#authority = authority;
  }

  get isExpired(): boolean {
    return this.#session.ports.broker.time.nowMs >= this.#expiresMs;
  }

  /** Asks with this secret, now and whenever what was granted has expired. */
  async ask(secret: Buffer): Promise<boolean> {
    this.#secret = secret;
    const { host, wire, ports } = this.#session;
    const query = {
      secret,
      remoteIp: host === "@" ? "" : host,
      isTls: wire.tls !== null,
      commonName: wire.commonName,
    };
    const grants = await this.#authority.ask(query, this.#over.signal);
    if (grants === null) return false;
    ports.now();
    this.grants = grants;
    this.#expiresMs = ports.broker.time.nowMs + grants.ttlMs;
    const { identity, identityUrl } = grants;
    this.#session.auth = { identity, identityUrl };
    return true;
  }

  renew(): Promise<boolean> {
    return this.ask(this.#secret);
  }

  drop(): void {
    this.#over.abort();
  }
}

export function AUTH(session: Session, permit: Permit, secret: Buffer): void {
  if (permit.grants !== null) return session.fail(fault("E_INVALID", "AUTH already set"));
  // Who ends without having asked for anything else wants no answer.
  session.wait("listening", async () => {
    const isGranted = await permit.ask(secret);
    return () => {
      if (!isGranted) return session.fail(fault("E_AUTH_FAILED", "AUTH failed"));
      const { identity, identityUrl, count } = permit.grants!;
      if (count === 0) return session.fail(fault("E_UNAUTHORIZED", "AUTH no authorizations found"));
      const said = { identity, identity_url: identityUrl, permission_count: count };
      session.replies.respond(responseFrame(JSON.stringify(said)));
    };
  });
}
