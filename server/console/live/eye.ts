/** Whose eyes a view is for: those who see the same share a feed, and names out of sight are in none of theirs. */
import { managesPeople } from "../audit/sight.ts";
import { sightKey } from "../auth/authorize.ts";
import { type Actor, seesAllChannels as actorSeesAllChannels, sees } from "../contract/index.ts";

export interface Eye {
  readonly actor: Actor;
  /** The same for all who see the same names; empty: those who see all. */
  readonly key: string;
  readonly sees: (topic: string, channel?: string) => boolean;
}

export function eyeOf(actor: Actor): Eye {
  const key = sightKey(actor);
  return { actor, key, sees: key === "" ? () => true : (topic, channel) => sees(actor, topic, channel) };
}

export function seesAllChannels({ actor }: Eye): boolean {
  return actorSeesAllChannels(actor);
}

/** What of an eye a feed of this kind depends on: the operators' log shows each what is theirs. */
export function eyeKey({ actor, key }: Eye, kind: string): string {
  if (kind !== "audit") return key;
  return managesPeople(actor) ? "*" : `${actor.name} ${key}`;
}
