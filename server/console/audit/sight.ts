/** Which lines of the operators' log somebody is shown, and how much of them. */
import { type Actor, decide, type OperatorAction, sees } from "../contract/index.ts";

/** Acts on people, sessions and tokens name people: they are for those who manage them, and one's own for oneself. */
const ofPeople = /-(user|token|session|sessions|password|link)$|^sign-/;

export function managesPeople(actor: Actor): boolean {
  return decide(actor, "manage-users", {}).ok;
}

export function isShown(line: OperatorAction, actor: Actor): boolean {
  if (!sees(actor, line.topic ?? undefined, line.channel ?? undefined)) return false;
  return !ofPeople.test(line.action) || line.actor === actor.name || managesPeople(actor);
}

/**
 * Without where somebody sits and by which session, unless one manages people or it is one's own; and without a second
 * topic (`object.to`) that is out of sight.
 */
export function asShown(line: OperatorAction, actor: Actor): OperatorAction {
  const shown = withoutHidden(line, actor);
  if (line.actor === actor.name || managesPeople(actor)) return shown;
  return { ...shown, address: null, session: null };
}

function withoutHidden(line: OperatorAction, actor: Actor): OperatorAction {
  const { to, ...object } = line.object ?? {};
  return typeof to !== "string" || sees(actor, to) ? line : { ...line, object };
}
