/** Accepts nodes. */
import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import type { LookupdPorts } from "./lookupd-ports.ts";
import { LookupdSession } from "./lookupd-session.ts";

/** Far more than a cluster has nodes. */
const connectionsMax = 4_096;
/** As Go's listeners have it: a node that is gone without a word is found out, for there is no read deadline. */
const keepAliveMs = 15_000;

export class LookupdListener {
  readonly #ports: LookupdPorts;
  readonly #connectionsMax: number;
  readonly #server: Server;
  readonly #sessions = new Set<LookupdSession>();
  /** How many connections each host has. */
  readonly #hosts = new Map<string, number>();

  constructor(ports: LookupdPorts, options: { readonly connectionsMax?: number } = {}) {
    this.#ports = ports;
    this.#connectionsMax = options.connectionsMax ?? connectionsMax;
    this.#server = createServer(
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs },
      (socket) => this.#accept(socket),
    );
  }

  /** Resolves with the port; rejects when the address cannot be had. */
  listen(address: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(address, () => {
        this.#server.off("error", reject);
        // An accept that fails (no file descriptors) is over with the connection it was for.
        this.#server.on("error", (error) =>
          this.#ports.log("error", `TCP: accept failed - ${error.message}`),
        );
        const bound = this.#server.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : -1);
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const session of this.#sessions) session.close();
    await closed;
  }

  #accept(socket: Socket): void {
    const { remoteAddress = "@", remotePort } = socket;
    const address = remoteAddress.replace(/^::ffff:(?=[\d.]+$)/, "");
    const host = address.includes(":") ? `[${address}]` : address;
    if (this.#sessions.size >= this.#connectionsMax && !this.#makeRoom(host)) {
      this.#ports.log("error", `TCP: refused client(${host}), ${this.#sessions.size} are connected`);
      socket.destroy();
      return;
    }
    const id = `${host}:${remotePort}`;
    this.#ports.log("info", `TCP: new client(${id})`);
    const session = new LookupdSession(this.#ports, socket, { host, id }, () => this.#forget(session));
    this.#sessions.add(session);
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
  }

  /**
   * Nodes say who they are at once: who has not for longest is the least likely to be one. And no host has as many
   * nodes as half of all there may be: one that does makes room for others.
   */
  #makeRoom(newcomer: string): boolean {
    const [greedy] = [...this.#hosts].find(([, count]) => count > this.#connectionsMax / 2) ?? [];
    for (const session of this.#sessions) {
      if (session.producer !== null && (session.host === newcomer || session.host !== greedy)) continue;
      session.close();
      this.#forget(session);
      return true;
    }
    return false;
  }

  #forget(session: LookupdSession): void {
    if (!this.#sessions.delete(session)) return;
    const { host } = session;
    const left = this.#hosts.get(host)! - 1;
    if (left > 0) this.#hosts.set(host, left);
    else this.#hosts.delete(host);
  }
}
