/**
 * Tokens of programs: `Authorization: Bearer nsqt_…`. Kept by hash; what Postgres said of one is believed for two
 * seconds, and for ten minutes while it does not answer, as with sessions.
 */
import type { Clock } from "../clock.ts";
import { type Actor, type Globs, type Right, tokenPrefix } from "../contract/index.ts";
import { type Identity, rightsOf } from "./identity.ts";
import type { PeopleStore } from "./people.ts";
import type { Visitor } from "./policy.ts";
import { forgetOldest, hashOf, newSecret } from "./secret.ts";
import { SessionUnknown, Strangers } from "./strangers.ts";

const confirmedForMs = 2_000;
const believedAwayMs = 10 * 60_000;
const touchEveryMs = 60_000;
const tokensMax = 1_000;
const hintCharacters = tokenPrefix.length + 4;

export interface TokenScope {
  readonly rights: readonly Right[];
  readonly topics: Globs;
  readonly channels: Globs;
}

export interface NewToken extends TokenScope {
  readonly user: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly hint: string;
  readonly expiresAtMs: number | null;
}

export interface FoundToken {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly owner: Identity;
  readonly expiresAtMs: number | null;
}

interface Entry {
  readonly token: FoundToken;
  readonly confirmedAtMs: number;
  touchedAtMs: number;
}

export function newToken(): { readonly secret: string; readonly hash: Buffer; readonly hint: string } {
  const secret = tokenPrefix + newSecret();
  return { secret, hash: hashOf(secret), hint: secret.slice(0, hintCharacters) };
}

/** What stands behind `Bearer`; null: no such header. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S{1,256})$/i.exec(header ?? "")?.[1] ?? null;
}

export class Tokens {
  readonly #store: PeopleStore | null;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #strangers = new Strangers();

  constructor(store: PeopleStore | null, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** null: it is none, or not any more. Rejects with `SessionUnknown` when only Postgres could tell. */
  async check(secret: string, address: string): Promise<Visitor | null> {
    if (!this.#store || !secret.startsWith(tokenPrefix)) return null;
    const hash = hashOf(secret);
    const entry = await this.#confirmed(hash.toString("hex"), hash);
    const nowMs = this.#clock.wallMs();
    if (!entry || (entry.token.expiresAtMs !== null && nowMs >= entry.token.expiresAtMs)) return null;
    if (nowMs - entry.touchedAtMs >= touchEveryMs) {
      entry.touchedAtMs = nowMs;
      this.#store.touchToken(entry.token.id, nowMs, address).catch(() => {});
    }
    return visitorOf(entry.token, nowMs);
  }

  /** Something was said of tokens or people here. */
  forget(): void {
    for (const [key, entry] of this.#entries)
      this.#entries.set(key, { ...entry, confirmedAtMs: entry.confirmedAtMs - confirmedForMs });
  }

  async #confirmed(key: string, hash: Buffer): Promise<Entry | null> {
    const entry = this.#entries.get(key);
    const nowMs = this.#clock.wallMs();
    if (entry && nowMs - entry.confirmedAtMs < confirmedForMs) return entry;
    const find = () => this.#store!.findToken(hash);
    try {
      const token = await (entry ? find() : this.#strangers.ask(find));
      this.#entries.delete(key);
      if (token === null) return null;
      const confirmed = {
        token,
        confirmedAtMs: nowMs,
        touchedAtMs: entry?.touchedAtMs ?? Number.NEGATIVE_INFINITY,
      };
      this.#entries.set(key, confirmed);
      forgetOldest(this.#entries, tokensMax);
      return confirmed;
    } catch {
      if (!entry) throw new SessionUnknown();
      return nowMs - entry.confirmedAtMs < believedAwayMs ? entry : null;
    }
  }
}

/** Never more than its owner may now. */
export function actorOfToken({ name, scope, owner }: Pick<FoundToken, "name" | "scope" | "owner">): Actor {
  const given = rightsOf(owner);
  return {
    kind: "token",
    name: `${owner.user}/${name}`,
    role: owner.role,
    rights: scope.rights.filter((right) => given.includes(right)),
    topics: scope.topics,
    channels: scope.channels,
    within: { topics: owner.topics, channels: owner.channels },
  };
}

function visitorOf(token: FoundToken, nowMs: number): Visitor {
  const actor = actorOfToken(token);
  const { kind: _, name: user, ...permissions } = actor;
  const info = { user, ...permissions, signedInAtMs: nowMs, expiresAtMs: token.expiresAtMs ?? nowMs };
  return { id: token.id, info, actor, freshAtMs: null };
}
