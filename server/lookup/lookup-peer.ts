/**
 * A node's dealings with one nsqlookupd: connects, says who the node is, registers all it has, then each
 * change, pings, and after every failure begins again from the start.
 *
 * What is still to be said is a set of names, not a list of events: whatever happened while the lookup was
 * slow or away, it is told at most once of each, and of each what is true when it is told.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
  identifyCommand,
  lookupMagic,
  type PeerIdentity,
  pingCommand,
  readLookupdIdentity,
  registerCommand,
  unregisterCommand,
} from "../protocol/lookup.ts";
import { LookupConnection } from "./lookup-connection.ts";

/** As nsqd's; a lookup forgets a node after five minutes of silence. */
const pingEveryMs = 15_000;
/** Commands on their way at once. */
const batchMax = 128;
/** nsqd tries again with the next ping, 15 s later at most. */
const pauseMs = { first: 250, max: 5_000 } as const;
/** A connection that has lasted so long was a good one: the next failure is a first one again. */
const settledMs = pingEveryMs;

/** A topic, or a topic, a space and a channel. Neither name can hold a space. */
export type Registration = string;

export interface PeerPorts {
  identity(): PeerIdentity;
  /** Everything there is: each channel, and each topic without one. */
  registrations(): Iterable<Registration>;
  /** Whether it is there now. */
  has(registration: Registration): boolean;
  log(level: "info" | "error", text: string): void;
}

/** Where a lookup said that it can be asked over HTTP. */
export interface LookupAddress {
  readonly host: string;
  readonly port: number;
}

export type PeerState =
  | { readonly state: "connecting" | "up"; readonly sinceMs: number }
  | { readonly state: "down"; readonly sinceMs: number; readonly reason: string };

export class LookupPeer {
  /** `host:port` as configured. */
  readonly address: string;
  /** As it said last, also while it is away. */
  http: LookupAddress | null = null;
  state: PeerState = { state: "connecting", sinceMs: Date.now() };
  /** Resolves when the first attempt to reach it has come to something. */
  readonly tried: Promise<void>;
  readonly #ports: PeerPorts;
  readonly #closing = new AbortController();
  readonly #untold = new Set<Registration>();
  #news = Promise.withResolvers<void>();
  #tried!: () => void;
  /** Of this connection. */
  #refusalTold = false;

  constructor(address: string, ports: PeerPorts) {
    this.address = address;
    this.#ports = ports;
    this.tried = new Promise((resolve) => {
      this.#tried = resolve;
    });
  }

  start(): void {
    void this.#run();
  }

  /** That name is new, or is gone. */
  changed(registration: Registration): void {
    // While it is away nothing is noted: it will be told everything.
    if (this.state.state !== "up") return;
    this.#untold.add(registration);
    this.#news.resolve();
  }

  close(): void {
    this.#closing.abort();
    this.#news.resolve();
    this.#tried();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs: number = pauseMs.first; !signal.aborted; ) {
      const begunMs = performance.now();
      await this.#connect().catch((error: Error) => this.#down(error));
      this.#tried();
      if (performance.now() - begunMs > settledMs) waitMs = pauseMs.first;
      // Nodes that lost the same lookup do not come back to it all at once.
      await pause(waitMs * (0.5 + Math.random() / 2), null, { signal }).catch(() => {});
      waitMs = Math.min(waitMs * 2, pauseMs.max);
    }
  }

  /** One connection, from its beginning to its end. Rejects with why it ended. */
  async #connect(): Promise<void> {
    const { host, port } = parseAddress(this.address);
    using connection = await LookupConnection.open(host, port, this.#closing.signal);
    void connection.ended.then(() => this.#news.resolve());
    await this.#introduce(connection);
    this.#tried();
    for (let pingAtMs = performance.now() + pingEveryMs; ; ) {
      // First of all: however much there is to tell, only a ping says that the node lives.
      if (performance.now() >= pingAtMs) {
        const [reply] = await connection.ask(pingCommand, 1);
        if (!isOk(reply!)) throw new Error(`it refuses a ping: ${printable(reply!)}`);
        pingAtMs = Math.max(pingAtMs, performance.now() - pingEveryMs) + pingEveryMs;
      } else if (this.#untold.size > 0) await this.#tell(connection);
      else await this.#idle(connection, pingAtMs);
    }
  }

  async #introduce(connection: LookupConnection): Promise<void> {
    connection.write(lookupMagic);
    const [reply] = await connection.ask(identifyCommand(this.#ports.identity()), 1);
    const lookupd = readLookupdIdentity(reply!);
    if (lookupd === null) throw new Error(`it refuses this node: ${printable(reply!)}`);
    this.http = httpAddress(lookupd.broadcastAddress, lookupd.httpPort);
    this.#ports.log("info", `LOOKUPD(${this.address}): connected, HTTP at ${shown(this.http)}`);
    this.state = { state: "up", sinceMs: Date.now() };
    this.#refusalTold = false;
    this.#untold.clear();
    for (const registration of this.#ports.registrations()) this.#untold.add(registration);
  }

  async #tell(connection: LookupConnection): Promise<void> {
    const commands: string[] = [];
    for (const registration of this.#untold) {
      this.#untold.delete(registration);
      const [topic, channel = null] = registration.split(" ");
      const command = this.#ports.has(registration) ? registerCommand : unregisterCommand;
      commands.push(command(topic!, channel));
      if (commands.length === batchMax) break;
    }
    const replies = await connection.ask(commands.join(""), commands.length);
    const refused = replies.findIndex((reply) => !isOk(reply));
    // One that has no room for a name is told the others; one that cannot go on hangs up.
    if (refused < 0 || this.#refusalTold) return;
    this.#refusalTold = true;
    this.#ports.log(
      "error",
      `LOOKUPD(${this.address}): it refuses ${commands[refused]!.trim()}: ${printable(replies[refused]!)}`,
    );
  }

  /** Until there is something to tell, or it is time for a ping. Rejects when the connection ends. */
  async #idle(connection: LookupConnection, untilMs: number): Promise<void> {
    if (connection.failure !== null) throw connection.failure;
    this.#news = Promise.withResolvers();
    const timer = setTimeout(() => this.#news.resolve(), Math.max(0, untilMs - performance.now()));
    await this.#news.promise;
    clearTimeout(timer);
    if (connection.failure !== null) throw connection.failure;
    this.#closing.signal.throwIfAborted();
  }

  #down(error: Error): void {
    const { state } = this;
    this.#untold.clear();
    if (this.#closing.signal.aborted) return;
    const reason = error.message;
    // Said once, not at every attempt.
    if (state.state !== "down" || state.reason !== reason) {
      this.#ports.log("error", `LOOKUPD(${this.address}): ${reason}`);
    }
    this.state = { state: "down", sinceMs: state.state === "down" ? state.sinceMs : Date.now(), reason };
  }
}

function isOk(reply: Buffer): boolean {
  return reply.length === 2 && reply.toString("latin1") === "OK";
}

/** Another's words for the log: short, and nothing that moves a cursor. */
function printable(reply: Buffer): string {
  return JSON.stringify(reply.toString("latin1", 0, 200));
}

/** null: no address that could be asked. */
function httpAddress(host: string, port: number): LookupAddress | null {
  const usable = /^[A-Za-z0-9._:%-]{1,255}$/.test(host) && port >= 1 && port <= 65_535;
  return usable ? { host, port } : null;
}

function shown(http: LookupAddress | null): string {
  return http === null ? "no address" : `${http.host}:${http.port}`;
}

function parseAddress(address: string): LookupAddress {
  const found = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:]+)):(?<port>\d{1,5})$/.exec(address)?.groups;
  const port = Number(found?.["port"] ?? 0);
  if (!found || port < 1 || port > 65_535) throw new Error("its address is not <addr>:<port>");
  return { host: (found["v6"] ?? found["host"])!, port };
}
