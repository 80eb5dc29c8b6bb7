/** One-time links by which somebody signs in as themselves: an invitation, or the way back in. */
import type { PeopleStore } from "../auth/people.ts";
import { hashOf, newSecret } from "../auth/secret.ts";
import { signInPath } from "../contract/index.ts";

/** An invitation waits in somebody's mailbox. */
const linkLastsMs = 24 * 3_600_000;

/** null: there is nobody of that name who may sign in. */
export async function saveNewLink(
  store: Pick<PeopleStore, "saveLink">,
  name: string,
  wallMs: number,
): Promise<{ readonly token: string; readonly expiresAtMs: number } | null> {
  const token = newSecret();
  const expiresAtMs = wallMs + linkLastsMs;
  return (await store.saveLink(name, hashOf(token), expiresAtMs)) ? { token, expiresAtMs } : null;
}

/** Path and query on a console that stands at `base`. */
export function pathOfLink(base: string, token: string): string {
  return `${base}${signInPath}?token=${token}`;
}
