/** Sessions without Postgres. */
import type { SessionStore, StoredSession } from "../auth/session-store.ts";

/** Keeps sessions for several consoles, and can be away. */
export class TableInMemory implements SessionStore {
  away = false;
  readonly links = new Map<string, number>();
  readonly sessions = new Map<string, StoredSession>();

  async #do<T>(act: () => T): Promise<T> {
    if (this.away) throw new Error("away");
    return act();
  }
  saveLink = (hash: Buffer, expiresAtMs: number) =>
    this.#do(() => void this.links.set(hash.toString("hex"), expiresAtMs));
  redeemLink = (hash: Buffer) => this.#do(() => this.links.delete(hash.toString("hex")));
  save = (hash: Buffer, session: StoredSession) =>
    this.#do(() => void this.sessions.set(hash.toString("hex"), session));
  find = (hash: Buffer) => this.#do(() => this.sessions.get(hash.toString("hex")) ?? null);
  redeemUserLink = () => this.#do(() => null);
  findMany = (ids: readonly string[]) =>
    this.#do(() => new Map([...this.sessions].filter(([id]) => ids.includes(id))));
  refresh = () => this.#do(() => {});
  touch = () => this.#do(() => {});
  remove = (hash: Buffer) => this.#do(() => void this.sessions.delete(hash.toString("hex")));
}
