/** A node's end of a connection to a lookup, written by hand: none of our own encoders is in it. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export const nodeIdentity = {
  broadcast_address: "node-1.example.com",
  hostname: "node-1",
  http_port: 4151,
  tcp_port: 4150,
  version: "1.3.0",
  topology_zone: "zone-a",
  topology_region: "region-a",
};

export class LookupNode implements AsyncDisposable {
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);
  #over = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    socket.on("error", () => {});
    // The lookup ends first; what we have yet to say is not in its way.
    socket.on("end", () => this.#ended());
    socket.on("close", () => this.#ended());
  }

  /** `address:port` as the lookup sees it. */
  get id(): string {
    return `127.0.0.1:${this.socket.localPort}`;
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** A command, and its reply. */
  async ask(bytes: string | Buffer): Promise<string | null> {
    this.send(bytes);
    return this.reply();
  }

  async identify(fields: object = nodeIdentity): Promise<string | null> {
    return this.ask(identify(JSON.stringify(fields)));
  }

  /** null: the lookup has ended the connection. Throws when there is neither a reply nor an end in time. */
  async reply(withinMs = 5_000): Promise<string | null> {
    const deadlineMs = performance.now() + withinMs;
    while (true) {
      const length = this.#bytes.length < 4 ? Number.POSITIVE_INFINITY : 4 + this.#bytes.readInt32BE(0);
      if (this.#bytes.length >= length) {
        const reply = this.#bytes.toString("latin1", 4, length);
        this.#bytes = this.#bytes.subarray(length);
        return reply;
      }
      if (this.#over) return null;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new Error("the lookup has not replied");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.closed) return;
    this.socket.destroy();
    await once(this.socket, "close");
  }

  #ended(): void {
    this.#over = true;
    this.#wake();
  }
}

/** IDENTIFY with this body, or with a length that is not the body's. */
export function identify(body: string, length = Buffer.byteLength(body)): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(length);
  return Buffer.concat([Buffer.from("IDENTIFY\n"), size, Buffer.from(body)]);
}

/** @param localAddress where it comes from */
export async function connectNode(
  port: number,
  magic = "  V1",
  localAddress = "127.0.0.1",
): Promise<LookupNode> {
  const socket = connect({ host: "127.0.0.1", port, localAddress, allowHalfOpen: true, noDelay: true });
  await once(socket, "connect");
  const node = new LookupNode(socket);
  node.send(magic);
  return node;
}
