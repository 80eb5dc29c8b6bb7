/** A node we want to be connected to: whenever the connection ends, another is made, for ever and ever more slowly. */
import { parseAddress } from "./address.ts";
import { Connection, type ConnectionOwner } from "./connection.ts";
import type { ClientError } from "./errors.ts";
import type { ConnectionSettings } from "./options.ts";

const firstDelayMs = 100;

/** Who uses a link: of one connection after another. */
export interface LinkOwner extends Omit<ConnectionOwner, "opened"> {
  opened(connection: Connection): void;
}

/** The pause before the attempt that follows `failures` in a row: doubled each time, half of it left to chance. */
export function reconnectDelayMs(failures: number, mostMs: number, chance: number): number {
  return Math.min(mostMs, firstDelayMs * 2 ** failures) * (0.5 + chance / 2);
}

export class Link implements ConnectionOwner {
  readonly address: string;
  readonly #settings: ConnectionSettings;
  readonly #owner: LinkOwner;
  #connection: Connection | null = null;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #isWanted = true;

  /** Throws an `OptionError` for what is no address. */
  constructor(address: string, settings: ConnectionSettings, owner: LinkOwner) {
    parseAddress(address);
    this.address = address;
    this.#settings = settings;
    this.#owner = owner;
  }

  /** The connection, while it can be used. */
  get connection(): Connection | null {
    return this.#connection?.isOpen ? this.#connection : null;
  }

  /** There is a connection, or one is being made: `closed` will be called. */
  get isActive(): boolean {
    return this.#connection !== null;
  }

  connect(): void {
    this.#connection = new Connection(parseAddress(this.address), this.#settings, this);
  }

  /** No further connection once this one ends. */
  forget(): void {
    this.#isWanted = false;
    clearTimeout(this.#timer);
  }

  /** Ends in order what there is. */
  end(): void {
    this.forget();
    if (this.connection === null) this.#connection?.destroy(null);
    else this.connection.end();
  }

  destroy(): void {
    this.forget();
    this.#connection?.destroy(null);
  }

  /** The connection was of use: the next one is made quickly again. */
  useful(): void {
    this.#failures = 0;
  }

  opened(): void {
    this.#owner.opened(this.#connection!);
  }

  response(text: string): void {
    this.#owner.response(text);
  }

  refused(error: ClientError): void {
    this.#owner.refused(error);
  }

  message(bytes: Buffer, from: number, to: number): void {
    this.#owner.message(bytes, from, to);
  }

  drained(): void {
    this.#owner.drained();
  }

  closed(error: ClientError | null): void {
    this.#connection = null;
    // Before the owner is told, who may forget us.
    if (this.#isWanted) {
      const delayMs = reconnectDelayMs(this.#failures++, this.#settings.maxReconnectDelayMs, Math.random());
      this.#timer = setTimeout(() => this.connect(), delayMs);
    }
    this.#owner.closed(error);
  }
}
