/** What it is to send each of the socket's events: a new event or kind of room does not compile without it. */
import { type Action, type ClientEvents, type ObjectRef, roomCharactersMax } from "../contract/index.ts";
import { type RoomTarget, targetOf, type WindowTarget } from "../live/targets.ts";

export interface Asked {
  readonly action: Action;
  readonly object: ObjectRef;
}

/** null: the arguments are not understood. */
type EventPolicy = (args: readonly unknown[]) => Asked | null;

const console: Asked = { action: "read", object: {} };

const ofRoom: EventPolicy = ([room]) => {
  const target = typeof room === "string" && room.length <= roomCharactersMax ? targetOf(room) : null;
  return target && roomPolicies[target.kind](target as never);
};

export const eventPolicies: Readonly<Record<Exclude<keyof ClientEvents, "time">, EventPolicy>> = {
  watch: ofRoom,
  unwatch: ofRoom,
};

type Target = RoomTarget | WindowTarget;
type RoomPolicies = {
  readonly [Kind in Target["kind"]]: (target: Extract<Target, { kind: Kind }>) => Asked;
};

/** Rooms of which there is one show what whoever watches may see. */
export const roomPolicies: RoomPolicies = {
  status: () => console,
  overview: () => console,
  audit: () => ({ action: "read-audit", object: {} }),
  topics: () => console,
  nodes: () => console,
  cluster: () => console,
  topic: ({ topic }) => ({ action: "read", object: { topic } }),
  channels: ({ topic }) => ({ action: "read", object: { topic } }),
  clients: ({ topic, channel }) => ({ action: "read", object: { topic, channel } }),
  channel: ({ topic, channel }) => ({ action: "read", object: { topic, channel } }),
  jobs: () => console,
  job: () => console,
  node: ({ node }) => ({ action: "read", object: { node } }),
};
