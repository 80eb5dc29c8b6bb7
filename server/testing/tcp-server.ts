/** NSQ's TCP side in the process of a test: a broker, a store in memory, real sockets, and a clock that can be moved. */
import { Broker } from "../broker/broker.ts";
import type { Backlog } from "../broker/ports.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { TcpListener } from "../tcp/listener.ts";
import type { TcpLimits } from "../tcp/ports.ts";
import type { Session } from "../tcp/session.ts";
import { Tarpit } from "../tcp/tarpit.ts";
import { Turn } from "../tcp/turn.ts";

const tickMs = 5;

export interface TcpServerOptions {
  readonly memBytes?: number;
  readonly backlog?: Backlog;
  readonly limits?: Partial<TcpLimits>;
}

/** A store that is away: takes everything and never says that it is durable. */
export const storeAway: Backlog = {
  write() {},
  read: (_range, done) => void setImmediate(done, null),
  forget() {},
};

export class TcpServer implements AsyncDisposable {
  readonly broker: Broker;
  readonly listener: TcpListener;
  readonly held = new Set<Session>();
  readonly logged: string[] = [];
  #movedMs = 0;
  readonly #ticker: NodeJS.Timeout;

  constructor(options: TcpServerOptions = {}) {
    const turn = new Turn();
    let logIds = 0;
    let clients = 0;
    const nothing = () => {};
    this.broker = new Broker(
      {
        memQueueSize: 1_000_000,
        memBytes: options.memBytes ?? 256 * 2 ** 20,
        maxMsgTimeoutMs: 900_000,
        maxReqTimeoutMs: 3_600_000,
      },
      {
        backlog: options.backlog ?? new MemoryStore(),
        logIds: { next: () => ++logIds },
        listener: {
          topicCreated: nothing,
          topicDeleted: nothing,
          channelCreated: nothing,
          channelDeleted: nothing,
          pauseChanged: nothing,
        },
        report: { lost: nothing },
        audit: null,
        random: () => 0.5,
        wake: turn.schedule,
      },
    );
    turn.broker = this.broker;
    this.now();
    this.listener = new TcpListener({
      broker: this.broker,
      turn,
      limits: { ...limits, ...options.limits },
      version: "1.3.0",
      log: { info: (text) => this.logged.push(text) },
      now: () => this.now(),
      nextClientNumber: () => ++clients,
      held: this.held,
      tarpit: new Tarpit(),
    });
    this.#ticker = setInterval(() => {
      this.now();
      this.broker.tick();
      this.listener.tick();
    }, tickMs);
  }

  /** The one connection there is. */
  get session(): Session {
    const [session, ...others] = this.listener.sessions;
    if (!session || others.length > 0) throw new Error(`${this.listener.sessions.size} connections`);
    return session;
  }

  listen(address: { port: number; host?: string } | { path: string } = { port: 0, host: "127.0.0.1" }) {
    return this.listener.listen(address);
  }

  now(): void {
    this.broker.time.set(performance.now() + this.#movedMs, Date.now() + this.#movedMs);
  }

  move(ms: number): void {
    this.#movedMs += ms;
    this.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticker);
    this.listener.stopListening();
    await this.listener.closeAll();
  }
}

const limits: TcpLimits = {
  maxRdyCount: 2_500,
  maxMsgTimeoutMs: 900_000,
  msgTimeoutMs: 60_000,
  maxHeartbeatIntervalMs: 60_000,
  maxOutputBufferSize: 65_536,
  maxOutputBufferTimeoutMs: 30_000,
  minOutputBufferTimeoutMs: 25,
  outputBufferTimeoutMs: 250,
  maxDeflateLevel: 6,
  topologyRegion: "",
  topologyZone: "",
  maxMsgSize: 1_048_576,
  maxBodySize: 5_242_880,
  maxReqTimeoutMs: 3_600_000,
  maxChannelConsumers: 0,
};
