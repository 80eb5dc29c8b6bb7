/** What is kept of sessions and sign-in links in Postgres. */
import type { Identity } from "./identity.ts";

export interface StoredSession extends Identity {
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly seenAtMs: number;
  /** When its owner last proved to be who they are. */
  readonly freshAtMs: number;
  readonly method: "link" | "password";
}

/** Where somebody signs in from. */
export interface Whence {
  readonly userAgent: string;
  readonly address: string;
}

/** Sessions and links in Postgres, by SHA-256. Everything rejects when Postgres does not answer. */
export interface SessionStore {
  saveLink(hash: Buffer, expiresAtMs: number): Promise<void>;
  /** True once, for a link that is known, not used and not too old. */
  redeemLink(hash: Buffer): Promise<boolean>;
  /** Whose link it was, known, not used and not too old; else null. */
  redeemUserLink(hash: Buffer): Promise<Identity | null>;
  /** With the person, where it is the first one, who is made with it. */
  save(hash: Buffer, session: StoredSession, whence: Whence): Promise<void>;
  find(hash: Buffer): Promise<StoredSession | null>;
  /** By hash in hexadecimal; what is not there is over. */
  findMany(ids: readonly string[]): Promise<ReadonlyMap<string, StoredSession>>;
  refresh(hash: Buffer, freshAtMs: number): Promise<void>;
  touch(hash: Buffer, seenAtMs: number): Promise<void>;
  remove(hash: Buffer): Promise<void>;
}
