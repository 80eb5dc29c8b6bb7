/** Tokens that only this console knows, and that end with it. */
import type { Minter, StoredToken, TokenStore } from "./tokens.ts";

const tokensMax = 10_000;

interface Kept {
  readonly token: StoredToken;
  isUsed: boolean;
  isRevoked: boolean;
}

export class MemoryTokens implements TokenStore {
  readonly #byHash = new Map<string, Kept>();
  readonly #byId = new Map<string, Kept>();

  save(hash: Buffer, token: StoredToken): Promise<void> {
    if (this.#byHash.size >= tokensMax) {
      const [oldest, kept] = this.#byHash.entries().next().value!;
      this.#byHash.delete(oldest);
      this.#byId.delete(kept.token.id);
    }
    const kept = { token, isUsed: false, isRevoked: false };
    this.#byHash.set(hash.toString("hex"), kept);
    this.#byId.set(token.id, kept);
    return Promise.resolve();
  }

  redeem(hash: Buffer, nowMs: number): Promise<StoredToken | null> {
    const kept = this.#byHash.get(hash.toString("hex"));
    if (!kept || kept.isUsed || kept.isRevoked || kept.token.expiresAtMs <= nowMs)
      return Promise.resolve(null);
    kept.isUsed = true;
    return Promise.resolve(kept.token);
  }

  find(id: string): Promise<StoredToken | null> {
    return Promise.resolve(this.#byId.get(id)?.token ?? null);
  }

  revoke(id: string, nowMs: number): Promise<boolean> {
    const kept = this.#byId.get(id);
    if (!kept || kept.isRevoked || kept.token.expiresAtMs <= nowMs) return Promise.resolve(false);
    kept.isRevoked = true;
    return Promise.resolve(true);
  }

  /** null: it is not kept here. */
  minterOf(id: string): Minter | null {
    return this.#byId.get(id)?.token.by ?? null;
  }

  /** Sessions tell of their end by themselves here. */
  ended(ids: readonly string[]): Promise<readonly string[]> {
    return Promise.resolve(ids.filter((id) => this.#byId.get(id)?.isRevoked === true));
  }
}
