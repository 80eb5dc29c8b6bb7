/** A lookup: nodes tell it over TCP what they have, everybody else asks it over HTTP. In memory only, as NSQ's. */
import type { ListenOptions } from "node:net";
import { Guard } from "../http-api/guard.ts";
import { Reception } from "../http-api/reception.ts";
import { HttpServer } from "../http-api/server.ts";
import { stalledMsDefault } from "../http-api/stream.ts";
import { Turns } from "../http-api/turns.ts";
import { OwnProcess } from "../metrics/process-figures.ts";
import type { LookupdIdentity } from "../protocol/lookup.ts";
import type { Call } from "./lookupd-call.ts";
import { LookupdListener } from "./lookupd-listener.ts";
import type { LookupdPorts } from "./lookupd-ports.ts";
import { routes } from "./lookupd-routes.ts";
import { Registry, type RegistryOptions } from "./registry.ts";

export interface LookupdOptions extends RegistryOptions {
  /** As nodes are told; the ports are those that are listened on. */
  readonly identity: Omit<LookupdIdentity, "tcpPort" | "httpPort">;
  readonly allowedHosts: readonly string[];
  /** How long a reader of a long answer may take nothing before it is given up. */
  readonly stalledMs?: number;
  readonly connectionsMax?: number;
  readonly log: LookupdPorts["log"];
}

export class Lookupd {
  readonly registry: Registry;
  readonly #tcp: LookupdListener;
  readonly #http: HttpServer;
  #tcpPort = 0;
  #httpPort = 0;

  constructor(options: LookupdOptions) {
    const { identity, allowedHosts, log, stalledMs = stalledMsDefault } = options;
    this.registry = new Registry(options);
    const ports = {
      registry: this.registry,
      turns: new Turns(),
      identity: () => ({ ...identity, tcpPort: this.#tcpPort, httpPort: this.#httpPort }),
      log,
    };
    this.#tcp = new LookupdListener(ports, options);
    const reception = new Reception<Call>({
      routes,
      guard: new Guard({
        names: [identity.hostname, identity.broadcastAddress, ...allowedHosts],
        secret: null,
        log,
      }),
      turns: new Turns(),
      stalledMs,
      call: (from) => ({ ...from, ports, process }),
      log,
    });
    const process = new OwnProcess();
    this.#http = new HttpServer({ reception, log });
  }

  /** Resolves with the port; rejects when the address cannot be had. Nodes are told the HTTP port: that comes first. */
  async listenTcp(address: ListenOptions): Promise<number> {
    this.#tcpPort = await this.#tcp.listen(address);
    return this.#tcpPort;
  }

  async listenHttp(address: ListenOptions): Promise<number> {
    this.#httpPort = await this.#http.listen(address);
    return this.#httpPort;
  }

  async close(): Promise<void> {
    await Promise.all([this.#tcp.close(), this.#http.close()]);
  }
}
