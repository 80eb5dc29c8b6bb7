/**
 * Whether whoever asked for a job may still have it done. It runs long after it was asked for: a person may have lost
 * the role by then, a token may be revoked (CJ5).
 */
import type { AskedBy } from "../api/action-log.ts";
import { authorize, system } from "../auth/authorize.ts";
import { actorOf, firstPerson } from "../auth/identity.ts";
import type { PeopleStore } from "../auth/people.ts";
import { actorOfToken } from "../auth/tokens.ts";
import type { Clock } from "../clock.ts";
import type { Action, Actor, ObjectRef } from "../contract/index.ts";
import type { StoredJob } from "./store.ts";

/** While a job runs it is asked again this often. */
const askAgainMs = 2_000;

/** What somebody must be allowed, to have this job done. */
export function wantedBy({
  kind,
  topic,
  channel,
  node,
}: StoredJob): readonly [action: Action, object: ObjectRef] {
  const action = kind === "undo" ? "empty" : (kind as "empty" | "delete" | "requeue" | "drain" | "export");
  return [action, { topic: topic ?? undefined, channel: channel ?? undefined, node: node ?? undefined }];
}

/** A question that can be put at every step: Postgres is asked now and then. Rejects when it does not answer. */
export function askerOf(people: PeopleStore | null, job: StoredJob, clock: Clock): () => Promise<boolean> {
  let [may, askedAtMs] = [true, Number.NEGATIVE_INFINITY];
  return async () => {
    if (!may || clock.nowMs() - askedAtMs < askAgainMs) return may;
    const actor = await actorNow(people, job.params["by"] as AskedBy);
    may = actor !== null && authorize(actor, ...wantedBy(job)).ok;
    askedAtMs = clock.nowMs();
    return may;
  };
}

/** As they are now; null: there is nobody of that name any more, or they may not sign in. */
export async function actorNow(
  people: PeopleStore | null,
  { actor, session }: AskedBy,
): Promise<Actor | null> {
  if (actor.kind === "system") return system;
  // Only Postgres has others.
  const find = async (user: string) =>
    user === firstPerson.user ? firstPerson : ((await people?.secrets(user)) ?? null);
  if (actor.kind === "user") {
    const person = await find(actor.name);
    return person && actorOf(person);
  }
  const [user = ""] = actor.name.split("/", 1);
  const owner = await find(user);
  const tokens = owner === null ? [] : ((await people?.tokens(user)) ?? []);
  const token = tokens.find(
    ({ id, name }) => `${user}/${name}` === actor.name && id.startsWith(session ?? ""),
  );
  return owner && token ? actorOfToken({ name: token.name, scope: token, owner }) : null;
}
