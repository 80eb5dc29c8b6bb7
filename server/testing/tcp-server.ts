/** NSQ's TCP side in the process of a test: a broker, a store in memory, real sockets, and a clock that can be moved. */
import { createSecureContext } from "node:tls";
import { openRests } from "../tcp/drip.ts";
import { Handshakes } from "../tcp/handshakes.ts";
import { TcpListener } from "../tcp/listener.ts";
import type { TcpLimits, TcpPorts } from "../tcp/ports.ts";
import type { Session } from "../tcp/session.ts";
import { Tarpit } from "../tcp/tarpit.ts";
import { Turn } from "../tcp/turn.ts";
import type { Certificate } from "./certificates.ts";
import { RunningBroker, type RunningBrokerOptions } from "./running-broker.ts";

const tickMs = 5;

export interface TcpServerOptions
  extends Pick<RunningBrokerOptions, "memBytes" | "backlog" | "durability" | "refusesDurable"> {
  readonly limits?: Partial<TcpLimits>;
  /** Its certificate; without one there is no TLS. */
  readonly certificate?: Certificate;
  /** Whom to ask what a client may do; without one everybody may everything. */
  readonly authority?: TcpPorts["authority"];
}

export class TcpServer extends RunningBroker implements AsyncDisposable {
  readonly listener: TcpListener;
  readonly held = new Set<Session>();
  readonly rests = openRests();
  readonly logged: string[] = [];
  readonly #ticker: NodeJS.Timeout;

  constructor(options: TcpServerOptions = {}) {
    const turn = new Turn();
    super({ memQueueSize: 1_000_000, memBytes: 256 * 2 ** 20, ...options, wake: turn.schedule });
    turn.broker = this.broker;
    this.listener = new TcpListener({
      broker: this.broker,
      turn,
      limits: { ...limits, ...options.limits },
      version: "1.3.0",
      log: { info: (text) => this.logged.push(text) },
      now: this.now,
      nextClientNumber: this.nextClientNumber,
      held: this.held,
      tarpit: new Tarpit(),
      rests: this.rests,
      handshakes: options.certificate === undefined ? null : handshakesWith(options.certificate),
      isTlsRequired: false,
      authority: options.authority ?? null,
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

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticker);
    this.listener.stopListening();
    await this.listener.closeAll();
  }
}

function handshakesWith({ certPem, keyPem }: Certificate): Handshakes {
  return new Handshakes({
    context: createSecureContext({ cert: certPem, key: keyPem }),
    clientCertificate: "none",
  });
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
  tlsV1: false,
  deflate: false,
  snappy: false,
  authRequired: false,
  topologyRegion: "",
  topologyZone: "",
  maxMsgSize: 1_048_576,
  maxBodySize: 5_242_880,
  maxReqTimeoutMs: 3_600_000,
  maxChannelConsumers: 0,
};
