/** An nsqlookupd that says what a test wants it to: raw bytes over TCP, and an answer to `/channels` over HTTP. */
import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A command as a node has sent it: its line, the body of an IDENTIFY behind it. */
export interface Heard {
  readonly line: string;
  readonly body: string;
  readonly atMs: number;
  /** Of which connection, counted from 1. */
  readonly connection: number;
}

/** What is answered to a line; null: nothing. */
type Reply = (line: string) => string | Buffer | null;

export class ScriptedLookup implements AsyncDisposable {
  readonly heard: Heard[] = [];
  /** Topics that were asked for over HTTP. */
  readonly asked: string[] = [];
  connections = 0;
  /** Instead of the usual answer; its own bytes are sent as they are. */
  reply: Reply | null = null;
  /** Channels by topic; what is not here is none. */
  channels: Readonly<Record<string, readonly string[]>> = {};
  /** Instead of the channels. */
  answer: RequestListener | null = null;
  readonly #sockets = new Set<Socket>();
  #tcp!: Server;
  #http!: HttpServer;

  static async start(): Promise<ScriptedLookup> {
    const lookup = new ScriptedLookup();
    lookup.#http = createHttpServer((request, response) => {
      const url = new URL(request.url!, "http://lookup");
      const topic = url.searchParams.get("topic")!;
      lookup.asked.push(topic);
      if (lookup.answer) return lookup.answer(request, response);
      response.end(JSON.stringify({ channels: lookup.channels[topic] ?? [] }));
    });
    await once(lookup.#http.listen(0, "127.0.0.1"), "listening");
    await lookup.listen(0);
    return lookup;
  }

  get port(): number {
    return (this.#tcp.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get httpPort(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Lines but IDENTIFY and PING, in the order in which they came. */
  get registrations(): string[] {
    return this.lines.filter((line) => /^(UN)?REGISTER /.test(line));
  }

  get lines(): string[] {
    return this.heard.map(({ line }) => line);
  }

  /** What nodes said of themselves. */
  get bodies(): Record<string, unknown>[] {
    return this.heard.filter(({ line }) => line === "IDENTIFY").map(({ body }) => JSON.parse(body));
  }

  /** Connections that there are now. */
  get open(): number {
    return this.#sockets.size;
  }

  async listen(port: number): Promise<void> {
    this.#tcp = createServer((socket) => this.#serve(socket));
    await once(this.#tcp.listen(port, "127.0.0.1"), "listening");
  }

  /** As when it is killed: nobody is told, the port is free. */
  async drop(): Promise<void> {
    const closed = once(this.#tcp, "close");
    this.#tcp.close();
    this.hangUp();
    await closed;
  }

  /** Ends the connections there are; others may come. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#tcp.listening) await this.drop();
    this.#http.closeAllConnections();
    this.#http.close();
  }

  #serve(socket: Socket): void {
    const connection = ++this.connections;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    let rest = Buffer.alloc(0);
    let greeted = false;
    socket.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      if (!greeted && rest.length >= 4) {
        this.heard.push({
          line: rest.toString("latin1", 0, 4),
          body: "",
          atMs: performance.now(),
          connection,
        });
        rest = rest.subarray(4);
        greeted = true;
      }
      for (let end = rest.indexOf("\n"); greeted && end >= 0; end = rest.indexOf("\n")) {
        const line = rest.toString("latin1", 0, end);
        let bodyEnd = end + 1;
        if (line === "IDENTIFY") {
          if (rest.length < bodyEnd + 4) return;
          bodyEnd += 4 + rest.readInt32BE(bodyEnd);
          if (rest.length < bodyEnd) return;
        }
        const body = line === "IDENTIFY" ? rest.toString("utf8", end + 5, bodyEnd) : "";
        rest = rest.subarray(bodyEnd);
        this.heard.push({ line, body, atMs: performance.now(), connection });
        const reply =
          this.reply === null ? framed(line === "IDENTIFY" ? this.introduction : "OK") : this.reply(line);
        if (reply !== null) socket.write(reply);
      }
    });
  }

  /** What an nsqlookupd answers to IDENTIFY. */
  get introduction(): string {
    return `{"broadcast_address":"127.0.0.1","hostname":"scripted","http_port":${this.httpPort},"tcp_port":${this.port},"version":"1.3.0"}`;
  }
}

/** As nsqlookupd replies: a length and the data. */
export function framed(data: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(Buffer.byteLength(data));
  return Buffer.concat([head, Buffer.from(data)]);
}
