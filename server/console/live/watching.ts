/**
 * What each socket watches: figures of a room at a pace, which all that watch it share; a window of a listing,
 * which is the socket's own.
 */
import { z } from "zod";
import {
  type Ack,
  type Delta,
  isWindowRoom,
  type PaceMs,
  pacesMs,
  type Room,
  roomCharactersMax,
  roomsPerSocketMax,
  type WindowRequest,
  type WindowRoom,
} from "../contract/index.ts";
import { refusal } from "./ack.ts";
import { type ConsoleSocket, isLagging } from "./console-socket.ts";
import { eyeOf } from "./eye.ts";
import type { FeedMessage } from "./feed.ts";
import { feedKey, type Hub } from "./hub.ts";
import { isWindow, type RoomTarget, targetOf, type WindowTarget } from "./targets.ts";
import { placeOf } from "./window.ts";
import { windowFields } from "./window-request.ts";

const watchArgs = z.tuple([
  z.string().max(roomCharactersMax),
  z.strictObject({
    paceMs: z.union([z.literal(pacesMs.seen), z.literal(pacesMs.hidden)]).optional(),
    window: z.strictObject(windowFields).optional(),
  }),
]);
const unwatchArgs = z.tuple([z.string().max(roomCharactersMax)]);

export class Watching {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  watch(socket: ConsoleSocket, args: unknown[]): Ack {
    const parsed = watchArgs.safeParse(args);
    if (!parsed.success) return refusal("bad-request", "watch takes a room and options.");
    const [room, { paceMs = pacesMs.seen, window = {} }] = parsed.data;
    const target = targetOf(room);
    if (!target) return refusal("bad-request", "That is not the name of a room.");
    const { watching } = socket.data;
    if (!watching.has(room) && watching.size >= roomsPerSocketMax) {
      return refusal("too-many", `One page may watch ${roomsPerSocketMax} rooms.`);
    }
    if (isWindow(target)) return this.#watchWindow(socket, room as WindowRoom, target, window, paceMs);
    this.#watchFeed(socket, room as Room, target, paceMs);
    return { ok: true };
  }

  #watchWindow(
    socket: ConsoleSocket,
    room: WindowRoom,
    target: WindowTarget,
    request: WindowRequest,
    paceMs: PaceMs,
  ): Ack {
    const send = ({ event, payload }: FeedMessage) => void socket.emit(event as "delta", payload as Delta);
    const ready = () => !isLagging(socket);
    const place = placeOf(room, target, socket.data.session.actor);
    socket.data.watching.set(room, paceMs);
    send(this.#hub.windows.ask(windowId(socket, room), place, request, paceMs, { send, ready }));
    return { ok: true };
  }

  #watchFeed(socket: ConsoleSocket, room: Room, target: RoomTarget, paceMs: PaceMs): void {
    const { watching } = socket.data;
    const eye = eyeOf(socket.data.session.actor);
    const before = watching.get(room);
    if (before === paceMs) {
      const snapshot = this.#hub.again(room, paceMs, eye);
      if (snapshot) socket.emit("snapshot", snapshot);
      return;
    }
    // Joined before the old pace is left: the feed of a room that is watched does not begin anew.
    const snapshot = this.#hub.join(room, target, paceMs, eye);
    if (before !== undefined) this.#leave(socket, room);
    watching.set(room, paceMs);
    void socket.join(feedKey(room, paceMs, eye));
    socket.emit("snapshot", snapshot);
  }

  unwatch(socket: ConsoleSocket, args: unknown[]): Ack {
    const parsed = unwatchArgs.safeParse(args);
    if (!parsed.success) return refusal("bad-request", "unwatch takes a room.");
    this.#leave(socket, parsed.data[0]);
    return { ok: true };
  }

  leaveAll(socket: ConsoleSocket): void {
    for (const room of [...socket.data.watching.keys()]) this.#leave(socket, room);
  }

  #leave(socket: ConsoleSocket, room: string): void {
    const { watching } = socket.data;
    const paceMs = watching.get(room);
    if (paceMs === undefined) return;
    watching.delete(room);
    if (isWindowRoom(room)) this.#hub.windows.close(windowId(socket, room));
    else {
      const eye = eyeOf(socket.data.session.actor);
      void socket.leave(feedKey(room as Room, paceMs, eye));
      this.#hub.leave(room as Room, paceMs, eye);
    }
  }
}

function windowId(socket: ConsoleSocket, room: WindowRoom): string {
  return `${socket.id} ${room}`;
}
