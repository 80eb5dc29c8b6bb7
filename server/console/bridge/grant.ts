/** What a token allows, and that it allows no more than whoever asked for it may do. Pure. */
import { z } from "zod";
import { type Grant, rdyMost, type Verb, verbs } from "../../../client/browser/protocol.ts";
import {
  type Action,
  type Actor,
  decide,
  globCharactersMax,
  globPattern,
  globsMax,
  matches,
  matchesAny,
} from "../contract/index.ts";

export const expiresInSMost = 15 * 60;
const originsMax = 16;
const rateMost = 100_000;

const globs = z.array(z.string().max(globCharactersMax).regex(globPattern)).min(1).max(globsMax);

export const grantRequest = z.strictObject({
  topics: globs,
  channels: globs.default(["*"]),
  verbs: z.array(z.enum(verbs)).min(1).max(verbs.length).default(["sub"]),
  rdyMax: z.int().min(1).max(rdyMost).default(50),
  messagesPerSecond: z.int().min(1).max(rateMost).nullable().default(null),
  origins: z.array(z.string().max(300).refine(isOrigin, "not an origin")).max(originsMax).default([]),
  expiresInS: z.int().min(5).max(expiresInSMost).default(expiresInSMost),
});
export type GrantRequest = z.output<typeof grantRequest>;

/** What they are for lies in channels; all else is of the topic. */
const ofChannels: ReadonlySet<Verb> = new Set(["sub", "outcomes"]);
const needed = {
  sub: ["consume", "read-bodies"],
  pub: ["publish"],
  tail: ["read-bodies"],
  outcomes: ["read"],
} as const satisfies Record<Verb, readonly Action[]>;

type Reach = Pick<Grant, "topics" | "channels" | "verbs">;

/** What of it is beyond `actor`, in words; null: nothing. */
export function beyond(actor: Actor, asked: Reach): string | null {
  const strange = outOfSight(actor, asked);
  if (strange !== null) return strange;
  for (const verb of asked.verbs)
    for (const action of needed[verb]) {
      const verdict = decide(actor, action, {});
      if (!verdict.ok) return `the verb ${verb} needs the right ${verdict.needs.right}`;
    }
  return null;
}

/** Which of the topics and channels `actor` does not see, in words; null: it sees all. */
export function outOfSight(actor: Actor, asked: Reach): string | null {
  // An API token's owner may see less than the token says.
  const sights = [actor, ...(actor.within ? [actor.within] : [])];
  const strange = (asked: readonly string[], kind: "topics" | "channels") =>
    asked.find((glob) => sights.some((sight) => !sight[kind].some((mine) => matches(mine, glob))));
  // An asterisk in the one is matched by an asterisk of the other alone, which then takes whatever it stands for.
  const topic = strange(asked.topics, "topics");
  if (topic !== undefined) return `topics ${topic} are not yours`;
  const channel = asked.verbs.some((verb) => ofChannels.has(verb))
    ? strange(asked.channels, "channels")
    : undefined;
  return channel !== undefined ? `channels ${channel} are not yours` : null;
}

/** `channel`: left out for `pub`. */
export function allows(grant: Grant, verb: Verb, topic: string, channel?: string): boolean {
  return (
    grant.verbs.includes(verb) &&
    matchesAny(grant.topics, topic) &&
    (channel === undefined || matchesAny(grant.channels, channel))
  );
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}
