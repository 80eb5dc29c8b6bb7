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
    if (this.#sessions.size >= this.#connectionsMax && !this.#makeRoom()) {
      this.#ports.log("error", `TCP: refused a client, ${this.#sessions.size} nodes are connected`);
      socket.destroy();
      return;
    }
    const { remoteAddress = "@", remotePort } = socket;
    const host = remoteAddress.replace(/^::ffff:(?=[\d.]+$)/, "");
    const id = `${host.includes(":") ? `[${host}]` : host}:${remotePort}`;
    this.#ports.log("info", `TCP: new client(${id})`);
    const session = new LookupdSession(this.#ports, socket, id, () => this.#sessions.delete(session));
    this.#sessions.add(session);
  }

  /** Nodes say who they are at once: who has not for longest is the least likely to be one. */
  #makeRoom(): boolean {
    for (const session of this.#sessions) {
      if (session.producer !== null) continue;
      session.close();
      this.#sessions.delete(session);
      return true;
    }
    return false;
  }
}
