/**
 * Publishes that are not acknowledged, in the order they were made: those that were sent, whose answers come in the
 * same order, and those that wait to be.
 */
import { mpubBytes, type Outbox } from "./outbox.ts";

export interface Publish {
  /** The command's line, with its line feed. */
  readonly line: string;
  /** Several: an MPUB. */
  readonly body: Uint8Array | readonly Uint8Array[];
  readonly bytes: number;
  readonly madeAtMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  /** Its promise is settled. If it was sent, its place stays, for the answer that is still to come. */
  isSettled: boolean;
  next: Publish | null;
}

/** A list that costs nothing beside what is in it. */
class Fifo {
  head: Publish | null = null;
  #tail: Publish | null = null;

  push(publish: Publish): void {
    publish.next = null;
    if (this.#tail === null) this.head = publish;
    else this.#tail.next = publish;
    this.#tail = publish;
  }

  shift(): Publish | null {
    const publish = this.head;
    if (publish === null) return null;
    this.head = publish.next;
    if (this.head === null) this.#tail = null;
    return publish;
  }
}

export class Pending {
  #sent = new Fifo();
  #unsent = new Fifo();
  #bytes = 0;

  /** Of bodies and lines. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#sent.head === null && this.#unsent.head === null;
  }

  get oldestSent(): Publish | null {
    return this.#sent.head;
  }

  get oldestUnsent(): Publish | null {
    return this.#unsent.head;
  }

  add(publish: Publish): void {
    this.#unsent.push(publish);
    this.#bytes += publish.bytes;
  }

  /** Says the next one that waits. */
  sendNext(outbox: Outbox): void {
    const publish = this.#unsent.shift()!;
    this.#sent.push(publish);
    const { line, body } = publish;
    if (body instanceof Uint8Array) outbox.body(line, body);
    else outbox.bodies(line, body);
  }

  /** The oldest that was sent leaves. */
  shiftSent(): Publish | null {
    return this.#left(this.#sent.shift());
  }

  shiftUnsent(): Publish | null {
    return this.#left(this.#unsent.shift());
  }

  /** What was sent and not answered goes again with the next connection, unless it is settled. */
  unsend(): void {
    const again = new Fifo();
    for (let publish = this.#sent.shift(); publish !== null; publish = this.#sent.shift()) {
      if (publish.isSettled) this.#left(publish);
      else again.push(publish);
    }
    for (let publish = this.#unsent.shift(); publish !== null; publish = this.#unsent.shift())
      again.push(publish);
    this.#unsent = again;
  }

  #left(publish: Publish | null): Publish | null {
    if (publish !== null) this.#bytes -= publish.bytes;
    return publish;
  }
}

/** What a publish counts for while it is pending. */
export function publishBytes(line: string, body: Uint8Array | readonly Uint8Array[]): number {
  return line.length + (body instanceof Uint8Array ? body.length : mpubBytes(body));
}
