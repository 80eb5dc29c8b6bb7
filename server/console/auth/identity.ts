/** A person, as far as it decides what they may. */
import { type Actor, type Globs, type Right, type Role, roleRights } from "../contract/index.ts";

export interface Identity {
  readonly user: string;
  readonly role: Role;
  readonly topics: Globs;
  readonly channels: Globs;
  readonly readsBodies: boolean;
}

/** Whom the links of the data path sign in. */
export const firstPerson: Identity = {
  user: "admin",
  role: "admin",
  topics: ["*"],
  channels: ["*"],
  readsBodies: true,
};

export function isSame(one: Identity, other: Identity): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf({ user, role, topics, channels, readsBodies }: Identity): string {
  return JSON.stringify([user, role, topics, channels, readsBodies]);
}

/** What somebody may by their role and by what is given them beside it. */
export function rightsOf({ role, readsBodies }: Pick<Identity, "role" | "readsBodies">): readonly Right[] {
  return readsBodies ? [...roleRights[role], "read-bodies"] : roleRights[role];
}

export function actorOf(person: Identity): Actor {
  const { user: name, role, topics, channels } = person;
  return { kind: "user", name, role, rights: rightsOf(person), topics, channels };
}
