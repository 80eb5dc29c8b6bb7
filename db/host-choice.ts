/** Which of several hosts a process talks to: the first that takes a connection, until it turns out to be the wrong one. */
import { connect, type Socket } from "node:net";
import type { DatabaseHost } from "./address.ts";

const connectMsMax = 3_000;

export class HostChoice {
  readonly #hosts: readonly DatabaseHost[];
  readonly #open = new Set<Socket>();
  #turn = 0;

  /** @param hosts at least one, in the order in which they are tried */
  constructor(hosts: readonly DatabaseHost[]) {
    this.#hosts = hosts;
  }

  /** A socket to the host that was chosen last, or to the next that takes one. Rejects when none does. */
  async open(): Promise<Socket> {
    let reason: unknown;
    for (let tries = 0; tries < this.#hosts.length; tries++) {
      const turn = this.#turn;
      try {
        return this.#keep(await openSocket(this.#hosts[turn]!));
      } catch (error) {
        reason = error;
        // Somebody else may have moved on while this one was tried.
        if (turn === this.#turn) this.#moveOn();
      }
    }
    throw reason;
  }

  /** What answers is not what was looked for, a standby perhaps: its connections end, and the next is tried. */
  skip(): void {
    this.#moveOn();
    for (const socket of this.#open) socket.destroy();
  }

  #moveOn(): void {
    this.#turn = (this.#turn + 1) % this.#hosts.length;
  }

  #keep(socket: Socket): Socket {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    return socket;
  }
}

function openSocket({ host, port }: DatabaseHost): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  // The driver leaves Nagle's algorithm on.
  const socket = host.startsWith("/")
    ? connect({ path: `${host}/.s.PGSQL.${port}` })
    : connect({ host, port, noDelay: true, keepAlive: true });
  const timer = setTimeout(() => socket.destroy(new Error("connect timed out")), connectMsMax);
  socket.once("connect", () => {
    clearTimeout(timer);
    // The driver reads here whose certificate it should be.
    resolve(Object.assign(socket, { host, port }));
  });
  socket.once("error", (error) => {
    clearTimeout(timer);
    reject(error);
  });
  return promise;
}
