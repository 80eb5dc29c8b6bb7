/**
 * What only one of several consoles may do (jobs, alerts, samples). A console holds a lease by name, renews it while it
 * acts, and stops acting before it can have run out. What it writes is fenced besides: its statements carry the epoch
 * of its term (`termPart`), so that one that was held up writes nothing after another has begun (CA1-CA3).
 */
import { randomUUID } from "node:crypto";
import { BackOff, pause } from "../back-off.ts";
import type { Clock } from "../clock.ts";

export const leaseNames = ["samples", "alerts", "jobs"] as const;
export type LeaseName = (typeof leaseNames)[number];

/** The time in which a console is the only one. */
export interface Term {
  readonly name: LeaseName;
  /** The fence: `termPart(sql, term)` inside each writing statement. */
  readonly epoch: number;
  /** Aborted when the lease is lost, may have run out, or the console ends. */
  readonly signal: AbortSignal;
}

/** Both reject when Postgres does not answer in time. */
export interface LeaseStore {
  /** Takes, or renews. null: another console holds it. */
  take(name: LeaseName, holder: string, ttlMs: number, deadlineMs: number): Promise<number | null>;
  release(name: LeaseName, epoch: number, holder: string, deadlineMs: number): Promise<void>;
}

export interface ConsoleLeasesOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** Default 15 s: so long after a console was killed another one begins. */
  readonly ttlMs?: number;
}

const ttlMsDefault = 15_000;
const releaseDeadlineMs = 1_000;

export class ConsoleLeases {
  readonly #options: ConsoleLeasesOptions;
  readonly #ttlMs: number;
  readonly #holder = randomUUID();
  readonly #stopped = new AbortController();
  readonly #holding = new Set<Promise<void>>();
  readonly #terms = new Map<LeaseName, Term>();
  /** By the last answer there was. */
  readonly #mine = new Set<LeaseName>();

  constructor(options: ConsoleLeasesOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? ttlMsDefault;
  }

  /**
   * From now on: whenever this console gets the lease, `act` is called with its term, once at a time. It works until
   * `term.signal` aborts; when it returns or throws before that it is called again after a pause, in the same term.
   */
  hold(name: LeaseName, act: (term: Term) => Promise<void>): void {
    const held = this.#follow(name, act).finally(() => this.#holding.delete(held));
    this.#holding.add(held);
  }

  /** The term this console is in; null: another's, nobody's, or not known. */
  term(name: LeaseName): Term | null {
    return this.#terms.get(name) ?? null;
  }

  /**
   * Whether it was this console's by the last answer there was: also while Postgres is away, and nobody can take it. For
   * what is better done twice than not at all.
   */
  wasHeld(name: LeaseName): boolean {
    return this.#mine.has(name);
  }

  /** Stops acting, waits for what acts, and gives the leases back. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#holding);
  }

  async #follow(name: LeaseName, act: (term: Term) => Promise<void>): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const askedAtMs = this.#options.clock.nowMs();
      const epoch = await this.#take(name);
      if (typeof epoch === "number") await this.#serve(name, epoch, askedAtMs, act);
      // Chance keeps consoles that were started together from asking together.
      else await pause((this.#ttlMs / 3) * (0.7 + Math.random() * 0.3), signal);
    }
  }

  /** The epoch; null: another's; undefined: no answer. */
  async #take(name: LeaseName): Promise<number | null | undefined> {
    try {
      const epoch = await this.#options.store.take(name, this.#holder, this.#ttlMs, this.#ttlMs / 3);
      if (epoch === null) this.#mine.delete(name);
      else this.#mine.add(name);
      return epoch;
    } catch {
      return undefined;
    }
  }

  async #serve(
    name: LeaseName,
    epoch: number,
    askedAtMs: number,
    act: (term: Term) => Promise<void>,
  ): Promise<void> {
    const ended = new AbortController();
    const term: Term = { name, epoch, signal: AbortSignal.any([ended.signal, this.#stopped.signal]) };
    this.#terms.set(name, term);
    const acting = this.#act(term, act);
    await this.#renew(term, askedAtMs);
    this.#terms.delete(name);
    ended.abort();
    await acting;
    if (this.#stopped.signal.aborted) await this.#release(name, epoch);
  }

  /** Returns when the lease is another's, or may be: counted from when the last renewal that went well was sent. */
  async #renew(term: Term, askedAtMs: number): Promise<void> {
    const { clock } = this.#options;
    const margin = this.#ttlMs / 5;
    let heldFromMs = askedAtMs;
    while (!term.signal.aborted) {
      const leftMs = heldFromMs + this.#ttlMs - margin - clock.nowMs();
      if (leftMs <= 0) return;
      await pause(Math.min(leftMs, this.#ttlMs / 3), term.signal);
      if (term.signal.aborted) return;
      const sentAtMs = clock.nowMs();
      const untilMs = heldFromMs + this.#ttlMs - margin;
      const epoch = await Promise.race([
        this.#take(term.name),
        pause(Math.max(0, untilMs - sentAtMs), term.signal).then(() => undefined),
      ]);
      if (epoch === undefined) continue;
      if (epoch !== term.epoch) return;
      heldFromMs = sentAtMs;
    }
  }

  async #act(term: Term, act: (term: Term) => Promise<void>): Promise<void> {
    const backOff = new BackOff();
    while (!term.signal.aborted) {
      try {
        await act(term);
      } catch (error) {
        if (term.signal.aborted) return;
        this.#options.warn(`${term.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await pause(backOff.next(), term.signal);
    }
  }

  /** Nobody waits for the lease to run out; without an answer it does. */
  async #release(name: LeaseName, epoch: number): Promise<void> {
    await this.#options.store.release(name, epoch, this.#holder, releaseDeadlineMs).catch(() => {});
  }
}
