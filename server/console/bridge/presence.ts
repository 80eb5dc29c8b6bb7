/**
 * Who is connected, across consoles: each says every 5 s which pages it has, reads what the others said when somebody
 * looks, and does what an operator on another console has ordered. Without Postgres a console knows its own alone.
 */
import type { BrowserConnection } from "../contract/index.ts";
import type { Bridge } from "./bridge.ts";
import type { Connection } from "./connection.ts";
import { viewOfConnection } from "./connection-view.ts";

export interface Order {
  readonly connection: string;
  readonly deed: "throttle" | "disconnect";
  /** Of a throttle; null: no more. */
  readonly rdy: number | null;
}

export interface ConsolePresence {
  readonly console: string;
  readonly connections: readonly BrowserConnection[];
}

/** Rejects while what it is kept in does not answer. `console`: the one that asks, or that is meant. */
export interface PresenceStore {
  renew(console: string, connections: readonly BrowserConnection[]): Promise<void>;
  leave(console: string): Promise<void>;
  others(console: string): Promise<readonly ConsolePresence[]>;
  order(console: string, order: Order): Promise<void>;
  take(console: string): Promise<readonly Order[]>;
}

export interface PresenceOptions {
  readonly bridge: Bridge;
  /** null: started without Postgres. */
  readonly store: PresenceStore | null;
  /** This console, as long as it runs. */
  readonly console: string;
}

/** A page that is found: here, or at another console. */
export type Found =
  | { readonly connection: Connection; readonly view: BrowserConnection }
  | { readonly connection: null; readonly view: BrowserConnection; readonly console: string };

const renewEveryMs = 5_000;
/** Who came or went is told sooner. */
const changeEveryMs = 1_000;
const tickMs = 400;
/** Several who look share an answer. */
const sharedMs = 500;

export class Presence {
  readonly #options: PresenceOptions;
  readonly #timer: NodeJS.Timeout | null;
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #told = "";
  #isBusy = false;
  #shared: { readonly atMs: number; readonly answer: Promise<readonly ConsolePresence[]> } | null = null;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#timer = options.store === null ? null : setInterval(() => void this.#tick(options.store!), tickMs);
  }

  /** All pages. `isWhole` false: those of other consoles are not known. */
  async all(): Promise<{ readonly connections: readonly BrowserConnection[]; readonly isWhole: boolean }> {
    const here = this.#here();
    try {
      const others = await this.#others();
      return { connections: [...here, ...others.flatMap(({ connections }) => connections)], isWhole: true };
    } catch {
      return { connections: here, isWhole: false };
    }
  }

  /** Rejects when it is not here and the others cannot be asked; null: nobody has it. */
  async find(id: string): Promise<Found | null> {
    const connection = this.#options.bridge.connection(id);
    if (connection) return { connection, view: viewOfConnection(connection) };
    for (const { console, connections } of await this.#others()) {
      const view = connections.find((one) => one.id === id);
      if (view) return { connection: null, view, console };
    }
    return null;
  }

  /** Done at once when it is here; within a second at another console. */
  async order(found: Found, { deed, rdy }: Pick<Order, "deed" | "rdy">): Promise<void> {
    if (found.connection) carryOut(found.connection, deed, rdy);
    else await this.#options.store!.order(found.console, { connection: found.view.id, deed, rdy });
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    const { store, console } = this.#options;
    if (this.#told !== "") await store?.leave(console).catch(() => {});
  }

  #here(): readonly BrowserConnection[] {
    return this.#options.bridge.connections.map(viewOfConnection);
  }

  #others(): Promise<readonly ConsolePresence[]> {
    const { store, console } = this.#options;
    if (store === null) return Promise.reject(new Error("there is no Postgres to ask"));
    const nowMs = performance.now();
    if (this.#shared === null || nowMs - this.#shared.atMs > sharedMs)
      this.#shared = { atMs: nowMs, answer: store.others(console) };
    return this.#shared.answer;
  }

  /** Costs nothing while no page is here. */
  async #tick(store: PresenceStore): Promise<void> {
    const { bridge, console } = this.#options;
    const key = bridge.connections.map(({ id, subscribedTo }) => `${id}${subscribedTo === null}`).join();
    if (this.#isBusy || (key === "" && this.#told === "")) return;
    this.#isBusy = true;
    try {
      const sinceMs = performance.now() - this.#renewedAtMs;
      if (sinceMs >= renewEveryMs || (key !== this.#told && sinceMs >= changeEveryMs)) {
        await store.renew(console, this.#here());
        this.#renewedAtMs = performance.now();
        this.#told = key;
      }
      for (const { connection: id, deed, rdy } of await store.take(console)) {
        const connection = bridge.connection(id);
        if (connection) carryOut(connection, deed, rdy);
      }
    } catch {
      // Postgres is away: others see these pages again when it is back.
    } finally {
      this.#isBusy = false;
    }
  }
}

function carryOut(connection: Connection, deed: Order["deed"], rdy: number | null): void {
  if (deed === "throttle") connection.throttle(rdy);
  else connection.end("disconnected", "An operator has disconnected this page.");
}
