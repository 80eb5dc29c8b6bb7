/**
 * Publishes that carry a key: said again with the same key, because the answer got lost, they are not published
 * again. Kept for ten minutes, by this console alone: another one, or a console that was started anew, publishes again.
 */
const keptMs = 10 * 60_000;
const keysMax = 100_000;

interface Kept<Outcome> {
  readonly outcome: Promise<Outcome>;
  readonly atMs: number;
}

export class PublishKeys<Outcome extends { readonly ok: boolean }> {
  readonly #kept = new Map<string, Kept<Outcome>>();

  /** `again`: it was published before. What failed is forgotten, so that it can be tried again. */
  async once(
    { user, topic, key }: { readonly user: string; readonly topic: string; readonly key: string },
    nowMs: number,
    publish: () => Promise<Outcome>,
  ): Promise<{ readonly answer: Outcome; readonly again: boolean }> {
    this.#forget(nowMs);
    const of = JSON.stringify([user, topic, key]);
    const before = this.#kept.get(of);
    if (before) return { answer: await before.outcome, again: true };
    const outcome = publish();
    this.#kept.set(of, { outcome, atMs: nowMs });
    const answer = await outcome.catch((error: unknown) => {
      this.#kept.delete(of);
      throw error;
    });
    if (!answer.ok) this.#kept.delete(of);
    return { answer, again: false };
  }

  #forget(nowMs: number): void {
    for (const [of, { atMs }] of this.#kept) {
      if (nowMs - atMs < keptMs && this.#kept.size < keysMax) return;
      this.#kept.delete(of);
    }
  }
}
