import type { DefaultEventsMap, Server, Socket } from "socket.io";
import type { Visitor } from "../auth/policy.ts";
import type { ClientEvents, PaceMs, ServerEvents } from "../contract/index.ts";

interface SocketData {
  session: Visitor;
  /** By room. */
  watching: Map<string, PaceMs>;
  /** Looks in a row that found it still sending what it was given before. */
  behind: number;
}

/** A browser's socket, whose session has been checked. */
export type ConsoleSocket = Socket<ClientEvents, ServerEvents, DefaultEventsMap, SocketData>;
export type ConsoleSocketServer = Server<ClientEvents, ServerEvents, DefaultEventsMap, SocketData>;

/** One look may fall into the moment of a send; the second does not. */
const lagLooks = 2;

/** Whether it keeps up with what it is sent; those that do not get no figures. */
export function isLagging({ data }: ConsoleSocket): boolean {
  return data.behind >= lagLooks;
}
