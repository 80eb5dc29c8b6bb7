/**
 * HTTP that answers as a test says, in the shapes NSQ documents: a genuine nsqd (which has no `/v1`) or a
 * nsqlookupd, one that is broken, slow, or lies.
 */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type Answers = Readonly<Record<string, unknown>>;

export class ScriptedNsq implements AsyncDisposable {
  /** What was asked of it: `POST /topic/pause?topic=t`. */
  readonly asked: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /**
   * By method and path: an object is sent as JSON with 200, a number is a status. What is not here is 404, as in
   * NSQ.
   */
  answers: Answers;
  /** Instead of the answers. */
  listener: RequestListener | null = null;
  readonly #server: Server;

  constructor(answers: Answers) {
    this.answers = answers;
    this.#server = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      this.authorizations.push(request.headers.authorization);
      if (this.listener) return this.listener(request, response);
      const answer = this.answers[`${request.method} ${request.url!.split("?")[0]}`] ?? 404;
      if (typeof answer === "number") return response.writeHead(answer).end('{"message":"SCRIPTED"}');
      response.end(JSON.stringify(answer));
    });
  }

  static async start(answers: Answers = {}, port = 0): Promise<ScriptedNsq> {
    const nsq = new ScriptedNsq(answers);
    await once(nsq.#server.listen(port, "127.0.0.1"), "listening");
    return nsq;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get key(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** As a lookup names it. */
  producer(changes: object = {}): object {
    return {
      remote_address: "127.0.0.1:50000",
      hostname: `host-${this.port}`,
      broadcast_address: "127.0.0.1",
      tcp_port: this.port + 1,
      http_port: this.port,
      version: "1.3.0",
      tombstones: [],
      topics: [],
      ...changes,
    };
  }

  /** POSTs only. */
  get acts(): string[] {
    return this.asked.filter((line) => line.startsWith("POST "));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const noLatency = { count: 0, percentiles: null };

/** `/stats`, `/info` and the acts of a genuine nsqd 1.3.0. */
export function genuineNsqd(topics: readonly unknown[], changes: Answers = {}): Answers {
  return {
    "GET /info": {
      version: "1.3.0",
      broadcast_address: "127.0.0.1",
      hostname: "genuine",
      http_port: 4151,
      tcp_port: 4150,
      start_time: 1_700_000_000,
      topology_region: "north",
      topology_zone: "",
    },
    "GET /stats": { version: "1.3.0", health: "OK", start_time: 1_700_000_000, topics, producers: null },
    ...changes,
  };
}

export function statsTopic(name: string, channels: readonly object[] = [], changes: object = {}): object {
  return {
    topic_name: name,
    channels,
    depth: 0,
    backend_depth: 0,
    message_count: 0,
    message_bytes: 0,
    paused: false,
    e2e_processing_latency: noLatency,
    ...changes,
  };
}

export function statsChannel(name: string, changes: object = {}): object {
  return {
    channel_name: name,
    depth: 0,
    backend_depth: 0,
    in_flight_count: 0,
    deferred_count: 0,
    message_count: 0,
    requeue_count: 0,
    timeout_count: 0,
    client_count: 0,
    clients: null,
    paused: false,
    e2e_processing_latency: noLatency,
    ...changes,
  };
}
