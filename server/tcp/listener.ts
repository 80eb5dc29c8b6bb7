/** Accepts NSQ's clients on a TCP port or a unix socket and keeps the list of them. */
import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import type { TcpPorts } from "./ports.ts";
import { Session } from "./session.ts";

/** As Go's listeners have it on Linux. */
const backlogMax = 4_096;
/** As Go's listeners have it: a peer that is gone without a word is found out, also where there are no heartbeats. */
const keepAliveMs = 15_000;

export class TcpListener {
  readonly sessions = new Set<Session>();
  readonly #ports: TcpPorts;
  readonly #server: Server;
  #whenEmpty: () => void = () => {};

  constructor(ports: TcpPorts) {
    this.#ports = ports;
    const options = {
      pauseOnConnect: true,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    };
    this.#server = createServer(options, (socket) => this.#accept(socket));
  }

  /** Resolves with the port, or -1 for a unix socket; rejects when the address cannot be had. */
  listen(address: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ ...address, backlog: backlogMax }, () => {
        this.#server.off("error", reject);
        // An accept that fails (no file descriptors) is over with the connection it was for.
        this.#server.on("error", (error) => this.#ports.log.info(`TCP: accept failed - ${error.message}`));
        const bound = this.#server.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : -1);
      });
    });
  }

  /** Some tens of times a second, after the broker's time is set. */
  tick(): void {
    const { broker, held, rests, tarpit, turn } = this.#ports;
    // Those that wait again after going on a little are asked in the next tick.
    if (held.size > 0) for (const session of [...held]) session.release();
    turn.tick();
    tarpit.tick(broker.time.nowMs);
    rests.tick(broker.time.nowMs);
  }

  /** Takes no more clients. */
  stopListening(): void {
    this.#server.close();
  }

  /** Drops every client; resolves when all are gone from their channels. */
  closeAll(): Promise<void> {
    for (const session of this.sessions) session.close();
    return new Promise((resolve) => {
      if (this.sessions.size === 0) resolve();
      else this.#whenEmpty = resolve;
    });
  }

  #accept(accepted: Socket): void {
    this.#ports.now();
    const { remoteAddress, remoteFamily, remotePort } = accepted;
    // A unix socket's client has no address, and Go calls it so.
    const host = remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/, "") ?? "@";
    const shown = remoteFamily === "IPv6" && host.includes(":") ? `[${host}]` : host;
    const session = new Session(
      this.#ports,
      accepted,
      {
        number: this.#ports.nextClientNumber(),
        remoteAddress: remotePort === undefined ? host : `${shown}:${remotePort}`,
        host,
      },
      (closed) => {
        this.sessions.delete(closed);
        if (this.sessions.size === 0) this.#whenEmpty();
      },
    );
    this.sessions.add(session);
  }
}
