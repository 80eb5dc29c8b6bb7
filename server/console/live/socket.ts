/**
 * The browsers' sockets: who may connect, for how long, and how many events each may send. Sends what the hub's
 * feeds say; figures may be dropped for a browser that does not keep up, and a gap in the
 * revisions tells it so. What a socket looks at is in `watching.ts`.
 */
import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server } from "socket.io";
import { authorize } from "../auth/authorize.ts";
import { eventPolicies } from "../auth/event-policy.ts";
import type { SessionEnd, Sessions } from "../auth/sessions.ts";
import { SessionUnknown } from "../auth/strangers.ts";
import type { Clock } from "../clock.ts";
import {
  type Ack,
  type ClientEvents,
  type FailureCode,
  type Hello,
  socketsPerSessionMax,
} from "../contract/index.ts";
import { cutOffClosed } from "../edge/hang-up.ts";
import { answer, refusal } from "./ack.ts";
import { type ConsoleSocket, type ConsoleSocketServer, isLagging } from "./console-socket.ts";
import { limitEvents } from "./event-rate.ts";
import type { FeedMessage } from "./feed.ts";
import type { Hub } from "./hub.ts";
import { Watching } from "./watching.ts";

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

/**
 * Browsers that do not keep up are in this room and get no figures. (socket.io's own `volatile` drops
 * whatever follows another event of the same turn, for browsers that keep up too.)
 */
const laggingRoom = "lagging";
const lagCheckMs = 250;

export class Sockets {
  readonly #io: ConsoleSocketServer;
  readonly #options: SocketsOptions;
  readonly #bySession = new Map<string, Set<ConsoleSocket>>();
  readonly #recheck: ReturnType<typeof setInterval>;
  readonly #lagCheck: ReturnType<typeof setInterval>;
  #watching: Watching | null = null;

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
    cutOffClosed(this.#io);
    this.#io.use((socket, next) => {
      this.#begin(socket).then(next, () => next(new Error("refused")));
    });
    this.#io.on("connection", (socket) => this.#connected(socket));
    options.sessions.onEnd((id, reason) => this.#hangUp(id, reason));
    this.#recheck = setInterval(() => void this.#recheckAll(), options.recheckMs ?? 1_000);
    this.#lagCheck = setInterval(() => this.#findLagging(), lagCheckMs);
  }

  /** What there is to watch. Before the first connection. */
  attach(hub: Hub): void {
    this.#watching = new Watching(hub);
  }

  /** How many are connected. */
  get count(): number {
    return this.#io.engine.clientsCount;
  }

  sendFeed(key: string, message: FeedMessage): void {
    if (message.event === "snapshot") this.#io.to(key).emit("snapshot", message.payload);
    else this.#io.to(key).except(laggingRoom).emit("delta", message.payload);
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
      this.#watching!.leaveAll(socket);
      siblings.delete(socket);
      if (siblings.size === 0) this.#bySession.delete(id);
      // Who only leaves would keep a place that no session counts.
      socket.conn.close();
    });
    limitEvents(socket, this.#options.clock);
    this.#on(socket, "watch", 2, (plain) => this.#watching!.watch(socket, plain));
    this.#on(socket, "unwatch", 1, (plain) => this.#watching!.unwatch(socket, plain));
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
      this.#watching!.leaveAll(socket);
    }
  }

  #findLagging(): void {
    for (const siblings of this.#bySession.values()) {
      for (const socket of siblings) {
        socket.data.behind = socket.conn.transport.writable ? 0 : socket.data.behind + 1;
        if (isLagging(socket)) void socket.join(laggingRoom);
        else void socket.leave(laggingRoom);
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
