/**
 * Pushes a node's figures to a statsd, every interval. A push is spread over the interval but for its last
 * second, as nsqd's is; figures are read when their turn comes, so that nothing waits in memory.
 */
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Broker } from "../broker/broker.ts";
import type { Channel } from "../broker/channel.ts";
import type { Topic } from "../broker/topic.ts";
import type { MemoryFigures } from "../metrics/process-figures.ts";
import { StatsdLines } from "./lines.ts";
import { Packets } from "./packets.ts";

export interface StatsdOptions {
  readonly host: string;
  readonly port: number;
  /** In front of every key, its dot included. */
  readonly prefix: string;
  readonly intervalMs: number;
  readonly packetBytesMax: number;
  readonly memory: boolean;
  readonly excludeEphemeral: boolean;
}

export interface StatsdPorts {
  readonly broker: Broker;
  memory(): MemoryFigures;
  /** Sets the broker's clock. */
  now(): void;
  log(level: "info" | "error", text: string): void;
}

/** Of the interval, nothing is sent in so much at its end. */
const restMs = 1_000;
const stepMs = 100;
/** Topics and channels told of in one turn of the loop. */
const placesPerTurnMax = 200;

export class StatsdPusher {
  readonly #options: StatsdOptions;
  readonly #ports: StatsdPorts;
  readonly #lines: StatsdLines;
  readonly #closing = new AbortController();
  #pushing = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: StatsdOptions, ports: StatsdPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#lines = new StatsdLines(options.prefix);
  }

  start(): void {
    this.#timer = setInterval(() => void this.#push(), this.#options.intervalMs);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#closing.abort();
  }

  async #push(): Promise<void> {
    // A loop that was held up for an interval leaves one push out.
    if (this.#pushing) return;
    this.#pushing = true;
    const { host, port } = this.#options;
    let socket: Socket | null = null;
    try {
      socket = await connected(host, port);
      this.#ports.log("info", `STATSD: pushing stats to ${host}:${port}`);
      await this.#tell(socket);
    } catch (error) {
      if (!this.#closing.signal.aborted)
        this.#ports.log("error", `STATSD: cannot push to ${host}:${port} - ${(error as Error).message}`);
    }
    socket?.close();
    this.#pushing = false;
  }

  async #tell(socket: Socket): Promise<void> {
    const { intervalMs, packetBytesMax, memory } = this.#options;
    // Whether a datagram arrives is nobody's to know: nobody listening is an error of the next send, and passes.
    const packets = new Packets(packetBytesMax, (packet) => socket.send(packet, () => {}));
    const places = this.#places();
    const spreadMs = Math.max(1, intervalMs - restMs);
    const begunMs = performance.now();
    for (let told = 0; told < places.length; ) {
      const share = Math.min(1, (performance.now() - begunMs + stepMs) / spreadMs);
      const due = Math.ceil(places.length * share);
      const until = Math.min(due, told + placesPerTurnMax);
      this.#ports.now();
      for (; told < until; told++) this.#add(packets, places[told]!);
      if (told < places.length) await this.#pause(told < due ? 0 : stepMs);
    }
    if (memory) for (const line of this.#lines.memory(this.#ports.memory())) packets.add(line);
    packets.flush();
  }

  #add(packets: Packets, place: Topic | Channel): void {
    if (place.deleted) return;
    for (const line of this.#lines.of(place)) packets.add(line);
  }

  /** Topics by name, each with its channels behind it. */
  #places(): (Topic | Channel)[] {
    const { topics } = this.#ports.broker;
    const places: (Topic | Channel)[] = [];
    for (const name of [...topics.keys()].sort()) {
      const topic = topics.get(name)!;
      if (this.#isLeftOut(topic)) continue;
      places.push(topic);
      for (const channel of topic.channels.values()) if (!this.#isLeftOut(channel)) places.push(channel);
    }
    return places;
  }

  #isLeftOut({ ephemeral }: Topic | Channel): boolean {
    return ephemeral && this.#options.excludeEphemeral;
  }

  #pause(ms: number): Promise<void> {
    return pause(ms, undefined, { signal: this.#closing.signal });
  }
}

/** Looked up anew for every push, since a statsd may move. */
async function connected(host: string, port: number): Promise<Socket> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  try {
    socket.connect(port, address);
    await once(socket, "connect");
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on("error", () => {});
  return socket;
}
