/** The end of a connection, in order: what is owed goes out, an error last, and the client has time to take it. */
import type { Heartbeat } from "./heartbeat.ts";
import type { Output } from "./output.ts";
import type { TcpPorts } from "./ports.ts";
import type { Wire } from "./wire.ts";

export interface Endable {
  readonly ports: TcpPorts;
  readonly host: string;
  readonly wire: Wire;
  readonly output: Output;
}

export class Ending {
  readonly #of: Endable;
  readonly #heartbeat: Heartbeat;
  /** Forgets that the end is held back; null: it is not. */
  #forget: (() => void) | null = null;

  constructor(of: Endable, heartbeat: Heartbeat) {
    this.#of = of;
    this.#heartbeat = heartbeat;
  }

  /** It is to end, and does not yet: nothing is read meanwhile. */
  get isHeldBack(): boolean {
    return this.#forget !== null;
  }

  end(): void {
    this.#sayLast();
    this.#of.wire.end();
    this.#heartbeat.linger();
  }

  /** After a fault: now, or when the tarpit lets it go. */
  endLate(): void {
    this.#sayLast();
    const { ports, host, wire } = this.#of;
    this.#forget = ports.tarpit.hold(host, ports.broker.time.nowMs, () => {
      this.#forget = null;
      this.end();
      wire.resume();
    });
    if (this.#forget === null) this.end();
    else this.#heartbeat.stop();
  }

  /** At once. What is answered already is still said, if the socket takes it. */
  break(): void {
    this.#sayLast();
    this.#of.wire.destroy();
  }

  /** It has ended. */
  done(): void {
    this.#forget?.();
    this.#heartbeat.stop();
    this.#of.output.releaseAll();
  }

  #sayLast(): void {
    this.#of.output.flushOk();
    this.#of.output.uncork();
  }
}
