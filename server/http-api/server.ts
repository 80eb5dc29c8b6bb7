/** A daemon's HTTP on `node:http`: byte for byte what NSQ's clients rely on (HT), within bounds (HX). */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { ListenOptions } from "node:net";
import type { Duplex } from "node:stream";
import { onGarbage } from "./garbage.ts";
import { Reception, type Service } from "./reception.ts";

const connectionsMax = 4_096;
const headerBytesMax = 16 * 1024;
const headersMsMax = 10_000;
/** For a request with its body: 5 MB at 85 KB/s. */
const requestMsMax = 60_000;
const idleMsMax = 120_000;
const slowCheckEveryMs = 5_000;
/** Requests under way have so long to end when the daemon stops. */
const closeMsMax = 1_000;

export class HttpServer<Own> {
  readonly #responses = new WeakMap<Duplex, ServerResponse>();
  readonly #server: Server;

  constructor(service: Service<Own>) {
    this.#server = createServer({
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersMsMax,
      requestTimeout: requestMsMax,
      keepAliveTimeout: idleMsMax,
      connectionsCheckingInterval: slowCheckEveryMs,
      keepAlive: true,
    });
    this.#server.maxConnections = connectionsMax;
    const reception = new Reception(service);
    this.#server.on("request", (request, response) => {
      this.#responses.set(request.socket, response);
      void reception.serve(request, response, false);
    });
    this.#server.on("checkContinue", (request, response) => {
      this.#responses.set(request.socket, response);
      void reception.serve(request, response, true);
    });
    // Later ones are of single connections that could not be accepted.
    this.#server.on("error", (error) => service.log("error", `HTTP: ${error.message}`));
    this.#server.on("clientError", (error, socket) =>
      onGarbage(error, socket, this.#responses.get(socket)?.headersSent ?? false),
    );
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
