/**
 * Browsers as consumers and producers: a socket.io server of its own beside the pages' one, since others may connect
 * to it and messages are larger than figures. Who may connect is decided by token and origin, never by a cookie.
 */
import { randomUUID } from "node:crypto";
import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server } from "socket.io";
import {
  type Answer,
  type BridgeClientEvents,
  type BridgeServerEvents,
  bodiesPerEventMax,
  bridgePath,
  type Handshake,
  protocolVersion,
  type Refusal,
} from "../../../client/browser/protocol.ts";
import type { ConnectionOptions } from "../../../client/node/index.ts";
import type { Clock } from "../clock.ts";
import type { Subscription } from "../collector/subscription.ts";
import { cutOffClosed } from "../edge/hang-up.ts";
import { Tails } from "../live/tail.ts";
import { type BridgeSocket, Connection, type ConnectionPorts } from "./connection.ts";
import type { NodesPort } from "./nodes.ts";
import { Producers } from "./producers.ts";
import { PublishKeys } from "./publish-keys.ts";
import { refused } from "./refused.ts";
import { anyHandshake, handshake } from "./requests.ts";
import { SilentSockets } from "./silent-sockets.ts";
import type { BridgeTokens, StoredToken } from "./tokens.ts";

export interface BridgeOptions {
  readonly server: HttpServer;
  readonly base: string;
  readonly clock: Clock;
  readonly bootId: string;
  readonly tokens: BridgeTokens;
  readonly nodes: NodesPort;
  /** How nodes are connected to. */
  readonly clients: Partial<ConnectionOptions>;
  /** Those that are tapped for tails. */
  readonly tapped: () => readonly Subscription[];
  /** By its `Host`: asked for under a name of ours. */
  readonly isAllowedHost: (request: IncomingMessage) => boolean;
  /** Its `Origin` is a page of this console. */
  readonly isOwnOrigin: (request: IncomingMessage) => boolean;
  readonly warn: (message: string) => void;
  readonly messageBytesMax?: number;
  readonly checkMs?: number;
  /** Default: `pings`. */
  readonly pings?: typeof pings;
}

export const connectionsMax = 2_000;
const connectionsPerUserMax = 1_000;
const messageBytesMaxDefault = 1024 * 1024;
const headBytes = 4;
const restBytes = 1024;
/** A browser that is gone without a word is found out within both together. */
export const pings = { intervalMs: 10_000, timeoutMs: 15_000 };
const connectTimeoutMs = 10_000;
/** How often it is looked who does not keep up, whose token was revoked, and which nodes there are. */
const checkMsDefault = 250;
const looksPerAsking = 2;
const lagLooks = 4;
/** Packets that wait for one that does not keep up, beside its messages: answers to what it goes on asking. */
const answersWaitingMax = 1_000;
const userAgentMax = 200;
/** Who does not keep up is in it, and gets no batches of tails. */
const laggingRoom = "lagging";

export class Bridge {
  readonly #io: Server<BridgeClientEvents, BridgeServerEvents>;
  readonly #options: BridgeOptions;
  readonly #producers: Producers;
  readonly #keys = new PublishKeys<Answer>();
  readonly #tails: Tails;
  readonly #connections = new Map<
    string,
    { readonly connection: Connection; readonly socket: BridgeSocket; behind: number }
  >();
  readonly #perUser = new Map<string, number>();
  readonly #silent = new SilentSockets();
  readonly #tried = new WeakSet<IncomingMessage["socket"]>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #check: NodeJS.Timeout;
  readonly #messageBytesMax: number;
  #isAskingEnded = false;
  #looks = 0;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#messageBytesMax = options.messageBytesMax ?? messageBytesMaxDefault;
    this.#producers = new Producers(options.nodes, options.clients, options.warn);
    this.#tails = new Tails({
      ...{ nodes: options.tapped, clock: options.clock },
      send: (room, batch) => void this.#io.to(room).except(laggingRoom).emit("tail", batch),
    });
    this.#io = new Server(options.server, {
      path: `${options.base}${bridgePath}`,
      transports: ["websocket"],
      serveClient: false,
      maxHttpBufferSize: this.publishBytesMax + restBytes,
      connectTimeout: connectTimeoutMs,
      pingInterval: (options.pings ?? pings).intervalMs,
      pingTimeout: (options.pings ?? pings).timeoutMs,
      perMessageDeflate: false,
      httpCompression: false,
      destroyUpgrade: false,
      allowRequest: (request, answer) => {
        const isAllowed = options.isAllowedHost(request) && this.#io.engine.clientsCount < connectionsMax;
        if (isAllowed) this.#silent.wait(request.socket, request.socket.remoteAddress ?? "");
        answer(isAllowed ? null : "refused", isAllowed);
      },
    });
    cutOffClosed(this.#io);
    this.#io.use((socket, next) => {
      const { socket: raw } = socket.request;
      this.#silent.spoke(raw);
      // Each try may cost a statement.
      if (this.#tried.has(raw)) return socket.conn.close();
      this.#tried.add(raw);
      const turnAway = (error: Error) => {
        this.#silent.wait(raw, raw.remoteAddress ?? "");
        next(error);
      };
      this.#admit(socket).then(
        (why) => (why === null ? next() : turnAway(Object.assign(new Error(why.code), { data: why }))),
        () => turnAway(new Error("unavailable")),
      );
    });
    this.#io.on("connection", (socket) => this.#connected(socket));
    this.#check = setInterval(() => this.#look(), options.checkMs ?? checkMsDefault);
  }

  /** Of all bodies in one `pub`, with their sizes. */
  get publishBytesMax(): number {
    return this.#messageBytesMax + bodiesPerEventMax * headBytes;
  }

  get connections(): readonly Connection[] {
    return [...this.#connections.values()].map(({ connection }) => connection);
  }

  connection(id: string): Connection | null {
    return this.#connections.get(id)?.connection ?? null;
  }

  /** Everything made with it ends now. */
  revoked(isMeant: (token: StoredToken) => boolean, code: "revoked" | "expired" = "revoked"): void {
    for (const { connection } of this.#connections.values())
      if (isMeant(connection.token)) connection.end(code, "The token was revoked.");
  }

  async close(): Promise<void> {
    clearInterval(this.#check);
    for (const { connection } of this.#connections.values())
      connection.end("unavailable", "The console stops.");
    this.#tails.close();
    this.#io.disconnectSockets(true);
    this.#io.engine.close();
    await Promise.all([...this.#leaving, this.#producers.close()]);
  }

  /** null: come in. What is wrong with a token is not told apart: unknown, used, or for another origin. */
  async #admit(socket: BridgeSocket): Promise<Refusal | null> {
    const { auth } = socket.handshake;
    const known = anyHandshake.safeParse(auth);
    if (!known.success) return refused("bad-request", "A handshake has a version and a token.");
    if (known.data.protocol !== protocolVersion)
      return refused("version", `This console speaks version ${protocolVersion}.`);
    const asked = handshake.safeParse(auth);
    if (!asked.success) return refused("bad-request", "The handshake is not understood.");
    const token = await this.#redeem(socket, asked.data.token);
    if ("ok" in token) return token;
    if ((this.#perUser.get(token.by.user) ?? 0) >= connectionsPerUserMax)
      return refused("too-many", `${connectionsPerUserMax} connections a user.`);
    socket.data = { token, handshake: asked.data };
    return null;
  }

  async #redeem(socket: BridgeSocket, secret: string): Promise<StoredToken | Refusal> {
    let token: StoredToken | null;
    try {
      token = await this.#options.tokens.redeem(secret);
    } catch {
      return refused("unavailable", "Postgres, which knows the tokens, does not answer.");
    }
    const bad = refused("bad-token", "The token is unknown, used, over, or not for here.");
    if (token === null || !this.#isFrom(socket.request, token)) return bad;
    const before = (socket.data as { token?: StoredToken }).token;
    return before !== undefined && before.by.user !== token.by.user ? bad : token;
  }

  #isFrom(request: IncomingMessage, { grant }: StoredToken): boolean {
    const { origin } = request.headers;
    if (grant.origins.length > 0) return origin !== undefined && grant.origins.includes(origin);
    return this.#options.isOwnOrigin(request);
  }

  #connected(socket: BridgeSocket): void {
    const { token, handshake: said } = socket.data as { token: StoredToken; handshake: Handshake };
    const id = randomUUID();
    const { user } = token.by;
    const whence = {
      tab: said.tab,
      page: said.page,
      address: socket.request.socket.remoteAddress ?? "",
      userAgent: (socket.request.headers["user-agent"] ?? "").slice(0, userAgentMax),
    };
    const connection = new Connection(id, socket, token, whence, this.#ports());
    this.#connections.set(id, { connection, socket, behind: 0 });
    this.#perUser.set(user, (this.#perUser.get(user) ?? 0) + 1);
    socket.on("error", () => socket.disconnect(true));
    socket.on("disconnect", () => {
      this.#connections.delete(id);
      const left = (this.#perUser.get(user) ?? 1) - 1;
      if (left > 0) this.#perUser.set(user, left);
      else this.#perUser.delete(user);
      const leaving = connection.gone().finally(() => this.#leaving.delete(leaving));
      this.#leaving.add(leaving);
      // Who only leaves would keep a place that no token is for any more.
      socket.conn.close();
    });
    socket.emit("hello", {
      bootId: this.#options.bootId,
      connection: id,
      expiresInMs: connection.expiresInMs,
      grant: token.grant,
      messageBytesMax: this.#messageBytesMax,
      publishBytesMax: this.publishBytesMax,
    });
  }

  #ports(): ConnectionPorts {
    const { clock, nodes, clients, warn } = this.#options;
    return {
      ...{ clock, nodes, clients },
      producers: this.#producers,
      keys: this.#keys,
      tails: this.#tails,
      messageBytesMax: this.#messageBytesMax,
      redeem: (socket, secret) => this.#redeem(socket, secret),
      warn,
    };
  }

  #look(): void {
    const having = new Map<string, readonly string[]>();
    for (const entry of this.#connections.values()) {
      const { connection, socket } = entry;
      entry.behind = socket.conn.transport.writable ? 0 : entry.behind + 1;
      const isSlow = entry.behind >= lagLooks;
      if (isSlow) void socket.join(laggingRoom);
      else if (connection.flow.isSlow) void socket.leave(laggingRoom);
      connection.setSlow(isSlow);
      if (isSlow && packetsWaiting(socket) > connection.flow.asked + answersWaitingMax) {
        connection.end("too-fast", "Too many answers were not read.");
        // A goodbye would wait behind them.
        socket.request.socket.destroy();
        continue;
      }
      const topic = connection.subscribedTo?.topic;
      if (topic === undefined) continue;
      const nodes = having.get(topic) ?? this.#options.nodes.having(topic);
      having.set(topic, nodes);
      connection.followNodes(nodes);
    }
    if (++this.#looks % looksPerAsking === 0) void this.#endEnded();
  }

  async #endEnded(): Promise<void> {
    if (this.#isAskingEnded) return;
    this.#isAskingEnded = true;
    try {
      const ids = [...new Set(this.connections.map(({ token }) => token.id))];
      const ended = new Set(await this.#options.tokens.ended(ids));
      if (ended.size > 0) this.revoked(({ id }) => ended.has(id));
    } catch {
      // Postgres is away: tokens end by their time then.
    } finally {
      this.#isAskingEnded = false;
    }
  }
}

/** socket.io documents what holds them, and types it as private. */
function packetsWaiting({ conn }: BridgeSocket): number {
  return (conn as unknown as { readonly writeBuffer: readonly unknown[] }).writeBuffer.length;
}
