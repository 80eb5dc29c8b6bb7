/** The console itself, who is signed in to it, and what of all it knows has a name. */
import type { Permissions } from "./permissions.ts";

/** Who is signed in, and what they may. */
export interface SessionInfo extends Permissions {
  readonly user: string;
  readonly signedInAtMs: number;
  /** The latest it can last. */
  readonly expiresAtMs: number;
}

/** Names that have the text somewhere in them, at most twenty of each kind; `more` of them are left out. */
export interface FoundNames {
  readonly topics: readonly string[];
  /** By their own name, or by `topic/channel`. */
  readonly channels: readonly { readonly topic: string; readonly channel: string }[];
  readonly nodes: readonly { readonly key: string; readonly hostname: string | null }[];
  readonly more: number;
}

/** What stands beside something of its kind, by name. */
export interface Siblings {
  readonly previous: string | null;
  readonly next: string | null;
}

/** What a console was started as. */
export interface ConsoleInfo {
  readonly version: string;
  /** `--environment`, such as `production`; empty: nobody said. */
  readonly environment: string;
}

/** Words that stand for the system nobody tries things out on: it is marked in red, and asked twice. */
export function isProduction(environment: string): boolean {
  return /^prod(uction)?\b/i.test(environment);
}

export interface Library {
  readonly name: string;
  readonly version: string;
  /** As the package itself says it: an SPDX expression. */
  readonly licence: string;
}

export interface About {
  readonly version: string;
  readonly licence: string;
  readonly nodeVersion: string;
  readonly startedAtMs: number;
  readonly libraries: readonly Library[];
}

/** Topics that lookups know and no node has, with the channels they would have. */
export interface InactiveTopics {
  readonly topics: readonly { readonly topic: string; readonly channels: readonly string[] }[];
  /** What lookups failed to say; empty: nothing. */
  readonly failures: readonly string[];
}
