/** A node that says what a test wants it to: commands are read by hand, what is not scripted is answered as nsqd does. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

export interface Heard {
  /** The line and, of a command with a body, the body behind it. */
  readonly text: string;
  readonly verb: string;
  readonly atMs: number;
  readonly from: ScriptedConnection;
}

const verbsWithBody = new Set(["IDENTIFY", "AUTH", "PUB", "MPUB", "DPUB"]);
const usual: Readonly<Record<string, string>> = {
  IDENTIFY: JSON.stringify({ max_rdy_count: 2_500, msg_timeout: 60_000, max_msg_timeout: 900_000 }),
  AUTH: '{"identity":"","identity_url":"","permission_count":1}',
  SUB: "OK",
  PUB: "OK",
  MPUB: "OK",
  DPUB: "OK",
  CLS: "CLOSE_WAIT",
};

export class ScriptedConnection {
  readonly socket: Socket;
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  respond(text: string): void {
    this.socket.write(frame(0, Buffer.from(text)));
  }

  /** An error, then the end, unless the error is one that a connection survives. */
  refuse(text: string): void {
    this.socket.write(frame(1, Buffer.from(text)));
    if (!/^E_(FIN|REQ|TOUCH)_FAILED/.test(text)) this.socket.end();
  }

  message(id: string, body: string, attempts = 1): void {
    this.socket.write(messageFrame(id, body, attempts));
  }
}

export class ScriptedNode implements AsyncDisposable {
  readonly heard: Heard[] = [];
  readonly connections: ScriptedConnection[] = [];
  /** Instead of the usual answer: true when the script has answered, or will. */
  script: (heard: Heard) => boolean = () => false;
  /** Its own, also while it does not listen. */
  port = 0;
  #server!: Server;

  static async start(): Promise<ScriptedNode> {
    const node = new ScriptedNode();
    await node.listen(0);
    return node;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The connection that came last. */
  get last(): ScriptedConnection {
    return this.connections.at(-1)!;
  }

  get open(): number {
    return this.connections.filter(({ isClosed }) => !isClosed).length;
  }

  /** What was said with these verbs. */
  said(...verbs: string[]): string[] {
    return this.heard.filter(({ verb }) => verbs.includes(verb)).map(({ text }) => text);
  }

  async listen(port: number): Promise<void> {
    this.#server = createServer((socket) => this.#serve(socket));
    await once(this.#server.listen(port, "127.0.0.1"), "listening");
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** As when it is killed; the port is free. */
  async drop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const { socket } of this.connections) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.drop();
  }

  #serve(socket: Socket): void {
    const from = new ScriptedConnection(socket);
    this.connections.push(from);
    socket.on("error", () => {});
    socket.on("close", () => {
      from.isClosed = true;
    });
    let rest = Buffer.alloc(0);
    let isGreeted = false;
    socket.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      if (!isGreeted && rest.length >= 4) {
        isGreeted = true;
        rest = rest.subarray(4);
      }
      for (let end = rest.indexOf("\n"); isGreeted && end >= 0; end = rest.indexOf("\n")) {
        const line = rest.toString("latin1", 0, end);
        const verb = line.split(" ")[0]!;
        let to = end + 1;
        let body = "";
        if (verbsWithBody.has(verb)) {
          if (rest.length < to + 4) return;
          const bodyTo = to + 4 + rest.readInt32BE(to);
          if (rest.length < bodyTo) return;
          body = ` ${rest.toString("latin1", to + 4, bodyTo)}`;
          to = bodyTo;
        }
        rest = rest.subarray(to);
        this.#hear({ text: line + body, verb, atMs: performance.now(), from });
      }
    });
  }

  #hear(heard: Heard): void {
    this.heard.push(heard);
    const answer = usual[heard.verb];
    if (!this.script(heard) && answer !== undefined) heard.from.respond(answer);
  }
}

export function frame(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + data.length, 0);
  head.writeInt32BE(type, 4);
  return Buffer.concat([head, data]);
}

export function messageFrame(id: string, body: string, attempts = 1): Buffer {
  const head = Buffer.alloc(10);
  head.writeBigInt64BE(1_700_000_000_000_000_000n, 0);
  head.writeUInt16BE(attempts, 8);
  return frame(2, Buffer.concat([head, Buffer.from(id), Buffer.from(body)]));
}

/** 16 characters. */
export function messageId(number: number): string {
  return number.toString(16).padStart(16, "0");
}
