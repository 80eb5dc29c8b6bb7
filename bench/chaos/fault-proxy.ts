/**
 * A TCP proxy that hurts what goes through it: late, held back, lost, cut off, refused, each direction for itself.
 * To somebody behind it a network that drops packets looks like `hold`: TCP sends again, and all comes once it is healed.
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** `up`: towards the server. */
export type Direction = "up" | "down";

/**
 * `pass`; `delay`: each byte comes so much later; `hold`: nothing comes until healed, then all of it, in order;
 * `lose`: nothing comes, and what was sent is gone, so that such a connection is reset when it is healed.
 */
export type Flow =
  | { readonly kind: "pass" | "hold" | "lose" }
  | { readonly kind: "delay"; readonly delayMs: number };

const pass: Flow = { kind: "pass" };
/** Of one direction of one connection; beyond it the sender is not read from. */
const waitingBytesMax = 4 * 1024 * 1024;

export class FaultProxy implements AsyncDisposable {
  readonly flows: Record<Direction, Flow> = { up: pass, down: pass };
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #port = 0;
  #isRefusing = false;
  /** Bytes that were lost on the way. */
  lostBytes = 0;

  /** @param target a port of this machine, or the path of a unix socket */
  private constructor(target: number | string) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      // A RST is what a port that nobody listens on answers with.
      if (this.#isRefusing) client.resetAndDestroy();
      else this.#link(client, target);
    });
  }

  static async open(target: number | string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    const address = proxy.#server.address();
    if (address !== null && typeof address === "object") proxy.#port = address.port;
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Connections that the clients have, whatever has come of that to the server. */
  get clients(): number {
    let clients = 0;
    for (const link of this.#links) if (link.hasClient) clients++;
    return clients;
  }

  /** Bytes that have come and were not let through. */
  get heldBytes(): number {
    let bytes = 0;
    for (const link of this.#links) bytes += link.heldBytes;
    return bytes;
  }

  /** Of both directions, or of one. */
  hurt(flow: Flow, directions: readonly Direction[] = ["up", "down"]): void {
    for (const direction of directions) this.flows[direction] = flow;
  }

  /** Refuses new connections and resets those that there are. */
  cut(): void {
    this.#isRefusing = true;
    this.reset();
  }

  /** RST to both ends of every connection. */
  reset(): void {
    for (const link of this.#links) link.reset();
  }

  heal(): void {
    this.#isRefusing = false;
    this.hurt(pass);
    for (const link of this.#links) link.healed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.reset();
    if (this.#server.listening) await once(this.#server, "close");
  }

  #link(client: Socket, target: number | string): void {
    const server =
      typeof target === "number"
        ? connect({ port: target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true })
        : connect({ path: target, allowHalfOpen: true });
    const link = new Link(this, client, server);
    this.#links.add(link);
    link.onClose = () => this.#links.delete(link);
  }
}

class Link {
  onClose: () => void = () => {};
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #pipes: readonly Pipe[];

  constructor(proxy: FaultProxy, client: Socket, server: Socket) {
    this.#client = client;
    this.#server = server;
    this.#pipes = [new Pipe(proxy, "up", client, server), new Pipe(proxy, "down", server, client)];
    let open = 2;
    for (const socket of [client, server]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        if (--open === 0) this.onClose();
      });
    }
  }

  get heldBytes(): number {
    return this.#pipes.reduce((sum, pipe) => sum + pipe.heldBytes, 0);
  }

  get hasClient(): boolean {
    return !this.#client.destroyed && !this.#client.readableEnded;
  }

  reset(): void {
    for (const pipe of this.#pipes) pipe.stop();
    this.#client.resetAndDestroy();
    // A unix socket knows no RST.
    this.#server.destroy();
  }

  healed(): void {
    if (this.#pipes.some(({ isLossy }) => isLossy)) return this.reset();
    for (const pipe of this.#pipes) pipe.pump();
  }
}

/** One direction of a connection. The end of a connection waits in line like its bytes: who is cut off does not hear of it. */
class Pipe {
  isLossy = false;
  readonly #proxy: FaultProxy;
  readonly #direction: Direction;
  readonly #from: Socket;
  readonly #to: Socket;
  #waiting: { readonly bytes: Buffer | "end" | "broken"; readonly dueMs: number }[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(proxy: FaultProxy, direction: Direction, from: Socket, to: Socket) {
    this.#proxy = proxy;
    this.#direction = direction;
    this.#from = from;
    this.#to = to;
    from.on("data", (bytes) => this.#came(bytes as Buffer));
    from.on("end", () => this.#came("end"));
    from.on("close", () => this.#came("broken"));
    to.on("drain", () => this.pump());
  }

  get heldBytes(): number {
    return this.#waitingBytes;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  /** Lets through what may go. */
  pump(): void {
    clearTimeout(this.#timer);
    const nowMs = performance.now();
    let sent = 0;
    for (const { bytes, dueMs } of this.#waiting) {
      const { kind } = this.#flow;
      if (kind === "hold" || kind === "lose" || this.#to.writableNeedDrain) break;
      if (dueMs > nowMs) {
        this.#timer = setTimeout(() => this.pump(), dueMs - nowMs);
        break;
      }
      sent++;
      this.#send(bytes);
    }
    this.#waiting.splice(0, sent);
    if (this.#from.isPaused() && this.#waitingBytes < waitingBytesMax) this.#from.resume();
  }

  get #flow(): Flow {
    return this.#proxy.flows[this.#direction];
  }

  #came(bytes: Buffer | "end" | "broken"): void {
    const flow = this.#flow;
    if (flow.kind === "lose") {
      this.isLossy = true;
      if (typeof bytes !== "string") this.#proxy.lostBytes += bytes.length;
      return;
    }
    const delayMs = flow.kind === "delay" ? flow.delayMs : 0;
    this.#waiting.push({ bytes, dueMs: performance.now() + delayMs });
    if (typeof bytes !== "string") {
      this.#waitingBytes += bytes.length;
      if (this.#waitingBytes >= waitingBytesMax) this.#from.pause();
    }
    this.pump();
  }

  #send(bytes: Buffer | "end" | "broken"): void {
    if (bytes === "end") this.#to.end();
    else if (bytes === "broken") this.#to.destroySoon();
    else {
      this.#waitingBytes -= bytes.length;
      this.#to.write(bytes);
    }
  }
}
