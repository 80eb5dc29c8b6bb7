/** A console's server on a port of its own, and a browser's manners toward it. */
import { io, type Socket } from "socket.io-client";
import { Tail, type TailBatch, type TailSpec } from "../../../client/browser/index.ts";
import {
  type Ack,
  apiPaths,
  applyDelta,
  type ClientEvents,
  type Delta,
  type MintedToken,
  type Room,
  type ServerEvents,
  type Snapshot,
  type WatchOptions,
} from "../contract/index.ts";
import { peerSettingsDefault } from "../http-peer.ts";
import type { ConsoleServerOptions } from "../options.ts";
import { parsePeerAddress } from "../peer-address.ts";
import { type ConsoleServer, startConsoleServer } from "../server.ts";

export const secret = "the-cluster-secret";

/** nsqadmin's API for those who are signed in. */
export const closedApi: ConsoleServerOptions["nsqadmin"] = {
  api: "session",
  header: "x-forwarded-user",
  admins: [],
  proxies: { has: () => false },
  configNetworks: null,
  notificationEndpoint: null,
  config: () => ({ get: () => undefined, put: () => "unknown" }),
};

export class TestConsole implements AsyncDisposable {
  readonly server: ConsoleServer;
  readonly warnings: string[];
  cookie = "";
  readonly #sockets = new Set<BrowserSocket>();
  readonly #tails = new Set<Tailed>();

  constructor(server: ConsoleServer, warnings: string[]) {
    this.server = server;
    this.warnings = warnings;
  }

  static async start(
    nodes: readonly string[] = [],
    changes: Partial<ConsoleServerOptions> = {},
  ): Promise<TestConsole> {
    const warnings: string[] = [];
    const server = await startConsoleServer({
      host: "127.0.0.1",
      port: 0,
      nodes: nodes.map(parsePeerAddress),
      lookups: [],
      peers: { settings: peerSettingsDefault, nodeNetworks: null },
      webhookNetworks: null,
      base: "",
      nsqadmin: closedApi,
      cluster: "weir",
      secret,
      allowedHosts: [],
      secure: false,
      version: "0.0.0",
      environment: "",
      about: () => ({ version: "0.0.0", licence: "", nodeVersion: "", startedAtMs: 0, libraries: [] }),
      stores: null,
      database: () => ({ state: "none", sinceMs: 0, reason: null }),
      pagesUrl: () => null,
      warn: (message) => warnings.push(message),
      nodeIntervalMs: 200,
      ...changes,
    });
    return new TestConsole(server, warnings);
  }

  get url(): string {
    return this.server.url;
  }

  /** Opens a new link and keeps the cookie. */
  async signIn(): Promise<this> {
    const response = await fetch(`${this.url}${await this.server.newSignInPath()}`, { redirect: "manual" });
    this.cookie = response.headers.getSetCookie()[0]!.split(";")[0]!;
    return this;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { redirect: "manual", headers: { cookie: this.cookie, ...headers } });
  }

  async read<T>(path: string): Promise<T> {
    const response = await this.get(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** As a page of the console posts. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const own = { cookie: this.cookie, origin: this.url, "content-type": "application/json" };
    return fetch(`${this.url}${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { ...own, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  /** A socket of a page; resolves when it is connected, rejects when it is refused. */
  async connect(headers: Record<string, string> = {}): Promise<BrowserSocket> {
    const socket = new BrowserSocket(this.url, { cookie: this.cookie, origin: this.url, ...headers });
    this.#sockets.add(socket);
    await socket.connected();
    return socket;
  }

  /** As a page tails; it is closed in the end. */
  tail(spec: TailSpec): Tailed {
    const verbs = ["tail", "outcomes"];
    const tailed = new Tailed(this.url, spec, async () => {
      const answer = await this.post(apiPaths.consumeTokens, { topics: [spec.topic], verbs });
      return ((await answer.json()) as MintedToken).token;
    });
    this.#tails.add(tailed);
    return tailed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.raw.disconnect();
    for (const { tail } of this.#tails) tail.close();
    await this.server.close();
  }
}

/** Folds what arrives as a page does. */
export class BrowserSocket {
  readonly raw: Socket<ServerEvents, ClientEvents>;
  readonly views = new Map<string, Snapshot>();
  readonly deltas: Delta[] = [];
  readonly reauths: string[] = [];
  gaps = 0;

  constructor(url: string, extraHeaders: Record<string, string>) {
    this.raw = io(url, { transports: ["websocket"], extraHeaders, reconnection: false, forceNew: true });
    this.raw.on("snapshot", (snapshot) => this.views.set(snapshot.room, snapshot));
    this.raw.on("delta", (delta) => this.#fold(delta));
    this.raw.on("reauth", ({ reason }) => this.reauths.push(reason));
  }

  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.raw.once("hello", () => resolve());
      this.raw.once("connect_error", reject);
    });
  }

  watch(room: Room, options: WatchOptions = {}): Promise<Ack> {
    return this.raw.timeout(3_000).emitWithAck("watch", room, options);
  }

  unwatch(room: Room): Promise<Ack> {
    return this.raw.timeout(3_000).emitWithAck("unwatch", room);
  }

  /** What the page would show of a room. */
  view<R extends Room>(room: R): NonNullable<Snapshot<R>["data"]> {
    const data = this.views.get(room)?.data;
    if (!data) throw new Error(`nothing to show of ${room}`);
    return data as NonNullable<Snapshot<R>["data"]>;
  }

  #fold(delta: Delta): void {
    this.deltas.push(delta);
    const before = this.views.get(delta.room);
    if (!before || delta.rev !== before.rev + 1) {
      this.gaps += 1;
      return;
    }
    const data = before.data && applyDelta(before.data, delta);
    this.views.set(delta.room, { ...before, rev: delta.rev, atMs: delta.atMs, data });
  }
}

/** What a tail has brought since it began. */
export class Tailed {
  readonly tail: Tail;
  readonly batches: TailBatch[] = [];
  readonly errors: string[] = [];

  constructor(url: string, spec: TailSpec, token: () => Promise<string>) {
    this.tail = new Tail({
      ...{ ...spec, url, token, headers: { origin: url } },
      onBatch: (batch) => void this.batches.push(batch),
    });
    this.tail.on("error", ({ code }) => this.errors.push(code));
  }
}
