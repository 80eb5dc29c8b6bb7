/** A daemon's HTTP on `node:http`: byte for byte what NSQ's clients rely on (HT), within bounds (HX). */
import { createServer, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { ListenOptions } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { onGarbage } from "./garbage.ts";
import type { Reception } from "./reception.ts";

const connectionsMax = 4_096;
const headerBytesMax = 16 * 1024;
const headersMsMax = 10_000;
/** For a request with its body: 5 MB at 85 KB/s. */
const requestMsMax = 60_000;
const idleMsMax = 120_000;
const slowCheckEveryMs = 5_000;
/** Requests under way have so long to end when the daemon stops. */
const closeMsMax = 1_000;

/** As nsqd has it. */
const handshakeMsMax = 5_000;

/** What it takes to serve HTTPS. */
export interface ServerTls {
  readonly options: SecureContextOptions;
  /** What a client must show: nothing; any certificate; one that a known authority has signed. */
  readonly clientCertificate: "none" | "any" | "verified";
}

/** Who serves requests, and hears of what is wrong. */
export interface ServerPorts {
  readonly reception: Pick<Reception<never>, "serve">;
  /** null: plain HTTP. */
  readonly tls?: ServerTls | null;
  log(level: "error", text: string): void;
}

export class HttpServer {
  readonly #responses = new WeakMap<Duplex, ServerResponse>();
  readonly #server: Server;

  constructor({ reception, tls = null, log }: ServerPorts) {
    const options = {
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersMsMax,
      requestTimeout: requestMsMax,
      keepAliveTimeout: idleMsMax,
      connectionsCheckingInterval: slowCheckEveryMs,
      keepAlive: true,
    };
    this.#server = tls === null ? createServer(options) : secureServer(options, tls);
    this.#server.maxConnections = connectionsMax;
    this.#server.on("request", (request, response) => {
      this.#responses.set(request.socket, response);
      void reception.serve(request, response, false);
    });
    this.#server.on("checkContinue", (request, response) => {
      this.#responses.set(request.socket, response);
      void reception.serve(request, response, true);
    });
    // Later ones are of single connections that could not be accepted.
    this.#server.on("error", (error) => log("error", `HTTP: ${error.message}`));
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      // Where TLS failed nothing can be said: its own alert is all there is.
      if (tls !== null && !/^(HPE|ERR_HTTP)_/.test(error.code ?? "")) socket.destroy();
      else onGarbage(error, socket, this.#responses.get(socket)?.headersSent ?? false);
    });
  }

  /** Resolves to the port; -1 for a unix socket. Rejects when it cannot listen there. */
  listen(options: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(options, () => {
        this.#server.off("error", reject);
        const address = this.#server.address();
        resolve(address !== null && typeof address === "object" ? address.port : -1);
      });
    });
  }

  /** Takes no more, lets requests finish for a second. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    const overdue = setTimeout(() => this.#server.closeAllConnections(), closeMsMax);
    await closed;
    clearTimeout(overdue);
  }
}

function secureServer(options: ServerOptions, { options: secure, clientCertificate }: ServerTls): Server {
  // Loaded where it is needed: it would cost every start some milliseconds.
  const server = process.getBuiltinModule("node:https").createServer({
    ...options,
    ...secure,
    handshakeTimeout: handshakeMsMax,
    requestCert: clientCertificate !== "none",
    rejectUnauthorized: clientCertificate === "verified",
  });
  if (clientCertificate === "any") {
    server.on("secureConnection", (socket: TLSSocket) => {
      if (socket.getPeerX509Certificate() === undefined) socket.destroy();
    });
  }
  return server;
}
