/** What the routes about people share: where they are kept, and what is said when that does not answer. */
import type { FastifyRequest } from "fastify";
import { type ActionLog, askedBy } from "../api/action-log.ts";
import { Failure } from "../api/failure.ts";
import { demandFresh } from "../auth/authorize.ts";
import type { PeopleStore } from "../auth/people.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { Tokens } from "../auth/tokens.ts";

export interface PeopleOptions {
  /** null: started without Postgres. */
  readonly store: PeopleStore | null;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly log: ActionLog;
  readonly wallMs: () => number;
  /** Where everything stands, without a slash at its end: empty for the root. */
  readonly base: string;
}

export type Named = { Params: { name: string } };
export type WithId = { Params: { id: string } };

export const manage = { config: { policy: { action: "manage-users" } } } as const;
export const own = { config: { policy: { action: "own" } } } as const;

export function noSuch(what: "user" | "session" | "token"): Failure {
  return new Failure("not-found", `There is no such ${what}.`);
}

/** Of what is kept in Postgres. Throws `Failure` where there is none, and while it does not answer. */
export async function kept<T>(
  { store }: Pick<PeopleOptions, "store">,
  ask: (store: PeopleStore) => Promise<T>,
): Promise<T> {
  if (!store)
    throw new Failure(
      "database-away",
      "This console was started without Postgres: the sign-in link is its only account.",
    );
  try {
    return await ask(store);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw notNow();
  }
}

/**
 * Whoever asks may have signed in while Postgres did not answer: then it does not know them yet, and has to before
 * anything of theirs is kept. Throws `Failure` while it does not answer.
 */
export async function settled(
  { sessions, store }: Pick<PeopleOptions, "sessions" | "store">,
  { visitor }: FastifyRequest,
): Promise<void> {
  if (store && !(await sessions.settle(visitor!.id))) throw notNow();
}

/** What lets somebody in wants a person who has just signed in: else whoever has got hold of a session keeps it. */
export function demandPerson(
  { log, wallMs }: Pick<PeopleOptions, "log" | "wallMs">,
  request: FastifyRequest,
  action: string,
  object: object,
): void {
  try {
    demandFresh(request.visitor!, wallMs());
  } catch (error) {
    log.write({ ...askedBy(request), action, object: { ...object }, result: "fresh-needed" });
    throw error;
  }
}

function notNow(): Failure {
  return new Failure(
    "database-away",
    "Postgres does not answer now: people and tokens have to wait until it does. Try again.",
  );
}
