/**
 * Tokens in Postgres, and while it does not answer in the memory of the console that was asked: so that whoever is
 * signed in goes on to see and consume. Another console cannot say that it has one of those for a first use, and
 * refuses it. API tokens get none: nobody could say whether they were revoked meanwhile.
 */
import { MemoryTokens } from "./memory-tokens.ts";
import type { StoredToken, TokenStore } from "./tokens.ts";

export class SpareTokens implements TokenStore {
  readonly #store: TokenStore;
  readonly #spare = new MemoryTokens();
  readonly #isSessionOver: (id: string) => Promise<boolean>;

  /** `isSessionOver` rejects when that is not known. */
  constructor(store: TokenStore, isSessionOver: (id: string) => Promise<boolean>) {
    this.#store = store;
    this.#isSessionOver = isSessionOver;
  }

  async save(hash: Buffer, token: StoredToken): Promise<void> {
    try {
      await this.#store.save(hash, token);
    } catch (error) {
      if (token.by.kind !== "session") throw error;
      await this.#spare.save(hash, token);
    }
  }

  /** Postgres first, which may have it although its answer got lost. */
  async redeem(hash: Buffer, nowMs: number): Promise<StoredToken | null> {
    let fault: { readonly error: unknown } | null = null;
    const stored = await this.#store.redeem(hash, nowMs).catch((error: unknown) => {
      fault = { error };
      return null;
    });
    const spare = await this.#spare.redeem(hash, nowMs);
    const token = stored ?? spare;
    if (token === null && fault !== null) throw (fault as { error: unknown }).error;
    return token;
  }

  async find(id: string): Promise<StoredToken | null> {
    return (await this.#spare.find(id)) ?? (await this.#store.find(id));
  }

  async revoke(id: string, nowMs: number): Promise<boolean> {
    if (await this.#spare.revoke(id, nowMs)) return true;
    return await this.#store.revoke(id, nowMs);
  }

  async ended(ids: readonly string[]): Promise<readonly string[]> {
    const here = await this.#endedHere(ids);
    try {
      return [...here, ...(await this.#store.ended(ids))];
    } catch (error) {
      if (here.length === 0) throw error;
      return here;
    }
  }

  async #endedHere(ids: readonly string[]): Promise<string[]> {
    const ended = new Set(await this.#spare.ended(ids));
    for (const id of ids) {
      const session = this.#spare.minterOf(id)?.id;
      if (session !== undefined && (await this.#isSessionOver(session).catch(() => false))) ended.add(id);
    }
    return [...ended];
  }
}
