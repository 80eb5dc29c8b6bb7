/** Bytes between a node and a lookup, in any pieces, to what was said: either side's half. */
import { type Fault, fault } from "./faults.ts";
import { identifyBytesMax } from "./identify.ts";
import { lookupMagic } from "./lookup.ts";

/** As nsqd's; nsqlookupd has no limit. A REGISTER has at most 140 bytes. */
const lineBytesMax = 16 * 1024;
/** Far more than any lookup says. */
const replyBytesMax = 64 * 1024;
const lengthBytes = 4;
const lineFeed = 0x0a;

/** Fields are binary strings. IDENTIFY's `body` is null where it was said before, and is refused anyway. */
export interface LookupCommand {
  readonly fields: readonly string[];
  readonly body: string | null;
}

/**
 * A lookup's half: what a node has sent, command by command. What was pushed and not yet asked for is kept,
 * so whoever pushes asks until there is nothing more before it pushes again.
 */
export class LookupDecoder {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** No line feed stands before it. */
  #searchedTo = 0;
  #greeted = false;
  #identifySeen = false;
  #wantsBody = false;

  push(chunk: Buffer): void {
    const searched = this.#searchedTo - this.#at;
    this.#bytes =
      this.#at === this.#bytes.length ? chunk : Buffer.concat([this.#bytes.subarray(this.#at), chunk]);
    this.#at = 0;
    this.#searchedTo = Math.max(searched, 0);
  }

  /** null: nothing whole is there. After a fault nothing more is to be asked. */
  next(): LookupCommand | Fault | null {
    if (!this.#greeted) {
      if (this.#left < lookupMagic.length) return null;
      const magic = this.#take(lookupMagic.length).toString("latin1");
      if (magic !== lookupMagic) return fault("E_BAD_PROTOCOL", "");
      this.#greeted = true;
    }
    return this.#wantsBody ? this.#body() : this.#line();
  }

  /** The node has ended the stream. What it leaves unsaid is a fault only inside a body. */
  end(): Fault | null {
    if (!this.#wantsBody) return null;
    return this.#left < lengthBytes ? unreadableSize : unreadableBody;
  }

  #line(): LookupCommand | Fault | null {
    const end = this.#bytes.indexOf(lineFeed, Math.max(this.#searchedTo, this.#at));
    const length = (end < 0 ? this.#bytes.length : end) - this.#at;
    if (length > lineBytesMax) return fault("E_INVALID", `line is longer than ${lineBytesMax} bytes`);
    if (end < 0) {
      this.#searchedTo = this.#bytes.length;
      return null;
    }
    const line = this.#take(length + 1).toString("latin1");
    const fields = line.replace(/^[\t-\r ]+|[\t-\r ]+$/g, "").split(" ");
    if (fields[0] !== "IDENTIFY" || this.#identifySeen) return { fields, body: null };
    this.#identifySeen = true;
    this.#wantsBody = true;
    return this.#body();
  }

  #body(): LookupCommand | Fault | null {
    if (this.#left < lengthBytes) return null;
    const length = this.#bytes.readInt32BE(this.#at);
    // nsqlookupd dies of a negative length, and sets memory aside for any other.
    if (length < 0 || length > identifyBytesMax) return unreadableBody;
    if (this.#left < lengthBytes + length) return null;
    this.#wantsBody = false;
    return { fields: ["IDENTIFY"], body: this.#take(lengthBytes + length).toString("utf8", lengthBytes) };
  }

  get #left(): number {
    return this.#bytes.length - this.#at;
  }

  #take(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

const unreadableSize = fault("E_BAD_BODY", "IDENTIFY failed to read body size");
const unreadableBody = fault("E_BAD_BODY", "IDENTIFY failed to read body");

/** A node's half: a lookup's replies. */
export class LookupReplyDecoder {
  #bytes: Buffer = Buffer.alloc(0);

  /** The replies that `chunk` completes, in order. null: this is no lookup. */
  push(chunk: Buffer): Buffer[] | null {
    const bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const replies: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= lengthBytes) {
      const length = bytes.readInt32BE(at);
      if (length < 0 || length > replyBytesMax) return null;
      if (bytes.length - at < lengthBytes + length) break;
      replies.push(bytes.subarray(at + lengthBytes, at + lengthBytes + length));
      at += lengthBytes + length;
    }
    this.#bytes = bytes.subarray(at);
    return replies;
  }
}
