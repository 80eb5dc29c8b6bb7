/** Stands between clients and a node, and breaks connections whenever a test likes. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class BreakingProxy implements AsyncDisposable {
  /** Connections that were made so far. */
  connections = 0;
  readonly #to: number;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(to: number) {
    this.#to = to;
    this.#server = createServer((socket) => this.#pass(socket));
  }

  static async start(to: number): Promise<BreakingProxy> {
    const proxy = new BreakingProxy(to);
    await once(proxy.#server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks all there are, in the middle of whatever they carry. */
  cut(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
  }

  #pass(near: Socket): void {
    this.connections++;
    const far = connect({ port: this.#to, host: "127.0.0.1", noDelay: true });
    near.pipe(far).pipe(near);
    this.#open.add(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#open.delete(near);
        other.destroy();
      });
    }
  }
}
