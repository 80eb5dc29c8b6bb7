/**
 * A node's way to Postgres, and all that can happen on it: a statement may be slow, may never arrive, may be done
 * without its sender hearing of it, and may be done long after its sender has given up.
 */
import type { Random } from "../../../broker/testing/random.ts";
import type { ModelPostgres } from "./postgres.ts";
import type { Scheduler } from "./scheduler.ts";

/** Of statements: how often the answer is lost, or the question, or it takes very long. */
export interface Weather {
  lostReply: number;
  lostRequest: number;
  stall: number;
}

/** What a statement came to, as its sender knows it. Not known: it may have taken effect, or may yet. */
export type Outcome<T> = { readonly known: true; readonly value: T } | { readonly known: false };

const unknown = { known: false } as const;
const tripMsMax = 2;
const stallMsMax = 1_500;
/** After so long a node has given a statement up. */
const deadlineMsDefault = 250;

export interface LinkOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly postgres: ModelPostgres;
  readonly weather: Weather;
}

export interface StatementOptions {
  readonly deadlineMs?: number;
  readonly isEnded?: boolean;
}

export class PostgresLink {
  /** Nothing passes, and nothing is refused either. */
  isCut = false;
  readonly #options: LinkOptions;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /**
   * @param answered is called once, later
   * @param isEnded the server ends the statement when its sender gives it up: it is never done later than that
   * @returns whether it will have its answer in time, as nobody but the one who makes the weather knows
   */
  run<T>(
    act: (postgres: ModelPostgres) => T,
    answered: (outcome: Outcome<T>) => void,
    { deadlineMs = deadlineMsDefault, isEnded = false }: StatementOptions = {},
  ): boolean {
    const { scheduler, random, postgres, weather } = this.#options;
    const { life } = postgres;
    let isOver = false;
    const end = (outcome: Outcome<T>) => {
      if (isOver) return;
      isOver = true;
      deadline.cancel();
      answered(outcome);
    };
    const deadline = scheduler.after(deadlineMs, () => end(unknown));
    const isDead = () => !postgres.isUp || postgres.life !== life;
    const trip = () => 0.1 + random.next() * tripMsMax;
    const isStalled = random.chance(weather.stall);
    const isUnheard = random.chance(weather.lostReply);
    if (random.chance(weather.lostRequest) || this.isCut) return false;
    scheduler.after(trip() + (isStalled ? random.next() * stallMsMax : 0), () => {
      if (isDead() || (isEnded && isOver)) return end(unknown);
      const value = act(postgres);
      scheduler.after(trip(), () => {
        if (this.isCut) return;
        end(isUnheard || isDead() ? unknown : { known: true, value });
      });
    });
    return !isStalled && !isUnheard && !isDead();
  }
}
