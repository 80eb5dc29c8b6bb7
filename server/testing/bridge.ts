/** A node, a console in front of it, and pages that consume and publish through it. */
import { setTimeout as pause } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import { Consumer, type ConsumerOptions, type Message } from "../../client/browser/index.ts";
import {
  type BridgeClientEvents,
  type BridgeServerEvents,
  bridgePath,
  protocolVersion,
} from "../../client/browser/protocol.ts";
import {
  apiPaths,
  type BrowserConnection,
  type BrowserConnections,
  type MintedToken,
  type TokenRequest,
} from "../console/contract/index.ts";
import type { ConsoleServerOptions } from "../console/options.ts";
import { TestConsole } from "../console/testing/test-console.ts";
import { eventually } from "./eventually.ts";
import { type Flags, startNode, type TestNode } from "./node.ts";

export type RawSocket = Socket<BridgeServerEvents, BridgeClientEvents>;

export class BridgeWorld implements AsyncDisposable {
  readonly node: TestNode;
  readonly console: TestConsole;
  readonly #open = new Set<{ close(): void }>();

  private constructor(node: TestNode, console: TestConsole) {
    this.node = node;
    this.console = console;
  }

  static async start(flags: Flags = {}, changes: Partial<ConsoleServerOptions> = {}): Promise<BridgeWorld> {
    const node = await startNode(flags);
    const console = await (await TestConsole.start([new URL(node.httpUrl).host], changes)).signIn();
    const [watched] = console.server.collector.nodes;
    await eventually(() => {
      if (watched?.state.node?.tcpPort !== node.tcpPort) throw new Error("not heard of yet");
    });
    return new BridgeWorld(node, console);
  }

  async mint(request: Partial<TokenRequest> = {}): Promise<MintedToken> {
    const response = await this.console.post(apiPaths.consumeTokens, { topics: ["*"], ...request });
    if (response.status !== 200) throw new Error(await response.text());
    return (await response.json()) as MintedToken;
  }

  /** A page that is open; it is closed in the end. */
  consume(
    topic: string,
    onMessage: (message: Message) => unknown,
    more: Partial<ConsumerOptions> = {},
  ): Consumer {
    const consumer = new Consumer({
      url: this.console.url,
      headers: { origin: this.console.url },
      token: async () => (await this.mint()).token,
      ...{ topic, channel: "page", onMessage },
      ...more,
    });
    this.#open.add(consumer);
    return consumer;
  }

  /** What a page sends when it is not ours. Not connected yet. */
  raw(auth: object, headers: Record<string, string> = {}): RawSocket {
    const socket: RawSocket = io(this.console.url, {
      path: bridgePath,
      transports: ["websocket"],
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      auth: { protocol: protocolVersion, tab: "tab", page: "/", ...auth },
      extraHeaders: { origin: this.console.url, ...headers },
    });
    this.#open.add(socket);
    return socket;
  }

  /** Resolves when it is let in; rejects with the refusal's code, or what else went wrong. */
  async connected(socket: RawSocket): Promise<RawSocket> {
    const answer = new Promise<RawSocket>((resolve, reject) => {
      socket.once("hello", () => resolve(socket));
      socket.once("connect_error", (error: Error & { data?: { code: string } }) =>
        reject(new Error(error.data?.code ?? error.message)),
      );
    });
    socket.connect();
    return await answer;
  }

  async publish(topic: string, ...bodies: readonly string[]): Promise<void> {
    for (const body of bodies) await this.node.act(`/pub?topic=${encodeURIComponent(topic)}`, body);
  }

  async connectionOn(topic: string): Promise<BrowserConnection> {
    const { connections } = await this.console.read<BrowserConnections>(apiPaths.consumeConnections);
    const found = connections.find((connection) => connection.topic === topic);
    if (!found) throw new Error(`no page consumes ${topic}`);
    return found;
  }

  async channelOf(topic: string) {
    return (await this.node.topic(topic)).channels[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#open) one.close();
    // Sockets say their goodbyes before the server that hears them goes.
    await pause(0);
    await this.console[Symbol.asyncDispose]();
    await this.node[Symbol.asyncDispose]();
  }
}
