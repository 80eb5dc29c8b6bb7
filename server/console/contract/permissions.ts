/**
 * Who may do what. One table of actions says which right each needs and over what; a role is a handful of rights.
 * Pure, so that pages disable by the same rule by which the server refuses.
 */

export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** `read-bodies` is apart: who may see that messages flow need not see what is in them. */
export const rights = ["read", "read-bodies", "publish", "operate", "administer"] as const;
export type Right = (typeof rights)[number];

/** What comes with a role; `read-bodies` is given to each person, or not. */
export const roleRights: Readonly<Record<Role, readonly Right[]>> = {
  viewer: ["read"],
  operator: ["read", "publish", "operate"],
  admin: ["read", "publish", "operate", "administer"],
};

/**
 * Everything that is asked of the console, closed. `over`: `names`, topics and channels within one's globs;
 * `cluster`, what concerns everybody's, so that the globs must leave nothing out; `own`, a person's own account,
 * which no token may touch.
 */
export const actions = {
  read: { right: "read", over: "names" },
  /** What cannot be narrowed to what somebody sees, such as a node's log. */
  "read-all": { right: "read", over: "cluster" },
  "read-bodies": { right: "read-bodies", over: "names" },
  "read-audit": { right: "read", over: "names" },
  publish: { right: "publish", over: "names" },
  /** As a consumer of a channel, who takes messages from its others. */
  consume: { right: "operate", over: "names" },
  create: { right: "operate", over: "names" },
  pause: { right: "operate", over: "names" },
  empty: { right: "operate", over: "names" },
  delete: { right: "operate", over: "names" },
  /** FIN, REQ and the like of messages that others hold. */
  requeue: { right: "operate", over: "names" },
  kick: { right: "operate", over: "names" },
  tombstone: { right: "operate", over: "names" },
  /** All topics of a node at once. */
  "tombstone-node": { right: "operate", over: "cluster" },
  /** Messages or figures as a file; bodies in it need `read-bodies` too. */
  export: { right: "read", over: "names" },
  "mute-alert": { right: "operate", over: "names" },
  "make-durable": { right: "administer", over: "names" },
  drain: { right: "administer", over: "cluster" },
  "force-adopt": { right: "administer", over: "cluster" },
  "test-failover": { right: "administer", over: "cluster" },
  "manage-alerts": { right: "administer", over: "cluster" },
  "manage-retention": { right: "administer", over: "cluster" },
  "manage-users": { right: "administer", over: "cluster" },
  own: { right: "read", over: "own" },
} as const satisfies Record<string, { readonly right: Right; readonly over: "names" | "cluster" | "own" }>;
export type Action = keyof typeof actions;

/** `*` stands for any run of characters, also none; all else for itself. Anchored at both ends, letters as they are. */
export type Globs = readonly string[];
export const globsMax = 32;
export const globPattern = /^[.a-zA-Z0-9_*-]+(#ephemeral)?$/;
export const globCharactersMax = 64;

export interface Permissions {
  readonly role: Role;
  readonly rights: readonly Right[];
  readonly topics: Globs;
  readonly channels: Globs;
  /** A token's owner: what they do not see it does not see either. */
  readonly within?: Sight;
}

/** What names somebody sees. */
export interface Sight {
  readonly topics: Globs;
  readonly channels: Globs;
}

/** Who asks. A token is never more than the person it belongs to. */
export interface Actor extends Permissions {
  readonly kind: "user" | "token" | "system";
  readonly name: string;
}

/** What it is asked of; nothing: the console as a whole. */
export interface ObjectRef {
  readonly topic?: string | undefined;
  readonly channel?: string | undefined;
  readonly node?: string | undefined;
}

/** What is missing: words for the tooltip "needs role operator on orders.*". */
export interface Needs {
  readonly right: Right;
  /** The least role that has the right; null: none does, somebody has to give it. */
  readonly role: Role | null;
  /** The name it is missing on; `*`: on all. */
  readonly on: string;
}

export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: "not-found" | "forbidden"; readonly needs: Needs };

const allowed: Verdict = { ok: true };

/** Names out of sight do not exist for whoever asks: `not-found`, whatever they asked. */
export function decide(
  actor: Permissions & { readonly kind?: Actor["kind"] },
  action: Action,
  object: ObjectRef,
): Verdict {
  const { right, over } = actions[action];
  const on =
    object.topic === undefined
      ? "*"
      : object.channel === undefined
        ? object.topic
        : `${object.topic}/${object.channel}`;
  const needs: Needs = { right, role: roles.find((role) => roleRights[role].includes(right)) ?? null, on };
  if (!sees(actor, object.topic, object.channel)) return { ok: false, code: "not-found", needs };
  const forbidden: Verdict = { ok: false, code: "forbidden", needs };
  if (!actor.rights.includes(right)) return forbidden;
  if (over === "own") return actor.kind === "token" ? forbidden : allowed;
  const takesAllChannels = action === "delete" && object.topic !== undefined && object.channel === undefined;
  if (over === "cluster" && !seesEverything(actor)) return { ...forbidden, needs: { ...needs, on: "*" } };
  if (takesAllChannels && !seesAllChannels(actor))
    return { ...forbidden, needs: { ...needs, on: `${object.topic}/*` } };
  return allowed;
}

type Seeing = Sight & { readonly within?: Sight };

/** Of the topics in sight. */
export function seesAllChannels({ channels, within }: Seeing): boolean {
  return channels.includes("*") && (!within || seesAllChannels(within));
}

/** Whether the names are within somebody's globs; without a name there is nothing to hide. */
export function sees(sight: Seeing, topic: string | undefined, channel?: string): boolean {
  if (sight.within && !sees(sight.within, topic, channel)) return false;
  if (topic !== undefined && !matchesAny(sight.topics, topic)) return false;
  return channel === undefined || matchesAny(sight.channels, channel);
}

export function seesEverything({ topics, channels, within }: Seeing): boolean {
  if (within && !seesEverything(within)) return false;
  return topics.includes("*") && channels.includes("*");
}

export function matchesAny(globs: Globs, name: string): boolean {
  return globs.some((glob) => matches(glob, name));
}

/** In steps of at most the product of both lengths: no pattern makes it slow. */
export function matches(glob: string, name: string): boolean {
  let [at, star, retry] = [0, -1, 0];
  let position = 0;
  while (position < name.length) {
    if (glob[at] === "*") {
      star = at++;
      retry = position;
    } else if (glob[at] === name[position]) {
      at++;
      position++;
    } else if (star !== -1) {
      at = star + 1;
      position = ++retry;
    } else return false;
  }
  while (glob[at] === "*") at++;
  return at === glob.length;
}
