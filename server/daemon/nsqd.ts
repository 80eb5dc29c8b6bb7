/**
 * A node: the broker with everything it needs of the world. What happens first is listening,
 * with the topology of `nsqd.dat`; what the store owes comes when the store has answered.
 */
import { hostname } from "node:os";
import { AuditRing } from "../broker/audit-ring.ts";
import { Broker } from "../broker/broker.ts";
import { takeCheckpoint } from "../broker/departure.ts";
import { type NsqdOptions, nsqdOptions } from "../cli/nsqd-options.ts";
import type { Membership } from "../cluster/membership.ts";
import type { Removals } from "../cluster/removals.ts";
import { createHttpServer } from "../http/server.ts";
import { OwnProcess } from "../metrics/process-figures.ts";
import type { NodeStore } from "../store/ports.ts";
import { openRests } from "../tcp/drip.ts";
import { TcpListener } from "../tcp/listener.ts";
import { sessionStats } from "../tcp/session-stats.ts";
import { Tarpit } from "../tcp/tarpit.ts";
import { Turn } from "../tcp/turn.ts";
import { boundAddress } from "./address.ts";
import { Discovery } from "./discovery.ts";
import { endOnFault } from "./fatal.ts";
import { takeTopology } from "./kept-topology.ts";
import { tellWhatNsqdLeft } from "./left-by-nsqd.ts";
import { listenAt } from "./listening.ts";
import { NodeDeparture } from "./node-departure.ts";
import { NodeLog } from "./node-log.ts";
import { failoverOf, nodeMembership } from "./node-membership.ts";
import { nodeRemovals } from "./node-removals.ts";
import { type NodeSecurity, nodeSecurity } from "./node-security.ts";
import { brokerOptions, readSecret, tcpLimits } from "./node-settings.ts";
import { openStore } from "./open-store.ts";
import { startStatsd } from "./statsd.ts";
import { topologyListener } from "./topology-listener.ts";
import { boundYoungHeap } from "./young-heap.ts";

/** As clients compare it. */
const nsqVersion = "1.3.0";
/** Deadlines are met this exactly. */
const tickMs = 20;
/** What the store could give back after a crash is at most this old. */
const checkpointEveryMs = 1_000;

export async function runNsqd(options: NsqdOptions): Promise<void> {
  const log = new NodeLog(options["log-prefix"], options["log-level"]);
  const store = await openStore(options, log);
  const node = new Node(options, log, store, await nodeSecurity(options, log));
  await node.listen();
  node.serve();
  await tellWhatNsqdLeft(options["data-path"] || process.cwd(), log);
}

class Node {
  readonly #options: NsqdOptions;
  readonly #log: NodeLog;
  readonly #store: NodeStore;
  readonly #turn = new Turn();
  readonly #process = new OwnProcess();
  readonly #broker: Broker;
  readonly #security: NodeSecurity;
  readonly #tcp: TcpListener;
  readonly #http: ReturnType<typeof createHttpServer>;
  readonly #discovery: Discovery;
  readonly #membership: Membership | null;
  readonly #departure: NodeDeparture;
  readonly #removals: Removals | null;
  readonly #startedAtMs = Date.now();
  /** Wall time follows the system's clock slowly enough that a turn sees one instant. */
  #wallOffsetMs = Date.now() - performance.now();
  #tcpPort = -1;
  #httpPort = -1;
  #clients = 0;
  #statsd: Awaited<ReturnType<typeof startStatsd>> = null;
  #ticker: NodeJS.Timeout | null = null;
  #checkpointer: NodeJS.Timeout | null = null;
  #restored = false;
  /** What its database owes it too. */
  #hasReadAll = false;
  #youngHeapBound = false;

  constructor(options: NsqdOptions, log: NodeLog, store: NodeStore, security: NodeSecurity) {
    this.#options = options;
    this.#log = log;
    this.#store = store;
    const audit = options["audit"] === "off" ? null : new AuditRing();
    const durableOf = (topic: string) => store.policies.durableOf(topic);
    this.#broker = new Broker(brokerOptions(options, durableOf), {
      backlog: store.backlog,
      logIds: store.logIds,
      listener: topologyListener({ log, metadata: store.metadata, discovery: () => this.#discovery }),
      report: {
        lost: (topic, channel, logId, from, to) =>
          log.log(
            "error",
            `CHANNEL(${topic}/${channel}): ${to - from} messages of log ${logId} are not in the store`,
          ),
      },
      audit,
      schedule: store.schedule,
      random: Math.random,
      refusesDurable: () => store.durableRefusal !== null,
      mayHandOut: () => this.#membership?.mayHandOut() ?? true,
      wake: this.#turn.schedule,
    });
    this.#turn.broker = this.#broker;
    this.#membership = nodeMembership({ options, store, broker: this.#broker, log, now: this.now });
    this.#discovery = new Discovery({
      ...{ options, broker: this.#broker, log, shared: store.shared, now: this.now },
      policies: store.policies,
    });
    this.now();
    if (audit !== null) store.attachAudit(audit);
    store.onLogIdsLost = (firstLogId, endLogId) => this.#broker.sealLogs(firstLogId, endLogId);
    const nextClientNumber = () => ++this.#clients;
    this.#security = security;
    this.#tcp = new TcpListener({
      broker: this.#broker,
      turn: this.#turn,
      limits: tcpLimits(options),
      version: nsqVersion,
      log: { info: (text) => log.log("info", text) },
      now: this.now,
      nextClientNumber,
      held: new Set(),
      tarpit: new Tarpit(),
      rests: openRests(),
      ...this.#security,
    });
    this.#removals = nodeRemovals({
      ...{ store, broker: this.#broker, membership: this.#membership, log, now: this.now },
      isReady: () => this.#hasReadAll,
      saveCheckpoint: () => this.#checkpoint(),
    });
    this.#departure = new NodeDeparture({
      ...{ broker: this.#broker, store, log, discovery: this.#discovery, membership: this.#membership },
      now: this.now,
      isRestored: () => this.#restored,
      stopTimers: () => this.#stopTimers(),
      closeClients: () => {
        this.#tcp.stopListening();
        return this.#tcp.closeAll();
      },
      closeHttp: () => this.#http.close(),
    });
    this.#http = createHttpServer(
      {
        broker: this.#broker,
        options,
        optionTable: nsqdOptions,
        node: this.#info(),
        settings: this.#settings(),
        process: this.#process,
        connections: () => this.#connections(),
        disconnect: (address) => this.#disconnect(address),
        logLines: () => log.recent(),
        lookupStates: () => this.#discovery.lookupStates(),
        health: () => this.#health(),
        cluster: this.#discovery.cluster,
        lease: () => {
          const drain = this.#departure.drain?.state ?? null;
          return this.#membership && { ...this.#membership.live(), drain };
        },
        drain: this.#departure.drain,
        failover: this.#membership && failoverOf(this.#membership),
        removals: this.#removals,
        store: () => store.status(),
        secret: readSecret(options["cluster-secret-file"]),
        now: this.now,
        topologyKept: () => store.metadata.flush(),
        nextClientNumber,
        log: log.log,
      },
      { tls: this.#security.httpsTls, isTlsRequired: this.#security.isHttpsRequired },
    );
  }

  /** Sets the broker's time: called once per chunk read, before anything is asked of the broker. */
  readonly now = (): void => {
    const nowMs = performance.now();
    this.#broker.time.set(nowMs, nowMs + this.#wallOffsetMs);
  };

  async listen(): Promise<void> {
    takeTopology(this.#broker, this.#store.metadata);
    this.#discovery.watch();
    const { "tcp-address": tcp, "http-address": http, "https-address": https } = this.#options;
    this.#tcpPort = await listenAt("nsqd", tcp, (at) => this.#tcp.listen(at));
    this.#log.log("info", `TCP: listening on ${boundAddress(tcp, this.#tcpPort)}`);
    if (http !== "") {
      this.#httpPort = await listenAt("nsqd", http, (at) => this.#http.listen(at));
      this.#log.log("info", `HTTP: listening on ${boundAddress(http, this.#httpPort)}`);
    }
    let httpsPort = -1;
    if (this.#security.httpsTls !== null && https !== "") {
      httpsPort = await listenAt("nsqd", https, (at) => this.#http.listenSecure(at));
      this.#log.log("info", `HTTPS: listening on ${boundAddress(https, httpsPort)}`);
    }
    const { now } = this;
    const ports = { broker: this.#broker, process: this.#process, log: this.#log, now };
    this.#statsd = await startStatsd(this.#options, this.#info(), ports);
    process.send?.({
      type: "ready",
      tcp: boundAddress(tcp, this.#tcpPort),
      http: boundAddress(http, this.#httpPort),
      https: httpsPort < 0 ? "" : boundAddress(https, httpsPort),
    });
    this.#discovery.start(this.#info());
  }

  /** Runs until SIGTERM or SIGINT. */
  serve(): void {
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#checkpointer = setInterval(() => void this.#checkpoint(), checkpointEveryMs);
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.on(signal, () => void this.#departure.stop());
    endOnFault(this.#log.log);
    this.#membership?.start();
    const loaded = this.#store.load().then(({ topics, clean }) => {
      if (this.#departure.isUnderWay) return;
      this.now();
      this.#broker.restore(topics, () => false);
      this.#restored = true;
      if (!clean) this.#log.log("warn", "NSQ: the process before this one did not stop cleanly");
    });
    void Promise.all([loaded, this.#membership?.loaded]).then(() => {
      this.#hasReadAll = true;
      this.#discovery.loaded();
    });
  }

  #stopTimers(): void {
    clearInterval(this.#checkpointer ?? undefined);
    clearInterval(this.#ticker ?? undefined);
    this.#removals?.close();
    this.#statsd?.close();
  }

  #tick(): void {
    this.#youngHeapBound ||= boundYoungHeap();
    this.#wallOffsetMs = Date.now() - performance.now();
    this.now();
    this.#broker.tick();
    this.#tcp.tick();
  }

  async #checkpoint(): Promise<void> {
    // Before the store has said what it owes, a checkpoint would forget that.
    if (!this.#restored || !this.#store.holdsBlocks) return;
    this.now();
    await this.#store.saveCheckpoint(takeCheckpoint(this.#broker, "stored"), { final: false });
  }

  *#connections() {
    for (const session of this.#tcp.sessions) yield sessionStats(session);
  }

  #disconnect(address: string): number {
    const found = [...this.#tcp.sessions].filter(({ remoteAddress }) => remoteAddress === address);
    this.now();
    for (const session of found) session.close();
    return found.length;
  }

  #info() {
    const node = this;
    return {
      id: this.#store.identity,
      version: nsqVersion,
      hostname: hostname(),
      broadcastAddress: this.#options["broadcast-address"],
      startedAtMs: this.#startedAtMs,
      get tcpPort() {
        return node.#options["broadcast-tcp-port"] || node.#tcpPort;
      },
      get httpPort() {
        return node.#options["broadcast-http-port"] || node.#httpPort;
      },
    };
  }

  #settings() {
    return {
      logLevel: () => this.#log.level,
      setLogLevel: (level: NodeLog["level"]) => {
        this.#log.level = level;
      },
      lookupdTcpAddresses: () => this.#discovery.addresses,
      setLookupdTcpAddresses: (given: readonly string[]) => {
        this.#discovery.addresses = given;
      },
    };
  }

  #health(): string {
    if (!this.#broker.isRefusing && this.#broker.pressure !== "refuse") return "OK";
    const { state, reason } = this.#store.status();
    return `NOK - memory is full and the store ${state === "up" ? "does not keep up" : `is away: ${reason ?? state}`}`;
  }
}
