/** The one place where it is decided whether somebody may: behind HTTP, sockets and jobs. */
import { Failure } from "../api/failure.ts";
import {
  type Action,
  type Actor,
  decide,
  type Needs,
  type ObjectRef,
  rights,
  seesEverything,
  type Verdict,
} from "../contract/index.ts";

export function authorize(actor: Actor, action: Action, object: ObjectRef = {}): Verdict {
  return decide(actor, action, object);
}

/** Throws `Failure` unless they may. */
export function demand(actor: Actor, action: Action, object: ObjectRef = {}): void {
  const verdict = authorize(actor, action, object);
  if (verdict.ok) return;
  if (verdict.code === "not-found") throw new Failure("not-found", "There is no such thing now.");
  throw new Failure("forbidden", `That ${wordsFor(verdict.needs)}.`, { needs: verdict.needs });
}

/** What cannot be taken back wants somebody who has just proved to be who they are. */
export const freshForMs = 5 * 60_000;

/** When somebody last proved to be who they are; null: a token, which whoever has it may show at any time. */
export interface Proven {
  readonly freshAtMs: number | null;
}

/** Throws `Failure` when that was too long ago. */
export function demandFresh({ freshAtMs }: Proven, nowMs: number): void {
  if (freshAtMs === null)
    throw new Failure("fresh-needed", "No token can do this: it wants a person who has just signed in.");
  if (nowMs - freshAtMs < freshForMs) return;
  throw new Failure(
    "fresh-needed",
    "Sign in again first, by password or with a new link: that was over five minutes ago.",
  );
}

function wordsFor({ right, role, on }: Needs): string {
  const what = role === null ? `the right ${right}` : `the role ${role}`;
  return on === "*" ? `needs ${what} on everything` : `needs ${what} on ${on}`;
}

/** The console itself: jobs that resume, alerts, samples. Sees all; what people asked of it is decided by who they are. */
export const system: Actor = {
  kind: "system",
  name: "weir",
  role: "admin",
  rights,
  topics: ["*"],
  channels: ["*"],
};

/** What two actors must share to be shown the same: empty for those who see everything. */
export function sightKey(actor: Pick<Actor, "topics" | "channels" | "within">): string {
  return seesEverything(actor) ? "" : JSON.stringify([actor.topics, actor.channels, actor.within]);
}
