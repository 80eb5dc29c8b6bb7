/**
 * Something that speaks a node's live contract as a test says it: for what a real node does only when it
 * is broken, restarted or busy. Everything else is tested against real nodes.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { LiveChannel, LiveLine, LiveNode, LiveTopic, TapLine } from "../../protocol/live.ts";

export class ScriptedNode implements AsyncDisposable {
  readonly #server: Server;
  readonly live = new Set<ServerResponse>();
  readonly taps = new Set<ServerResponse>();
  /** Requests for the live stream so far. */
  subscriptions = 0;
  /** What else was asked of it: `POST /topic/pause?topic=t`. */
  readonly asked: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** Answers to everything that is not a stream. */
  answer: (request: IncomingMessage) => { readonly status: number; readonly body: string } = () => ({
    status: 200,
    body: "",
  });
  port = 0;

  constructor() {
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  static async start(port = 0): Promise<ScriptedNode> {
    const node = new ScriptedNode();
    await new Promise<void>((resolve) => node.#server.listen(port, "127.0.0.1", resolve));
    node.port = (node.#server.address() as AddressInfo).port;
    return node;
  }

  get key(): string {
    return `127.0.0.1:${this.port}`;
  }

  say(line: LiveLine | string): void {
    for (const stream of this.live)
      stream.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
  }

  tap(...lines: TapLine[]): void {
    for (const stream of this.taps) stream.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  hangUp(): void {
    for (const stream of this.live) stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split("?")[0];
    if (path !== "/v1/live" && path !== "/v1/tap") {
      this.asked.push(`${request.method} ${request.url}`);
      request.resume();
      request.on("end", () => {
        const { status, body } = this.answer(request);
        response.writeHead(status).end(body);
      });
      return;
    }
    this.authorizations.push(request.headers.authorization);
    const streams = path === "/v1/live" ? this.live : this.taps;
    if (path === "/v1/live") this.subscriptions += 1;
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.flushHeaders();
    streams.add(response);
    response.on("close", () => streams.delete(response));
  }
}

export function liveNode(changes: Partial<LiveNode> = {}): LiveNode {
  return {
    id: "node-1",
    version: "1.3.0",
    hostname: "host-1",
    broadcastAddress: "127.0.0.1",
    tcpPort: 4150,
    httpPort: 4151,
    region: "",
    zone: "",
    startedAtMs: 1_000,
    health: "OK",
    connections: 0,
    producers: 0,
    consumers: 0,
    rssBytes: 1,
    cpu: 0,
    loopLagP99Ms: 0,
    memBytes: 0,
    memBytesMax: 1_000,
    pressure: "none",
    clusterDifferences: null,
    cluster: null,
    store: {
      kind: "postgres",
      state: "up",
      sinceMs: 1_000,
      reason: null,
      writingBytes: 0,
      auditLagMs: 0,
      auditEvents: 0,
      auditGaps: 0,
      commitP50Ms: null,
      commitP99Ms: null,
      durability: null,
    },
    ...changes,
  };
}

export function liveChannel(name: string, changes: Partial<LiveChannel> = {}): LiveChannel {
  return {
    name,
    paused: false,
    ephemeral: false,
    depth: 0,
    memoryDepth: 0,
    storedDepth: 0,
    inFlight: 0,
    deferred: 0,
    messageCount: 0,
    deliverCount: 0,
    finishCount: 0,
    requeueCount: 0,
    timeoutCount: 0,
    poisonCount: 0,
    clientCount: 0,
    latency: null,
    oldestAgeMs: null,
    ...changes,
  };
}

export function liveTopic(name: string, changes: Partial<LiveTopic> = {}): LiveTopic {
  return {
    name,
    paused: false,
    ephemeral: false,
    durable: false,
    depth: 0,
    memoryDepth: 0,
    storedDepth: 0,
    messageCount: 0,
    messageBytes: 0,
    oldestAgeMs: null,
    channels: [],
    ...changes,
  };
}
