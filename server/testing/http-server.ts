/** A real HTTP server over a real broker, on a port of its own, for tests. */
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { nsqdOptions } from "../cli/nsqd-options.ts";
import type { HttpPorts, LogLevel, LookupState } from "../http/ports.ts";
import { createHttpServer, type HttpServer } from "../http/server.ts";
import type { ConnectionStats } from "../protocol/connection.ts";
import type { LogLine } from "../protocol/node-reads.ts";
import { RunningBroker, type RunningBrokerOptions } from "./running-broker.ts";

export const secret = "a-secret-of-the-cluster";
const startedAtMs = 1_700_000_000_000;

export interface TestServerOptions extends Omit<RunningBrokerOptions, "wake"> {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly stalledMs?: number;
  readonly secret?: string | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export class TestServer extends RunningBroker implements AsyncDisposable {
  readonly ports: HttpPorts;
  readonly server: HttpServer;
  readonly connections: ConnectionStats[] = [];
  readonly logged: string[] = [];
  readonly lookupStates: LookupState[] = [];
  logLines: readonly LogLine[] = [];
  health = "OK";
  logLevel: LogLevel = "info";
  lookupds: readonly string[] = [];
  port = 0;

  constructor(given: TestServerOptions) {
    super(given);
    const defaults = Object.fromEntries(
      Object.entries(nsqdOptions).map(([name, row]) => [name, row.default]),
    );
    const options = { ...defaults, "broadcast-address": "node.example.com", ...given.options };
    this.ports = {
      broker: this.broker,
      options: options as unknown as HttpPorts["options"],
      optionTable: nsqdOptions,
      node: {
        id: "11111111-2222-4333-8444-555555555555",
        version: "1.3.0",
        hostname: "host-of-tests",
        broadcastAddress: "node.example.com",
        startedAtMs,
        tcpPort: 4150,
        httpPort: 4151,
      },
      settings: {
        logLevel: () => this.logLevel,
        setLogLevel: (level) => {
          this.logLevel = level;
        },
        lookupdTcpAddresses: () => this.lookupds,
        setLookupdTcpAddresses: (addresses) => {
          this.lookupds = addresses;
        },
      },
      process: { rssBytes: () => 1, cpu: () => 0, loopLagP99Ms: () => 0, memory: () => memory },
      connections: () => this.connections,
      disconnect: (address) => {
        const kept = this.connections.filter(({ remoteAddress }) => remoteAddress !== address);
        const count = this.connections.length - kept.length;
        this.connections.splice(0, Number.POSITIVE_INFINITY, ...kept);
        return count;
      },
      logLines: () => this.logLines,
      lookupStates: () => this.lookupStates,
      health: () => this.health,
      store: () => store,
      secret: given.secret === undefined ? secret : given.secret,
      cluster: null,
      lease: () => null,
      removals: null,
      drain: null,
      failover: null,
      now: this.now,
      topologyKept: async () => {},
      nextClientNumber: this.nextClientNumber,
      log: (level, text) => this.logged.push(`${level} ${text}`),
    };
    this.server = createHttpServer(this.ports, { stalledMs: given.stalledMs ?? 10_000 });
  }

  /** Moves the broker's clock, and has it do what is due. */
  advance(ms: number): void {
    this.move(ms);
    this.broker.tick();
    this.broker.settle();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send("GET", path, undefined, headers);
  }

  post(path: string, body: string | Buffer = "", headers: Record<string, string> = {}): Promise<Reply> {
    return this.send("POST", path, body, headers);
  }

  /** One request on a connection of its own. The path is sent as it is. */
  send(
    method: string,
    path: string,
    body?: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const options: RequestOptions = {
      host: "127.0.0.1",
      port: this.port,
      method,
      path,
      headers,
      agent: false,
    };
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }
}

export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = new TestServer(options);
  server.port = await server.server.listen({ host: "127.0.0.1", port: 0 });
  return server;
}

const memory = {
  heap_objects: 1,
  heap_idle_bytes: 2,
  heap_in_use_bytes: 3,
  heap_released_bytes: 4,
  gc_pause_usec_100: 5,
  gc_pause_usec_99: 6,
  gc_pause_usec_95: 7,
  next_gc_bytes: 8,
  gc_total_runs: 9,
};

const store = {
  kind: "memory",
  state: "up",
  sinceMs: startedAtMs,
  reason: null,
  writingBytes: 0,
  auditLagMs: 0,
  auditEvents: 0,
  auditGaps: 0,
  commitP50Ms: null,
  commitP99Ms: null,
  durability: null,
} as const;
