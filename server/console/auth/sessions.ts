/**
 * Who is signed in. A one-time link gives a session; a session is a cookie of 256 random bits of
 * which only the hash is kept, here and in Postgres.
 *
 * Postgres decides while it answers. While it does not, what this process knows decides: links it made
 * itself, and sessions Postgres has confirmed within ten minutes, so that the console stays readable (CS6).
 * Of anything else nobody can say then whether it is good: that is no refusal, but `SessionUnknown` (CS9).
 */
import type { Clock } from "../clock.ts";
import type { SessionInfo, SessionRow } from "../contract/index.ts";
import { actorOf, type Identity, isSame, rightsOf } from "./identity.ts";
import type { Visitor } from "./policy.ts";
import { forgetOldest, hashOf, newSecret } from "./secret.ts";
import type { SessionStore, StoredSession, Whence } from "./session-store.ts";
import { SignInLinks } from "./sign-in-links.ts";
import { SessionUnknown, Strangers } from "./strangers.ts";

export const idleMs = 8 * 3_600_000;
export const lastsMs = 24 * 3_600_000;
/** A session that Postgres confirmed is believed so long before it is asked again, */
const confirmedForMs = 2_000;
/** and so long while Postgres does not answer. */
const believedAwayMs = 10 * 60_000;
/** Postgres did not answer: so long it is not asked again about this session. */
const retryAfterMs = 3_000;
const touchEveryMs = 60_000;
const sessionsMax = 10_000;
const listedMax = 500;

/** Why a session's sockets are closed. `changed`: what it may see or do is other than it was. */
export type SessionEnd = "expired" | "revoked" | "changed";

interface Entry {
  session: StoredSession;
  /** Postgres has it; until then it lives here alone. */
  saved: boolean;
  whence: Whence;
  confirmedAtMs: number;
  askAfterMs: number;
  touchedAtMs: number;
  asking: Promise<void> | null;
}

export interface SignedIn extends Visitor {
  /** For the cookie; never kept. */
  readonly secret: string;
}

export class Sessions {
  readonly #store: SessionStore | null;
  readonly #clock: Clock;
  readonly #links: SignInLinks;
  readonly #strangers = new Strangers();
  readonly #strangersAsked = new Map<string, Promise<void>>();
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(id: string, reason: SessionEnd) => void>();

  constructor(store: SessionStore | null, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#links = new SignInLinks(store, clock, this.#strangers);
  }

  /** A new link's token: good once, for a quarter of an hour. */
  createLink(): Promise<string> {
    return this.#links.create();
  }

  /** null: the link is unknown, used or too old. Rejects with `SessionUnknown`. */
  async signIn(token: string, whence: Whence): Promise<SignedIn | null> {
    const identity = await this.#links.redeem(token);
    return identity && this.begin(identity, "link", whence);
  }

  /** A new session of somebody who has just proved to be who they are. */
  async begin(identity: Identity, method: StoredSession["method"], whence: Whence): Promise<SignedIn> {
    const secret = newSecret();
    const nowMs = this.#clock.wallMs();
    const session: StoredSession = {
      ...identity,
      ...{ createdAtMs: nowMs, expiresAtMs: nowMs + lastsMs, seenAtMs: nowMs, freshAtMs: nowMs, method },
    };
    const id = hashOf(secret).toString("hex");
    this.#entries.set(id, {
      session,
      saved: false,
      whence,
      confirmedAtMs: nowMs,
      askAfterMs: 0,
      touchedAtMs: nowMs,
      asking: null,
    });
    forgetOldest(this.#entries, sessionsMax);
    await this.#save(id);
    return { secret, ...visitorOf(id, session) };
  }

  /**
   * Whose cookie this is; null: nobody's, or not any more. `active` false: looking is not using.
   * Rejects with `SessionUnknown`.
   */
  async check(secret: string | undefined, active = true): Promise<Visitor | null> {
    if (!secret || secret.length > 128) return null;
    return this.checkId(hashOf(secret).toString("hex"), active);
  }

  async checkId(id: string, active = true): Promise<Visitor | null> {
    await this.#confirm(id);
    const entry = this.#entries.get(id);
    if (!entry) return null;
    const nowMs = this.#clock.wallMs();
    if (nowMs >= entry.session.expiresAtMs || nowMs - entry.session.seenAtMs >= idleMs) {
      this.#end(id, "expired");
      await this.#store?.remove(Buffer.from(id, "hex")).catch(() => {});
      return null;
    }
    if (active) this.#touch(id, entry, nowMs);
    return visitorOf(id, entry.session);
  }

  /**
   * Has Postgres know a session that was made while it did not answer, and with it its owner. False: it does not
   * answer yet.
   */
  async settle(id: string): Promise<boolean> {
    const entry = this.#entries.get(id);
    if (!this.#store || entry?.saved !== false) return true;
    await this.#save(id);
    return entry.saved;
  }

  async signOut(id: string): Promise<void> {
    this.#end(id, "revoked");
    await this.#store?.remove(Buffer.from(id, "hex")).catch(() => {});
  }

  /** Its owner has proved once more to be who they are. */
  async refresh(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const freshAtMs = this.#clock.wallMs();
    entry.session = { ...entry.session, freshAtMs };
    await this.#store?.refresh(Buffer.from(id, "hex"), freshAtMs).catch(() => {});
  }

  /** Asks Postgres about all of these at once, so that what was said in another console is so here in a second. */
  async confirmAll(ids: readonly string[]): Promise<void> {
    const store = this.#store;
    const nowMs = this.#clock.wallMs();
    const asked = ids.filter((id) => {
      const entry = this.#entries.get(id);
      return entry?.saved === true && nowMs >= entry.askAfterMs;
    });
    if (!store || asked.length === 0) return;
    try {
      const found = await store.findMany(asked);
      for (const id of asked) this.#took(id, found.get(id) ?? null, nowMs);
    } catch {
      // Who asks next by itself is told, and remembers for how long it is believed.
    }
  }

  /** Somebody was changed or removed here: their sessions are looked at now. */
  async reconsider(user: string): Promise<void> {
    const ids = [...this.#entries].filter(([, { session }]) => session.user === user).map(([id]) => id);
    await this.confirmAll(ids);
  }

  /** Those that this console knows of, the last used first: all there are, where there is no Postgres. */
  listed(): readonly Omit<SessionRow, "current">[] {
    return [...this.#entries]
      .map(([id, { session, whence }]) => ({
        ...{ id, user: session.user, method: session.method, ...whence },
        ...{
          createdAtMs: session.createdAtMs,
          expiresAtMs: session.expiresAtMs,
          lastSeenAtMs: session.seenAtMs,
        },
      }))
      .toSorted((one, other) => other.lastSeenAtMs - one.lastSeenAtMs)
      .slice(0, listedMax);
  }

  /** Told whenever a session ends, or becomes another, while this process runs. */
  onEnd(listener: (id: string, reason: SessionEnd) => void): void {
    this.#listeners.add(listener);
  }

  #end(id: string, reason: SessionEnd): void {
    if (this.#entries.delete(id)) this.#tell(id, reason);
  }

  #tell(id: string, reason: SessionEnd): void {
    for (const listener of this.#listeners) listener(id, reason);
  }

  #touch(id: string, entry: Entry, nowMs: number): void {
    entry.session = { ...entry.session, seenAtMs: nowMs };
    if (!this.#store || nowMs - entry.touchedAtMs < touchEveryMs) return;
    entry.touchedAtMs = nowMs;
    this.#store.touch(Buffer.from(id, "hex"), nowMs).catch(() => {});
  }

  /** Asks Postgres about a session it has not confirmed for a while; once for all who ask meanwhile. */
  async #confirm(id: string): Promise<void> {
    if (!this.#store) return;
    const entry = this.#entries.get(id);
    const nowMs = this.#clock.wallMs();
    if (entry && (nowMs - entry.confirmedAtMs < confirmedForMs || nowMs < entry.askAfterMs)) {
      return this.#expireUnconfirmed(id, entry, nowMs);
    }
    if (!entry) return this.#askAboutStranger(id);
    entry.asking ??= (entry.saved ? this.#ask(id) : this.#save(id)).finally(() => {
      entry.asking = null;
    });
    await entry.asking;
  }

  /** Once for all the tabs that come back to a console that has just started. */
  #askAboutStranger(id: string): Promise<void> {
    const asked = this.#strangersAsked.get(id);
    if (asked) return asked;
    const asking = this.#strangers.ask(() => this.#ask(id)).finally(() => this.#strangersAsked.delete(id));
    this.#strangersAsked.set(id, asking);
    return asking;
  }

  async #ask(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    const nowMs = this.#clock.wallMs();
    try {
      this.#took(id, await this.#store!.find(Buffer.from(id, "hex")), nowMs);
    } catch {
      if (!entry) throw new SessionUnknown();
      entry.askAfterMs = nowMs + retryAfterMs;
      this.#expireUnconfirmed(id, entry, nowMs);
    }
  }

  /** What Postgres says of it, asked at `nowMs`. */
  #took(id: string, session: StoredSession | null, nowMs: number): void {
    if (session === null) return this.#end(id, "revoked");
    const entry = this.#entries.get(id);
    const before = entry?.session;
    const seenAtMs = Math.max(session.seenAtMs, before?.seenAtMs ?? 0);
    const freshAtMs = Math.max(session.freshAtMs, before?.freshAtMs ?? 0);
    this.#entries.set(id, {
      whence: { userAgent: "", address: "" },
      touchedAtMs: nowMs,
      askAfterMs: 0,
      asking: null,
      ...entry,
      session: { ...session, seenAtMs, freshAtMs },
      saved: true,
      confirmedAtMs: nowMs,
    });
    forgetOldest(this.#entries, sessionsMax);
    if (before && !isSame(before, session)) this.#tell(id, "changed");
  }

  async #save(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry || !this.#store) return;
    const nowMs = this.#clock.wallMs();
    try {
      await this.#store.save(Buffer.from(id, "hex"), entry.session, entry.whence);
      entry.saved = true;
      entry.confirmedAtMs = nowMs;
    } catch {
      entry.askAfterMs = nowMs + retryAfterMs;
    }
  }

  #expireUnconfirmed(id: string, entry: Entry, nowMs: number): void {
    if (entry.saved && nowMs - entry.confirmedAtMs >= believedAwayMs) this.#end(id, "expired");
  }
}

function visitorOf(id: string, session: StoredSession): Visitor {
  return { id, info: infoOf(session), actor: actorOf(session), freshAtMs: session.freshAtMs };
}

function infoOf(session: StoredSession): SessionInfo {
  return {
    user: session.user,
    role: session.role,
    rights: rightsOf(session),
    topics: session.topics,
    channels: session.channels,
    signedInAtMs: session.createdAtMs,
    expiresAtMs: session.expiresAtMs,
  };
}
