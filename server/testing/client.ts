import { connect as connectSocket } from "node:net";
import type { Duplex } from "node:stream";
import { expect } from "vitest";
import * as commands from "./commands.ts";
import { type Frame, FrameDecoder, type Message } from "./frames.ts";

const patienceMs = 5_000;

/** A raw connection to a node. What arrives waits in a queue until a test asks for it. */
export class Client implements AsyncDisposable {
  readonly #socket: Duplex;
  readonly #decoder = new FrameDecoder();
  readonly #frames: Frame[] = [];
  #closed = false;
  #broken: unknown;
  #wake: () => void = () => {};

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on("data", (bytes) => {
      try {
        this.#frames.push(...this.#decoder.push(bytes as Buffer));
      } catch (error) {
        this.#broken = error;
        socket.destroy();
      }
      this.#wake();
    });
    // A reset is one way for a server to close; what matters is that it closed.
    socket.on("error", () => {});
    socket.on("end", () => this.#ended());
    socket.on("close", () => this.#ended());
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(...bytes: (string | Buffer)[]): void {
    this.#socket.write(Buffer.concat(bytes.map((part) => Buffer.from(part))));
  }

  /** Closes our half: the server sees the end, and can still answer. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Stops reading, as a client does that is stuck. */
  stall(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  identify(settings: Record<string, unknown> | string = {}): void {
    this.send(commands.identify(settings));
  }

  sub(topic: string, channel: string): void {
    this.send(`SUB ${topic} ${channel}\n`);
  }

  rdy(count: number): void {
    this.send(`RDY ${count}\n`);
  }

  fin(id: string): void {
    this.send(`FIN ${id}\n`);
  }

  req(id: string, delayMs: number | string): void {
    this.send(`REQ ${id} ${delayMs}\n`);
  }

  touch(id: string): void {
    this.send(`TOUCH ${id}\n`);
  }

  pub(topic: string, body: string | Buffer): void {
    this.send(commands.pub(topic, body));
  }

  mpub(topic: string, bodies: readonly (string | Buffer)[]): void {
    this.send(commands.mpub(topic, bodies));
  }

  dpub(topic: string, delayMs: number | string, body: string | Buffer): void {
    this.send(commands.dpub(topic, delayMs, body));
  }

  /** The next frame, whatever it is. Throws when none comes in time, or the connection closes first. */
  async nextFrame({ withinMs = patienceMs } = {}): Promise<Frame> {
    const frame = await this.#next(withinMs);
    if (frame !== null) return frame;
    throw new Error(this.#closed ? "closed instead of a frame" : `no frame within ${withinMs} ms`);
  }

  async nextMessage(options?: { withinMs?: number }): Promise<Message> {
    const frame = await this.nextFrame(options);
    if (frame.type !== "message") throw new Error(`${frame.type} instead of a message: ${frame.text}`);
    return frame.message;
  }

  async messages(count: number, options?: { withinMs?: number }): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < count) messages.push(await this.nextMessage(options));
    return messages;
  }

  async expectResponse(text: string | RegExp): Promise<void> {
    expect(await this.nextFrame()).toEqual({ type: "response", text: matching(text) });
  }

  async expectOk(count = 1): Promise<void> {
    for (let seen = 0; seen < count; seen++) await this.expectResponse("OK");
  }

  /** An error that leaves the connection open, unless `expectClose` follows. */
  async expectError(text: string | RegExp): Promise<void> {
    expect(await this.nextFrame()).toEqual({ type: "error", text: matching(text) });
  }

  /** An error, then the end of the connection with nothing between. */
  async expectFatal(text: string | RegExp): Promise<void> {
    await this.expectError(text);
    await this.expectClose();
  }

  /** The server closes, without another frame or half of one. */
  async expectClose({ withinMs = patienceMs } = {}): Promise<void> {
    const frame = await this.#next(withinMs);
    if (frame !== null) throw new Error(`not closed, but: ${show(frame)}`);
    if (!this.#closed) throw new Error(`still open after ${withinMs} ms`);
    expect(this.#decoder.pendingBytes).toBe(0);
  }

  /** No frame and no close for as long. Only where nothing can be waited for instead. */
  async expectNothing({ forMs }: { forMs: number }): Promise<void> {
    const frame = await this.#next(forMs);
    if (frame !== null) throw new Error(`unexpected: ${show(frame)}`);
    if (this.#closed) throw new Error("unexpected close");
  }

  /** Open, and everything sent before has been handled: an answer to something harmless comes back. */
  async expectAlive(): Promise<void> {
    this.send("NOP\n", commands.pub("alive#ephemeral", "?"));
    await this.expectOk();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #ended(): void {
    this.#closed = true;
    // Sockets here are half-open: without this ours would outlive the server's.
    this.#socket.end();
    this.#wake();
  }

  async #next(withinMs: number): Promise<Frame | null> {
    const deadlineMs = performance.now() + withinMs;
    while (this.#frames.length === 0 && !this.#closed) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.#broken !== undefined) throw this.#broken;
    return this.#frames.shift() ?? null;
  }
}

/** Connects and says the magic; `magic: ""` for a connection that says nothing. */
export async function connect(
  port: number | string,
  { magic = commands.magic, host = "127.0.0.1" } = {},
): Promise<Client> {
  const where = typeof port === "string" ? { path: port } : { port, host };
  const socket = connectSocket({ ...where, allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const client = new Client(socket);
  if (magic !== "") client.send(magic);
  return client;
}

/** A connection that has subscribed, with RDY when it is given. */
export async function subscribe(
  port: number,
  topic: string,
  channel: string,
  { rdy = 0, settings }: { rdy?: number; settings?: Record<string, unknown> } = {},
): Promise<Client> {
  const client = await connect(port);
  if (settings !== undefined) {
    client.identify(settings);
    await client.nextFrame();
  }
  client.sub(topic, channel);
  await client.expectOk();
  if (rdy > 0) client.rdy(rdy);
  return client;
}

function matching(text: string | RegExp) {
  return typeof text === "string" ? text : expect.stringMatching(text);
}

function show(frame: Frame): string {
  return frame.type === "message" ? `message ${frame.message.id}` : `${frame.type} ${frame.text}`;
}
