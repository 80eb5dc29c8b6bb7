/** Names of rooms, taken apart and checked: they come from browsers. */
import { isName, isSingleRoom, type SingleRoom } from "../contract/index.ts";
import { type TailWanted, tailWanted } from "./tail-wanted.ts";

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
export type TailTarget = { readonly kind: "tail"; readonly topic: string; readonly wanted: TailWanted };

const nodeKeyCharactersMax = 260;
const jobPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** null: not the name of a room. */
export function targetOf(room: string): RoomTarget | WindowTarget | TailTarget | null {
  if (isSingleRoom(room) || room === "topics") return { kind: room };
  const colon = room.indexOf(":");
  const kind = room.slice(0, Math.max(colon, 0));
  const rest = room.slice(colon + 1);
  if (kind === "node")
    return rest.length > 0 && rest.length <= nodeKeyCharactersMax ? { kind, node: rest } : null;
  if (kind === "job") return jobPattern.test(rest) ? { kind, job: rest } : null;
  if (kind === "tail") return tailOf(rest);
  if (kind === "topic" || kind === "channels") return isName(rest) ? { kind, topic: rest } : null;
  if (kind !== "channel" && kind !== "clients") return null;
  const [topic, channel, ...more] = rest.split("/");
  if (more.length > 0 || !isName(topic!) || channel === undefined || !isName(channel)) return null;
  return { kind, topic: topic!, channel };
}

export function isTail(target: RoomTarget | WindowTarget | TailTarget): target is TailTarget {
  return target.kind === "tail";
}

export function isWindow(target: RoomTarget | WindowTarget): target is WindowTarget {
  return target.kind === "topics" || target.kind === "channels" || target.kind === "clients";
}

function tailOf(rest: string): TailTarget | null {
  const mark = rest.indexOf("?");
  const topic = mark < 0 ? rest : rest.slice(0, mark);
  const wanted = tailWanted(mark < 0 ? "" : rest.slice(mark + 1));
  return isName(topic) && wanted !== null ? { kind: "tail", topic, wanted } : null;
}
