/**
 * Commands to bytes, and many of them to one write: what is said in one turn of the event loop leaves at its end.
 * A slab is filled once and never written to again, so nothing has to wait until the socket has taken it.
 */

const slabBytes = 64 * 1024;
/** A larger body goes out from where it is: its caller leaves it alone until it is acknowledged. */
const copiedBytesMax = 16 * 1024;

const verbFIN = Buffer.from("FIN ");
const lineFeed = 10;
export const idBytes = 16;
const finBytes = verbFIN.length + idBytes + 1;

export class Outbox {
  readonly #send: (bytes: Uint8Array) => void;
  #slab: Buffer = Buffer.alloc(0);
  #from = 0;
  #to = 0;
  #scheduled = false;

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  /** A command without a body; `text` is ASCII and ends with a line feed. */
  command(text: string): void {
    this.#room(text.length);
    this.#to += this.#slab.write(text, this.#to, "latin1");
    this.#schedule();
  }

  /** FIN of the id at `idAt`. */
  finish(bytes: Buffer, idAt: number): void {
    this.#room(finBytes);
    const slab = this.#slab;
    let to = this.#to;
    for (let i = 0; i < verbFIN.length; i++) slab[to++] = verbFIN[i]!;
    for (let i = 0; i < idBytes; i++) slab[to++] = bytes[idAt + i]!;
    slab[to++] = lineFeed;
    this.#to = to;
    this.#schedule();
  }

  /** A line with its line feed, the length of what follows, and that. */
  body(line: string, body: Uint8Array): void {
    this.#room(line.length + 4);
    this.#to += this.#slab.write(line, this.#to, "latin1");
    this.#int32(body.length);
    this.#bytes(body);
    this.#schedule();
  }

  /** As `body`, of many: their count, then each with its length. */
  bodies(line: string, bodies: readonly Uint8Array[]): void {
    this.#room(line.length + 8);
    this.#to += this.#slab.write(line, this.#to, "latin1");
    this.#int32(mpubBytes(bodies));
    this.#int32(bodies.length);
    for (const body of bodies) {
      this.#room(4);
      this.#int32(body.length);
      this.#bytes(body);
    }
    this.#schedule();
  }

  /** Sends at once what has been said. */
  flush(): void {
    if (this.#to === this.#from) return;
    const bytes = this.#slab.subarray(this.#from, this.#to);
    this.#from = this.#to;
    this.#send(bytes);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  #room(bytes: number): void {
    if (this.#slab.length - this.#to >= bytes) return;
    this.flush();
    this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes));
    this.#from = this.#to = 0;
  }

  #int32(value: number): void {
    this.#to = this.#slab.writeInt32BE(value, this.#to);
  }

  #bytes(body: Uint8Array): void {
    if (body.length > copiedBytesMax) {
      this.flush();
      this.#send(body);
      return;
    }
    this.#room(body.length);
    this.#slab.set(body, this.#to);
    this.#to += body.length;
  }
}

/** What an MPUB's body takes. */
export function mpubBytes(bodies: readonly Uint8Array[]): number {
  return bodies.reduce((sum, body) => sum + 4 + body.length, 4);
}
