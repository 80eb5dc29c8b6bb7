/** nsqd's HTTP API and ours. */
import type { ListenOptions, Socket } from "node:net";
import type { ClientIdentity } from "../broker/ports.ts";
import { TlsRequired } from "../http-api/errors.ts";
import { Guard } from "../http-api/guard.ts";
import { Reception, Refusing } from "../http-api/reception.ts";
import { HttpServer as Server, type ServerTls } from "../http-api/server.ts";
import { stalledMsDefault } from "../http-api/stream.ts";
import { Turns } from "../http-api/turns.ts";
import type { Call } from "./call.ts";
import { Held } from "./held.ts";
import { LiveFeed } from "./live-feed.ts";
import type { HttpPorts } from "./ports.ts";
import { routes } from "./routes.ts";
import { Taps } from "./tap.ts";

export interface HttpServer {
  /** Resolves to the port; -1 for a unix socket. Rejects when it cannot listen there. */
  listen(options: ListenOptions): Promise<number>;
  /** The same over HTTPS, where there is a certificate. */
  listenSecure(options: ListenOptions): Promise<number>;
  /** Takes no more, ends streams, lets requests finish for a second. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  /** How long a reader of a long answer may take nothing before it is given up. */
  readonly stalledMs?: number;
  /** null: no HTTPS. */
  readonly tls?: ServerTls | null;
  /** Plain HTTP is told to come over HTTPS, and nothing else. */
  readonly isTlsRequired?: boolean;
}

export function createHttpServer(
  ports: HttpPorts,
  { stalledMs = stalledMsDefault, tls = null, isTlsRequired = false }: HttpServerOptions = {},
): HttpServer {
  const turns = new Turns();
  const live = new LiveFeed(ports, turns, stalledMs);
  const taps = new Taps();
  const held = new Held(ports.broker);
  const clientOf = clients(ports);
  const reception = new Reception<Call>({
    routes,
    guard: guardOf(ports),
    turns,
    stalledMs,
    call(from) {
      ports.now();
      return { ...from, ports, held, live, taps, client: clientOf(from) };
    },
    log: ports.log,
  });
  const { log } = ports;
  let securePort = 0;
  const elsewhere = new Refusing(() => new TlsRequired(securePort));
  const server = new Server({ reception: isTlsRequired ? elsewhere : reception, log });
  const secure = tls === null ? null : new Server({ reception, tls, log });
  return {
    listen: (options) => server.listen(options),
    async listenSecure(options) {
      securePort = await secure!.listen(options);
      return securePort;
    },
    async close() {
      live.close();
      taps.close();
      await Promise.all([server.close(), secure?.close()]);
    },
  };
}

function guardOf({ node, options, secret, log }: HttpPorts): Guard {
  const names = [node.hostname, node.broadcastAddress, ...options["http-allowed-host"]];
  return new Guard({ names, secret, log });
}

/** One for the life of a connection. */
function clients(ports: HttpPorts) {
  const known = new WeakMap<Socket, ClientIdentity>();
  return ({
    request: { socket },
    remoteAddress,
  }: Pick<Call, "request" | "remoteAddress">): ClientIdentity => {
    let client = known.get(socket);
    if (!client) {
      client = { number: ports.nextClientNumber(), clientId: "http", hostname: "", remoteAddress };
      known.set(socket, client);
    }
    return client;
  };
}
