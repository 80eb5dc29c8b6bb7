/** A raw connection to a node, which answers its heartbeats. */
import { connect, type Socket } from "node:net";
import { magic } from "../../server/testing/commands.ts";
import { type Frame, FrameDecoder } from "../../server/testing/frames.ts";

export interface WireEvents {
  readonly onFrame: (frame: Frame) => void;
  /** Once, however it ended. */
  readonly onEnd: (why: string) => void;
}

const connectWithinMs = 3_000;

export class Wire {
  readonly #socket: Socket;
  #why = "the connection was closed";

  /** @param greeting goes out right after the magic */
  constructor(port: number, greeting: string, { onFrame, onEnd }: WireEvents) {
    const decoder = new FrameDecoder();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, timeout: connectWithinMs });
    this.#socket = socket;
    socket.on("connect", () => socket.setTimeout(0));
    socket.on("timeout", () => this.close("it did not connect"));
    socket.on("data", (bytes) => {
      for (const frame of decoder.push(bytes as Buffer)) {
        if (frame.type === "response" && frame.text === "_heartbeat_") this.send("NOP\n");
        else onFrame(frame);
      }
    });
    socket.on("error", (error) => {
      this.#why = error.message;
    });
    socket.on("close", () => onEnd(this.#why));
    this.send(magic + greeting);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  send(bytes: string | Buffer): void {
    if (this.isOpen) this.#socket.write(bytes);
  }

  /** Without a word to the node. */
  close(why: string): void {
    this.#why = why;
    this.#socket.destroy();
  }
}
