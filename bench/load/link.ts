/**
 * A connection of the load generator. All of them read into one buffer, and
 * frames are recognised where they lie, so that the generator costs less than
 * the brokers it measures.
 */
import { connect, type Socket } from "node:net";

const readBytes = 512 * 1024;
const carryBytesMax = 64 * 1024;
// What a chunk left over is put in front of the next one.
const memory = Buffer.allocUnsafeSlow(carryBytesMax + readBytes);
const view = new DataView(memory.buffer);
const target = memory.subarray(carryBytesMax);

export interface LinkEvents {
  /** A message frame begins at `at` in the shared buffer; `bytes`: its data. */
  message?(memory: Buffer, view: DataView, at: number, bytes: number): void;
  /** All frames of a chunk have been seen. */
  chunk?(): void;
  drain?(): void;
}

/** Offset of a message's id and of its body from the start of its frame. */
export const idOffset = 8 + 8 + 2;
export const bodyOffset = idOffset + 16;

export class Link {
  /** OK frames so far. */
  oks = 0;
  readonly socket: Socket;
  readonly #events: LinkEvents;
  readonly #fail: (error: Error) => void;
  readonly #carry = Buffer.allocUnsafeSlow(carryBytesMax);
  #carryBytes = 0;

  constructor(
    socketOf: (read: (bytes: number) => void) => Socket,
    events: LinkEvents,
    fail: (error: Error) => void,
  ) {
    this.#events = events;
    this.#fail = fail;
    this.socket = socketOf((bytes) => this.#read(bytes));
    this.socket.on("error", fail);
    this.socket.on("end", () => fail(new Error("the broker closed the connection")));
    this.socket.on("drain", () => events.drain?.());
  }

  /** False when the kernel and the stream have enough for now. */
  write(bytes: Uint8Array | string): boolean {
    return this.socket.write(bytes);
  }

  close(): void {
    this.socket.removeAllListeners("end");
    this.socket.destroy();
  }

  #read(bytes: number): void {
    let at = carryBytesMax - this.#carryBytes;
    const end = carryBytesMax + bytes;
    this.#carry.copy(memory, at, 0, this.#carryBytes);
    while (end - at >= 8) {
      const size = view.getUint32(at);
      if (end - at < 4 + size) break;
      const type = view.getUint32(at + 4);
      if (type === 2) this.#events.message?.(memory, view, at, size - 4);
      else if (type === 0 && size === 6) this.oks++;
      else this.#other(type, memory.toString("utf8", at + 8, at + 4 + size));
      at += 4 + size;
    }
    this.#carryBytes = end - at;
    memory.copy(this.#carry, 0, at, end);
    this.#events.chunk?.();
  }

  #other(type: number, text: string): void {
    if (text === "_heartbeat_") this.write("NOP\n");
    else if (type === 1) this.#fail(new Error(text));
  }
}

/** Connects, says the magic and `greeting`. `fail` hears of errors and of an end we did not ask for. */
export async function openLink(
  port: number,
  events: LinkEvents,
  fail: (error: Error) => void,
  greeting: string | Buffer = "",
): Promise<Link> {
  const link = new Link(
    (read) =>
      connect({
        port,
        host: "127.0.0.1",
        noDelay: true,
        onread: {
          buffer: target,
          callback: (bytes) => {
            read(bytes);
            return true;
          },
        },
      }),
    events,
    fail,
  );
  await new Promise<void>((resolve) => link.socket.once("connect", () => resolve()));
  link.write(Buffer.concat([Buffer.from("  V2"), Buffer.from(greeting)]));
  return link;
}
