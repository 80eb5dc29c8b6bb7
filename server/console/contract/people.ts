/** Who may use the console: people, their sessions, their programs' tokens. `/settings/{users,sessions,tokens,auth}`. */
import type { Globs, Right, Role } from "./permissions.ts";

/** Small letters, digits and `. _ @ -`, as it is typed to sign in. */
export const userNamePattern = /^[a-z0-9][a-z0-9._@-]{0,63}$/;
/** Whom the links of the data path sign in: always an admin of everything. */
export const firstUser = "admin";
export const passwordCharactersMin = 10;
export const passwordCharactersMax = 256;
export const tokenNameCharactersMax = 64;
/** Every token begins with it, so that scanners for secrets know one of NSQ’s. */
export const tokenPrefix = "nsqt_";
export const tokensPerUserMax = 50;
export const usersMax = 1_000;

export interface Grant {
  readonly role: Role;
  readonly topics: Globs;
  readonly channels: Globs;
  readonly readsBodies: boolean;
}

export interface User extends Grant {
  readonly name: string;
  readonly createdAtMs: number;
  readonly disabledAtMs: number | null;
  readonly lastSeenAtMs: number | null;
  readonly hasPassword: boolean;
  readonly sessions: number;
  readonly tokens: number;
}

export interface NewUser extends Grant {
  readonly name: string;
}

export interface UserChange extends Partial<Grant> {
  readonly disabled?: boolean;
}

/** A one-time link by which somebody signs in; shown once. */
export interface UserLink {
  /** Path and query on this console, its base path included. */
  readonly path: string;
  readonly expiresAtMs: number;
}

/** One's own. */
export interface Account {
  readonly user: string;
  readonly hasPassword: boolean;
  readonly passwordChangedAtMs: number | null;
  /** False: without Postgres there are no passwords, no other people and no tokens. */
  readonly hasPeople: boolean;
}

export interface SessionRow {
  readonly id: string;
  readonly user: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly lastSeenAtMs: number;
  readonly method: "link" | "password";
  readonly userAgent: string;
  readonly address: string;
  /** The one that asks. */
  readonly current: boolean;
}

export interface ApiToken {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  /** The first characters of the secret, to know it again. */
  readonly hint: string;
  readonly rights: readonly Right[];
  readonly topics: Globs;
  readonly channels: Globs;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly lastUsedAddress: string | null;
}

/** `secret` is shown once: only its hash is kept. */
export interface ApiTokenMade {
  readonly id: string;
  readonly secret: string;
}
