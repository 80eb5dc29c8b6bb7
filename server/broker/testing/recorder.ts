/** A consumer that remembers what it was handed, and can be slow about letting slabs go. */
import type { ClientIdentity, Consumer } from "../ports.ts";
import type { Slab } from "../slab.ts";
import { messagesIn, type SeenMessage } from "./messages.ts";

export class Recorder implements Consumer {
  readonly identity: ClientIdentity;
  /** Everything it was handed; bodies are copies. */
  readonly received: SeenMessage[] = [];
  /** One entry a call of `write`: how many messages it had. */
  readonly writes: number[] = [];
  closed = false;
  /** What `write` answers. */
  wantsMore = true;
  /** Sees what is written instead of `received`, and answers for `write`. */
  onWrite: ((messages: readonly SeenMessage[]) => boolean) | null = null;
  onClose: (() => void) | null = null;
  /** Slabs are kept, and their bytes with them, until `letGo`. */
  retains = false;
  readonly #retained: { slab: Slab; view: Uint8Array; copy: Buffer }[] = [];

  constructor(number: number) {
    this.identity = {
      number,
      clientId: `c${number}`,
      hostname: "host",
      remoteAddress: `127.0.0.1:${number}`,
    };
  }

  write(frames: Uint8Array, slab: Slab | null): boolean {
    const copy = Buffer.from(frames);
    const messages = messagesIn(copy);
    if (slab && this.retains) {
      slab.retain();
      this.#retained.push({ slab, view: frames, copy });
    }
    if (this.onWrite) return this.onWrite(messages);
    this.received.push(...messages);
    this.writes.push(messages.length);
    return this.wantsMore;
  }

  close(): void {
    this.closed = true;
    this.onClose?.();
  }

  /** Checks that what was retained is what it was, and releases it. */
  letGo(): void {
    for (const { slab, view, copy } of this.#retained.splice(0)) {
      if (!copy.equals(view)) throw new Error("a slab was used again while a consumer held it");
      slab.release();
    }
  }

  get bodies(): string[] {
    return this.received.map(({ body }) => body.toString());
  }

  get last(): SeenMessage {
    const message = this.received.at(-1);
    if (!message) throw new Error("nothing was received");
    return message;
  }
}
