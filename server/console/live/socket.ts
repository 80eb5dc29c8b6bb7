/**
 * The browsers' sockets: who may connect, what they may watch, and how much of it. Sends what the hub's
 * feeds and the taps say; figures may be dropped for a browser that does not keep up, and a gap in the
 * revisions tells it so.
 */
import type { Server as HttpServer, IncomingMessage } from "node:http";
import { type DefaultEventsMap, Server, type Socket } from "socket.io";
import { z } from "zod";
import { authorize } from "../auth/authorize.ts";
import { eventPolicies } from "../auth/event-policy.ts";
import type { Visitor } from "../auth/policy.ts";
import type { SessionEnd, Sessions } from "../auth/sessions.ts";
import { SessionUnknown } from "../auth/strangers.ts";
import type { Clock } from "../clock.ts";
import {
  type Ack,
  type ClientEvents,
  type Delta,
  type FailureCode,
  type Hello,
  isWindowRoom,
  type PaceMs,
  pacesMs,
  type Room,
  roomCharactersMax,
  roomsPerSocketMax,
  type ServerEvents,
  socketsPerSessionMax,
  type TailBatch,
  type TailRoom,
  type WindowRequest,
  type WindowRoom,
} from "../contract/index.ts";
import { answer, refusal } from "./ack.ts";
import { eyeOf } from "./eye.ts";
import type { FeedMessage } from "./feed.ts";
import { feedKey, type Hub } from "./hub.ts";
import type { Tails } from "./tail.ts";
import {
  isTail,
  isWindow,
  type RoomTarget,
  type TailTarget,
  targetOf,
  type WindowTarget,
} from "./targets.ts";
import { placeOf } from "./window.ts";
import { windowFields } from "./window-request.ts";

interface SocketData {
  session: Visitor;
  /** By room: the pace, or null for a tail. */
  watching: Map<string, PaceMs | null>;
  /** Looks in a row that found it still sending what it was given before. */
  behind: number;
}
type ConsoleSocket = Socket<ClientEvents, ServerEvents, DefaultEventsMap, SocketData>;

export interface SocketsOptions {
  readonly server: HttpServer;
  /** Where browsers connect to. */
  readonly path: string;
  readonly clock: Clock;
  readonly sessions: Sessions;
  /** Host and Origin are ours. */
  readonly isOurs: (request: IncomingMessage) => boolean;
  readonly readCookie: (header: string | undefined) => string | undefined;
  readonly bootId: string;
  readonly version: string;
  /** How often open sockets' sessions are looked at again; default a second. */
  readonly recheckMs?: number;
}

const bufferBytesMax = 64 * 1024;
/** Events a socket may send at once, and then a second. Beyond `floodMax` it is hung up on. */
const eventsBurst = 40;
const eventsPerSecond = 20;
const floodMax = 200;

/**
 * Browsers that do not keep up are in this room and get no figures. (socket.io's own `volatile` drops
 * whatever follows another event of the same turn, for browsers that keep up too.)
 */
const laggingRoom = "lagging";
const lagCheckMs = 250;
/** One look may fall into the moment of a send; the second does not. */
const lagLooks = 2;

const watchArgs = z.tuple([
  z.string().max(roomCharactersMax),
  z.strictObject({
    paceMs: z.union([z.literal(pacesMs.seen), z.literal(pacesMs.hidden)]).optional(),
    window: z.strictObject(windowFields).optional(),
  }),
]);
const unwatchArgs = z.tuple([z.string().max(roomCharactersMax)]);

export class Sockets {
  readonly #io: Server<ClientEvents, ServerEvents, DefaultEventsMap, SocketData>;
  readonly #options: SocketsOptions;
  readonly #bySession = new Map<string, Set<ConsoleSocket>>();
  readonly #recheck: ReturnType<typeof setInterval>;
  readonly #lagCheck: ReturnType<typeof setInterval>;
  #hub: Hub | null = null;
  #tails: Tails | null = null;

  constructor(options: SocketsOptions) {
    this.#options = options;
    this.#io = new Server(options.server, {
      path: options.path,
      transports: ["websocket"],
      serveClient: false,
      maxHttpBufferSize: bufferBytesMax,
      connectTimeout: 10_000,
      perMessageDeflate: false,
      httpCompression: false,
      destroyUpgrade: false,
      allowRequest: (request, answer) => {
        this.#refusalOf(request).then(
          (why) => answer(why, why === null),
          () => answer("internal", false),
        );
      },
    });
    this.#io.use((socket, next) => {
      this.#begin(socket).then(next, () => next(new Error("refused")));
    });
    this.#io.on("connection", (socket) => this.#connected(socket));
    options.sessions.onEnd((id, reason) => this.#hangUp(id, reason));
    this.#recheck = setInterval(() => void this.#recheckAll(), options.recheckMs ?? 1_000);
    this.#lagCheck = setInterval(() => this.#findLagging(), lagCheckMs);
  }

  /** What there is to watch. Before the first connection. */
  attach(hub: Hub, tails: Tails): void {
    this.#hub = hub;
    this.#tails = tails;
  }

  /** How many are connected. */
  get count(): number {
    return this.#io.engine.clientsCount;
  }

  sendFeed(key: string, message: FeedMessage): void {
    if (message.event === "snapshot") this.#io.to(key).emit("snapshot", message.payload);
    else this.#io.to(key).except(laggingRoom).emit("delta", message.payload);
  }

  sendTail(batch: TailBatch): void {
    this.#io.to(batch.room).except(laggingRoom).emit("tail", batch);
  }

  async close(): Promise<void> {
    clearInterval(this.#recheck);
    clearInterval(this.#lagCheck);
    this.#io.disconnectSockets(true);
    this.#io.engine.close();
  }

  /** Why this handshake is refused; null: it is not. */
  async #refusalOf(request: IncomingMessage): Promise<FailureCode | null> {
    if (!this.#options.isOurs(request)) return "bad-origin";
    try {
      return (await this.#sessionOf(request)) === null ? "no-session" : null;
    } catch (error) {
      if (error instanceof SessionUnknown) return "session-unknown";
      throw error;
    }
  }

  #sessionOf(request: IncomingMessage) {
    return this.#options.sessions.check(this.#options.readCookie(request.headers.cookie), false);
  }

  /** Once more for the namespace: the session may have ended since the handshake. */
  async #begin(socket: ConsoleSocket): Promise<Error | undefined> {
    const session = await this.#sessionOf(socket.request);
    if (!session) return new Error("no-session");
    if ((this.#bySession.get(session.id)?.size ?? 0) >= socketsPerSessionMax) return new Error("too-many");
    socket.data.session = session;
    socket.data.watching = new Map();
    socket.data.behind = 0;
    return undefined;
  }

  #connected(socket: ConsoleSocket): void {
    const { id } = socket.data.session;
    const siblings = this.#bySession.get(id) ?? new Set();
    this.#bySession.set(id, siblings.add(socket));
    socket.on("error", () => socket.disconnect(true));
    socket.on("disconnect", () => {
      for (const room of [...socket.data.watching.keys()]) this.#leave(socket, room);
      siblings.delete(socket);
      if (siblings.size === 0) this.#bySession.delete(id);
    });
    this.#limit(socket);
    this.#on(socket, "watch", 2, (plain) => this.#watch(socket, plain));
    this.#on(socket, "unwatch", 1, (plain) => this.#unwatch(socket, plain));
    socket.on("time", (...args: unknown[]) => {
      const ack = args[0];
      if (typeof ack === "function") ack(this.#options.clock.wallMs());
    });
    const hello: Hello = {
      serverMs: this.#options.clock.wallMs(),
      bootId: this.#options.bootId,
      version: this.#options.version,
      session: socket.data.session.info,
    };
    socket.emit("hello", hello);
  }

  /** Every event goes by its policy first; names out of sight are answered as any room that has nothing in it. */
  #on(
    socket: ConsoleSocket,
    event: Exclude<keyof ClientEvents, "time">,
    plainMax: number,
    handle: (plain: unknown[]) => Ack,
  ): void {
    socket.on(event, (...args: unknown[]) =>
      answer(args, plainMax, (plain) => {
        const asked = eventPolicies[event](plain);
        if (asked === null) return refusal("bad-request", `${event} takes the name of a room.`);
        const verdict = authorize(socket.data.session.actor, asked.action, asked.object);
        return verdict.ok ? handle(plain) : refusal(verdict.code, "That room is not for you.");
      }),
    );
  }

  /** A bucket of events: what is beyond it is dropped with an answer, a flood ends the socket. */
  #limit(socket: ConsoleSocket): void {
    let credit = eventsBurst;
    let atMs = this.#options.clock.nowMs();
    socket.use((packet, next) => {
      const nowMs = this.#options.clock.nowMs();
      credit = Math.min(eventsBurst, credit + ((nowMs - atMs) * eventsPerSecond) / 1_000) - 1;
      atMs = nowMs;
      if (credit >= 0) return next();
      if (credit < -floodMax) return void socket.disconnect(true);
      const ack = packet.at(-1) as unknown;
      if (typeof ack === "function") ack(refusal("too-many", "Too many events: slow down."));
    });
  }

  #watch(socket: ConsoleSocket, args: unknown[]): Ack {
    const parsed = watchArgs.safeParse(args);
    if (!parsed.success) return refusal("bad-request", "watch takes a room and options.");
    const [room, { paceMs = pacesMs.seen, window = {} }] = parsed.data;
    const target = targetOf(room);
    if (!target) return refusal("bad-request", "That is not the name of a room.");
    const { watching } = socket.data;
    if (!watching.has(room) && watching.size >= roomsPerSocketMax) {
      return refusal("too-many", `One page may watch ${roomsPerSocketMax} rooms.`);
    }
    if (isTail(target)) return this.#watchTail(socket, room, target);
    if (isWindow(target)) return this.#watchWindow(socket, room as WindowRoom, target, window, paceMs);
    this.#watchFeed(socket, room as Room, target, paceMs);
    return { ok: true };
  }

  #watchTail(socket: ConsoleSocket, room: string, target: TailTarget): Ack {
    if (socket.data.watching.has(room)) return { ok: true };
    if (!this.#tails!.join(room as TailRoom, target))
      return refusal("too-many", "Too many topics are being tailed.");
    socket.data.watching.set(room, null);
    void socket.join(room);
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
    const ready = () => socket.data.behind < lagLooks;
    const place = placeOf(room, target, socket.data.session.actor);
    socket.data.watching.set(room, paceMs);
    send(this.#hub!.windows.ask(windowId(socket, room), place, request, paceMs, { send, ready }));
    return { ok: true };
  }

  #watchFeed(socket: ConsoleSocket, room: Room, target: RoomTarget, paceMs: PaceMs): void {
    const { watching } = socket.data;
    const eye = eyeOf(socket.data.session.actor);
    const before = watching.get(room);
    if (before === paceMs) {
      const snapshot = this.#hub!.again(room, paceMs, eye);
      if (snapshot) socket.emit("snapshot", snapshot);
      return;
    }
    // Joined before the old pace is left: the feed of a room that is watched does not begin anew.
    const snapshot = this.#hub!.join(room, target, paceMs, eye);
    if (before !== undefined) this.#leave(socket, room);
    watching.set(room, paceMs);
    void socket.join(feedKey(room, paceMs, eye));
    socket.emit("snapshot", snapshot);
  }

  #unwatch(socket: ConsoleSocket, args: unknown[]): Ack {
    const parsed = unwatchArgs.safeParse(args);
    if (!parsed.success) return refusal("bad-request", "unwatch takes a room.");
    this.#leave(socket, parsed.data[0]);
    return { ok: true };
  }

  #leave(socket: ConsoleSocket, room: string): void {
    const { watching } = socket.data;
    const paceMs = watching.get(room);
    if (paceMs === undefined) return;
    watching.delete(room);
    if (isWindowRoom(room)) this.#hub!.windows.close(windowId(socket, room));
    else if (paceMs === null) {
      void socket.leave(room);
      this.#tails!.leave(room);
    } else {
      const eye = eyeOf(socket.data.session.actor);
      void socket.leave(feedKey(room as Room, paceMs, eye));
      this.#hub!.leave(room as Room, paceMs, eye);
    }
  }

  #hangUp(id: string, reason: SessionEnd): void {
    for (const socket of this.#bySession.get(id) ?? []) {
      // It comes back by itself, as who it is now.
      if (reason === "changed") {
        socket.conn.close();
        continue;
      }
      socket.emit("reauth", { reason });
      // Closed a moment later: closing at once would lose what was just said.
      setTimeout(() => socket.disconnect(true), 200);
      for (const room of [...socket.data.watching.keys()]) this.#leave(socket, room);
    }
  }

  #findLagging(): void {
    for (const siblings of this.#bySession.values()) {
      for (const socket of siblings) {
        socket.data.behind = socket.conn.transport.writable ? 0 : socket.data.behind + 1;
        if (socket.data.behind === lagLooks) void socket.join(laggingRoom);
        if (socket.data.behind === 0) void socket.leave(laggingRoom);
      }
    }
  }

  /** A session that ended elsewhere: `checkId` tells, and `onEnd` hangs up. */
  async #recheckAll(): Promise<void> {
    await this.#options.sessions.confirmAll([...this.#bySession.keys()]);
    for (const id of [...this.#bySession.keys()])
      await this.#options.sessions.checkId(id, false).catch(() => {});
  }
}

function windowId(socket: ConsoleSocket, room: WindowRoom): string {
  return `${socket.id} ${room}`;
}
