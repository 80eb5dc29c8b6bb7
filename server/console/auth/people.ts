/** What is kept of people in Postgres. Everything rejects when Postgres does not answer. */
import type { ApiToken, Grant, SessionRow, User, UserChange } from "../contract/index.ts";
import type { Identity } from "./identity.ts";
import type { FoundToken, NewToken } from "./tokens.ts";

export interface Secrets extends Identity {
  /** argon2id in its own notation; null: none. */
  readonly password: string | null;
  readonly passwordChangedAtMs: number | null;
}

export interface PeopleStore {
  users(): Promise<readonly User[]>;
  /** False: the name is taken. */
  create(name: string, grant: Grant): Promise<boolean>;
  /** What it was before; null: there is nobody of that name. */
  change(name: string, change: UserChange): Promise<(Grant & { readonly disabled: boolean }) | null>;
  remove(name: string): Promise<boolean>;
  /** False: there is nobody of that name who may sign in. */
  saveLink(name: string, hash: Buffer, expiresAtMs: number): Promise<boolean>;
  /** null: nobody, or disabled. */
  secrets(name: string): Promise<Secrets | null>;
  setPassword(name: string, password: string): Promise<void>;
  lockedUntilMs(names: readonly string[], address: string): Promise<number | null>;
  /** How many there were; from the `free`th on each locks for longer. */
  failed(name: string, address: string, free: number): Promise<number>;
  succeeded(name: string, address: string): Promise<void>;

  /** `user` null: of all. */
  sessions(user: string | null): Promise<readonly Omit<SessionRow, "current">[]>;
  /** Whose it was; null: there is no such session. */
  revokeSession(id: string, user: string | null): Promise<string | null>;
  revokeOthers(user: string, keep: string): Promise<number>;

  tokens(user: string | null): Promise<readonly ApiToken[]>;
  createToken(
    token: NewToken,
  ): Promise<{ readonly id: string } | { readonly refused: "nobody" | "too-many" }>;
  revokeToken(
    id: string,
    user: string | null,
  ): Promise<{ readonly user: string; readonly name: string } | null>;
  findToken(hash: Buffer): Promise<FoundToken | null>;
  touchToken(id: string, atMs: number, address: string): Promise<void>;
}
