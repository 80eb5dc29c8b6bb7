/**
 * Tokens of browsers' consumers and producers: 256 random bits of which only the hash is kept, good for one
 * connection, for a quarter of an hour at most, and from the origins they name.
 */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Grant } from "../../../client/browser/protocol.ts";
import type { Clock } from "../clock.ts";
import type { GrantRequest } from "./grant.ts";

/** With a token ends what was made with it; so it does with the session, or API token, that asked for it. */
export interface Minter {
  readonly kind: "session" | "token";
  /** Of the session or the API token. */
  readonly id: string;
  readonly user: string;
}

export interface StoredToken {
  /** Not secret: by it operators name the token. */
  readonly id: string;
  readonly by: Minter;
  readonly grant: Grant;
  readonly expiresAtMs: number;
}

/** Rejects when what it keeps tokens in does not answer. */
export interface TokenStore {
  save(hash: Buffer, token: StoredToken): Promise<void>;
  /** Once; null: unknown, used, revoked or too old. */
  redeem(hash: Buffer, nowMs: number): Promise<StoredToken | null>;
  /** null: there is none of that id, or it is known no more. */
  find(id: string): Promise<StoredToken | null>;
  /** False: there is none of that id, or it is over. */
  revoke(id: string, nowMs: number): Promise<boolean>;
  /** Of these, what was revoked, or was asked for by a session or API token that has ended. */
  ended(ids: readonly string[]): Promise<readonly string[]>;
}

export interface Minted {
  readonly token: string;
  readonly id: string;
  readonly expiresAtMs: number;
  readonly grant: Grant;
}

/** So that a secret that leaked into a log or a page's source is recognised as one. */
const prefix = "weirb_";
const tokenPattern = /^weirb_[A-Za-z0-9_-]{43}$/;

export class BridgeTokens {
  readonly #store: TokenStore;
  readonly #clock: Clock;

  constructor(store: TokenStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async mint(by: Minter, { expiresInS, ...grant }: GrantRequest): Promise<Minted> {
    const token = prefix + randomBytes(32).toString("base64url");
    const id = randomUUID();
    const expiresAtMs = this.#clock.wallMs() + expiresInS * 1_000;
    await this.#store.save(hashOf(token), { id, by, grant, expiresAtMs });
    return { token, id, expiresAtMs, grant };
  }

  /** Uses it up, also when it turns out to be for another origin; null: it is not good. */
  async redeem(token: unknown): Promise<StoredToken | null> {
    if (typeof token !== "string" || !tokenPattern.test(token)) return null;
    return await this.#store.redeem(hashOf(token), this.#clock.wallMs());
  }

  find(id: string): Promise<StoredToken | null> {
    return this.#store.find(id);
  }

  revoke(id: string): Promise<boolean> {
    return this.#store.revoke(id, this.#clock.wallMs());
  }

  ended(ids: readonly string[]): Promise<readonly string[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.#store.ended(ids);
  }
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
