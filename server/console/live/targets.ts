/** Names of rooms, taken apart and checked: they come from browsers. */
import { isName, isSingleRoom, type SingleRoom } from "../contract/index.ts";

export type RoomTarget =
  | { readonly kind: SingleRoom }
  | { readonly kind: "topic"; readonly topic: string }
  | { readonly kind: "channel"; readonly topic: string; readonly channel: string }
  | { readonly kind: "node"; readonly node: string };
export type TailTarget = { readonly kind: "tail"; readonly topic: string };

const nodeKeyCharactersMax = 260;

/** null: not the name of a room. */
export function targetOf(room: string): RoomTarget | TailTarget | null {
  if (isSingleRoom(room)) return { kind: room };
  const colon = room.indexOf(":");
  const kind = room.slice(0, Math.max(colon, 0));
  const rest = room.slice(colon + 1);
  if (kind === "node")
    return rest.length > 0 && rest.length <= nodeKeyCharactersMax ? { kind, node: rest } : null;
  if (kind === "topic" || kind === "tail") return isName(rest) ? { kind, topic: rest } : null;
  if (kind !== "channel") return null;
  const [topic, channel, ...more] = rest.split("/");
  if (more.length > 0 || !isName(topic!) || channel === undefined || !isName(channel)) return null;
  return { kind, topic: topic!, channel };
}

export function isTail(target: RoomTarget | TailTarget): target is TailTarget {
  return target.kind === "tail";
}
