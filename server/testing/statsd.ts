/** A statsd that keeps what it is sent. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export interface StatsdLine {
  readonly key: string;
  readonly value: number;
  readonly type: string;
}

export class TestStatsd implements Disposable {
  readonly packets: string[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (packet) => this.packets.push(packet.toString()));
  }

  static async open(): Promise<TestStatsd> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new TestStatsd(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Everything so far, in order. Throws when a packet holds anything else than whole lines. */
  get lines(): StatsdLine[] {
    return this.packets.flatMap((packet) => {
      if (!packet.endsWith("\n")) throw new Error(`a line is cut: ${JSON.stringify(packet)}`);
      return packet.slice(0, -1).split("\n").map(parse);
    });
  }

  /** What came for a key, oldest first. */
  valuesOf(key: string): number[] {
    return this.lines.filter((line) => line.key === key).map(({ value }) => value);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

function parse(line: string): StatsdLine {
  const found = /^(?<key>.+):(?<value>-?\d+)\|(?<type>\w+)$/.exec(line);
  if (!found?.groups) throw new Error(`no statsd line: ${JSON.stringify(line)}`);
  const { key, value, type } = found.groups as { key: string; value: string; type: string };
  return { key, value: Number(value), type };
}
