/**
 * Sockets that have shown nothing yet. A page shows its token with its first word; whoever says nothing would hold a
 * place until the handshake's time is up. So few wait for long, and whoever has waited longest gives its place up to a
 * new one: turning the new one away would let a few idle sockets keep every page out. Who has only just come is left
 * alone: all pages behind one proxy come at once when it, or the console, is back.
 */
import type { Socket } from "node:net";

export interface SilentBounds {
  readonly most: number;
  readonly perAddressMost: number;
  /** Beyond it also those that have only just come. */
  readonly crowdMost: number;
  /** A page shows its token within a round trip. */
  readonly graceMs: number;
}

export const silentBounds: SilentBounds = {
  ...{ most: 200, perAddressMost: 100 },
  ...{ crowdMost: 1_000, graceMs: 3_000 },
};

export class SilentSockets {
  readonly #bounds: SilentBounds;
  readonly #nowMs: () => number;
  /** The longest waiting first. */
  readonly #waiting = new Map<Socket, { readonly address: string; readonly sinceMs: number }>();
  readonly #known = new WeakSet<Socket>();

  constructor(bounds: SilentBounds = silentBounds, nowMs: () => number = () => performance.now()) {
    this.#bounds = bounds;
    this.#nowMs = nowMs;
  }

  get count(): number {
    return this.#waiting.size;
  }

  /** It waits from now on, also again after what it had shown was no good. May cut off others. */
  wait(socket: Socket, address: string): void {
    if (socket.destroyed) return;
    const nowMs = this.#nowMs();
    this.#waiting.set(socket, { address, sinceMs: nowMs });
    if (!this.#known.has(socket)) socket.once("close", () => this.#waiting.delete(socket));
    this.#known.add(socket);
    const { most, perAddressMost, crowdMost } = this.#bounds;
    const near = [...this.#waiting.keys()].filter((one) => this.#waiting.get(one)!.address === address);
    for (const one of near.slice(0, Math.max(0, near.length - perAddressMost)))
      if (this.#isOverdue(one, nowMs)) this.#cutOff(one);
    if (this.#waiting.size <= most) return;
    const longest = this.#longestOfMost();
    if (this.#waiting.size > crowdMost || this.#isOverdue(longest, nowMs)) this.#cutOff(longest);
  }

  /** It has said something, which is looked at now. */
  spoke(socket: Socket): void {
    this.#waiting.delete(socket);
  }

  #isOverdue(socket: Socket, nowMs: number): boolean {
    return nowMs - this.#waiting.get(socket)!.sinceMs >= this.#bounds.graceMs;
  }

  #cutOff(socket: Socket): void {
    this.#waiting.delete(socket);
    socket.destroy();
  }

  /** Of the address that has the most. */
  #longestOfMost(): Socket {
    const byAddress = new Map<string, Socket[]>();
    for (const [socket, { address }] of this.#waiting) {
      const near = byAddress.get(address);
      if (near) near.push(socket);
      else byAddress.set(address, [socket]);
    }
    return [...byAddress.values()].reduce((most, near) => (near.length > most.length ? near : most))[0]!;
  }
}
