/** Names of rooms, taken apart and checked: they come from browsers. */
import { isName, isSingleRoom, type SingleRoom } from "../contract/index.ts";

/** A long table, watched through a window. */
export type WindowTarget =
  | { readonly kind: "topics" }
  | { readonly kind: "channels"; readonly topic: string }
  | { readonly kind: "clients"; readonly topic: string; readonly channel: string };

export type RoomTarget =
  | { readonly kind: SingleRoom }
  | { readonly kind: "topic"; readonly topic: string }
  | { readonly kind: "channel"; readonly topic: string; readonly channel: string }
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "job"; readonly job: string };

const nodeKeyCharactersMax = 260;
const jobPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** null: not the name of a room. */
export function targetOf(room: string): RoomTarget | WindowTarget | null {
  if (isSingleRoom(room) || room === "topics") return { kind: room };
  const colon = room.indexOf(":");
  const kind = room.slice(0, Math.max(colon, 0));
  const rest = room.slice(colon + 1);
  if (kind === "node")
    return rest.length > 0 && rest.length <= nodeKeyCharactersMax ? { kind, node: rest } : null;
  if (kind === "job") return jobPattern.test(rest) ? { kind, job: rest } : null;
  if (kind === "topic" || kind === "channels") return isName(rest) ? { kind, topic: rest } : null;
  if (kind !== "channel" && kind !== "clients") return null;
  const [topic, channel, ...more] = rest.split("/");
  if (more.length > 0 || !isName(topic!) || channel === undefined || !isName(channel)) return null;
  return { kind, topic: topic!, channel };
}

export function isWindow(target: RoomTarget | WindowTarget): target is WindowTarget {
  return target.kind === "topics" || target.kind === "channels" || target.kind === "clients";
}
