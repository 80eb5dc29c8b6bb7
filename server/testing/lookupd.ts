/** A lookup in this process, on ports of its own, with a clock that a test moves. */
import type { Socket } from "node:net";
import { Turns } from "../http-api/turns.ts";
import { Lookupd, type LookupdOptions } from "../lookup/lookupd.ts";
import { LookupdSession } from "../lookup/lookupd-session.ts";
import type { Registry } from "../lookup/registry.ts";
import { type Reply, request } from "./http.ts";
import { connectNode, type LookupNode, nodeIdentity } from "./lookup-node.ts";
import type { PeerSocket } from "./peer-socket.ts";

const startedAtMs = 1_700_000_000_000;

export class TestLookupd implements AsyncDisposable {
  readonly logged: string[] = [];
  tcpPort = 0;
  httpPort = 0;
  readonly #lookupd: Lookupd;
  readonly #turns = new Turns();
  #movedMs = 0;

  constructor(given: Partial<LookupdOptions>) {
    this.#lookupd = new Lookupd({
      identity: { broadcastAddress: "lookup.example.com", hostname: "host-of-tests", version: "1.3.0" },
      inactiveProducerMs: 300_000,
      tombstoneMs: 45_000,
      allowedHosts: [],
      now: () => ({ nowMs: this.#movedMs, wallMs: startedAtMs + this.#movedMs }),
      log: (level, text) => this.logged.push(`${level} ${text}`),
      ...given,
    });
  }

  get registry(): Registry {
    return this.#lookupd.registry;
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  async listen(): Promise<void> {
    this.httpPort = await this.#lookupd.listenHttp({ host: "127.0.0.1", port: 0 });
    this.tcpPort = await this.#lookupd.listenTcp({ host: "127.0.0.1", port: 0 });
  }

  advance(ms: number): void {
    this.#movedMs += ms;
  }

  /** A connection of which the test has the other end. */
  accept(socket: PeerSocket, onClose = () => {}): LookupdSession {
    const identity = { broadcastAddress: "", hostname: "", tcpPort: 1, httpPort: 2, version: "1.3.0" };
    const ports = { registry: this.registry, turns: this.#turns, identity: () => identity, log: () => {} };
    const from = { host: "10.0.0.1", id: "10.0.0.1:1" };
    return new LookupdSession(ports, socket as unknown as Socket, from, onClose);
  }

  send(method: string, path: string, headers?: Record<string, string>): Promise<Reply> {
    return request(method, this.url + path, undefined, headers);
  }

  /** A GET that must succeed. */
  async get(path: string): Promise<unknown> {
    const { status, text } = await this.send("GET", path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return JSON.parse(text);
  }

  /** A node that has identified itself and registered `places`, as `topic` or `topic channel`. */
  async node(places: readonly string[] = [], fields: object = {}): Promise<LookupNode> {
    const node = await connectNode(this.tcpPort);
    await node.identify({ ...nodeIdentity, ...fields });
    for (const place of places) {
      const reply = await node.ask(`REGISTER ${place}\n`);
      if (reply !== "OK") throw new Error(`REGISTER ${place}: ${reply}`);
    }
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lookupd.close();
  }
}

export async function startLookupd(options: Partial<LookupdOptions> = {}): Promise<TestLookupd> {
  const lookupd = new TestLookupd(options);
  await lookupd.listen();
  return lookupd;
}
