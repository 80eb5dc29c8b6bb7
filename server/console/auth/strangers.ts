/** Secrets nobody here knows: a flood of made-up ones is not passed on to Postgres. */

/** Asked of Postgres at a time. */
const askedAtOnceMax = 16;

/** Not known here, and Postgres does not answer: whoever asked may ask again, and is let in nowhere meanwhile. */
export class SessionUnknown extends Error {
  constructor() {
    super("Only Postgres can tell whose session this is, and it does not answer now.");
  }
}

export class Strangers {
  #asked = 0;

  /** Rejects with `SessionUnknown` when too many are asked about already. */
  async ask<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#asked >= askedAtOnceMax) throw new SessionUnknown();
    this.#asked += 1;
    try {
      return await ask();
    } finally {
      this.#asked -= 1;
    }
  }
}
