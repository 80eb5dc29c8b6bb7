/** One-time links of the data path: this console's own, and those of others that only Postgres knows. */
import type { Clock } from "../clock.ts";
import { firstPerson, type Identity } from "./identity.ts";
import { forgetOldest, hashOf, newSecret } from "./secret.ts";
import type { SessionStore } from "./session-store.ts";
import { SessionUnknown, type Strangers } from "./strangers.ts";

export const linkLastsMs = 15 * 60_000;
const linksMax = 1_000;

export class SignInLinks {
  readonly #store: SessionStore | null;
  readonly #clock: Clock;
  readonly #strangers: Strangers;
  readonly #links = new Map<string, { readonly expiresAtMs: number; saved: boolean }>();
  readonly #used = new Set<string>();

  constructor(store: SessionStore | null, clock: Clock, strangers: Strangers) {
    this.#store = store;
    this.#clock = clock;
    this.#strangers = strangers;
  }

  /** A new link's token: good once, for a quarter of an hour. */
  async create(): Promise<string> {
    const token = newSecret();
    const hash = hashOf(token);
    const link = { expiresAtMs: this.#clock.wallMs() + linkLastsMs, saved: false };
    this.#links.set(hash.toString("hex"), link);
    forgetOldest(this.#links, linksMax);
    await this.#store?.saveLink(hash, link.expiresAtMs).then(
      () => {
        link.saved = true;
      },
      () => {},
    );
    return token;
  }

  /** Whom it signs in; null: it is unknown, used or too old. Rejects with `SessionUnknown`. */
  async redeem(token: string): Promise<Identity | null> {
    const hash = hashOf(token);
    const key = hash.toString("hex");
    if (this.#used.has(key)) return null;
    const link = this.#links.get(key);
    // Taken out before anything is awaited: two requests with one link cannot both have it.
    this.#links.delete(key);
    const known = link !== undefined && this.#clock.wallMs() < link.expiresAtMs;
    if (known) {
      this.#used.add(key);
      forgetOldest(this.#used, linksMax);
    }
    const store = this.#store;
    if (!store) return known ? firstPerson : null;
    try {
      if (!link) {
        return await this.#strangers.ask(async () =>
          (await store.redeemLink(hash)) ? firstPerson : store.redeemUserLink(hash),
        );
      }
      return (await store.redeemLink(hash)) || (known && !link.saved) ? firstPerson : null;
    } catch {
      if (link) return known ? firstPerson : null;
      throw new SessionUnknown();
    }
  }
}
