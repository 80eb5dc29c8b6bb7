/** Lines packed into datagrams. One that is longer than a datagram may be goes by itself, as nsqd sends it. */
export class Packets {
  readonly #bytesMax: number;
  readonly #send: (packet: Buffer) => void;
  #lines: string[] = [];
  #bytes = 0;

  constructor(bytesMax: number, send: (packet: Buffer) => void) {
    this.#bytesMax = bytesMax;
    this.#send = send;
  }

  add(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > this.#bytesMax) this.flush();
    this.#lines.push(line);
    this.#bytes += bytes;
  }

  flush(): void {
    if (this.#bytes === 0) return;
    this.#send(Buffer.from(this.#lines.join("")));
    this.#lines = [];
    this.#bytes = 0;
  }
}
