/**
 * Sockets that have shown nothing yet. A page shows its token with its first word; whoever says nothing would hold a
 * place until the handshake's time is up. So few wait at a time, and whoever has waited longest gives its place up to a
 * new one: turning the new one away would let a few idle sockets keep every page out.
 */
import type { Socket } from "node:net";

export interface SilentBounds {
  readonly most: number;
  readonly perAddressMost: number;
}

export const silentBounds: SilentBounds = { most: 200, perAddressMost: 100 };

export class SilentSockets {
  readonly #bounds: SilentBounds;
  /** With their addresses, the longest waiting first. */
  readonly #waiting = new Map<Socket, string>();
  readonly #known = new WeakSet<Socket>();

  constructor(bounds: SilentBounds = silentBounds) {
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#waiting.size;
  }

  /** It waits from now on, also again after what it had shown was no good. May cut off another one. */
  wait(socket: Socket, address: string): void {
    if (socket.destroyed) return;
    this.#waiting.set(socket, address);
    if (!this.#known.has(socket)) socket.once("close", () => this.#waiting.delete(socket));
    this.#known.add(socket);
    const near = [...this.#waiting].filter(([, of]) => of === address);
    if (near.length > this.#bounds.perAddressMost) this.#cutOff(near[0]![0]);
    else if (this.#waiting.size > this.#bounds.most) this.#cutOff(this.#longestOfMost());
  }

  /** It has said something, which is looked at now. */
  spoke(socket: Socket): void {
    this.#waiting.delete(socket);
  }

  #cutOff(socket: Socket): void {
    this.#waiting.delete(socket);
    socket.destroy();
  }

  /** Of the address that has the most. */
  #longestOfMost(): Socket {
    const byAddress = new Map<string, Socket[]>();
    for (const [socket, address] of this.#waiting) {
      const near = byAddress.get(address);
      if (near) near.push(socket);
      else byAddress.set(address, [socket]);
    }
    return [...byAddress.values()].reduce((most, near) => (near.length > most.length ? near : most))[0]!;
  }
}
