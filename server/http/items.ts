/** The messages of an `/mpub` body, one after the other, without a copy. */
import type { RefusalCode } from "../http-api/errors.ts";

export interface Items {
  /** Steps to the next message; false: there is none, or `refusal` says why not. */
  next(): boolean;
  /** Of the message stepped to. */
  readonly from: number;
  readonly bytes: number;
  readonly refusal: RefusalCode | null;
}

const newline = 10;

/** Lines; empty ones are no messages, a carriage return belongs to the message. */
export class Lines implements Items {
  from = 0;
  bytes = 0;
  refusal: RefusalCode | null = null;
  readonly #body: Buffer;
  readonly #bytesMax: number;
  #at = 0;

  constructor(body: Buffer, messageBytesMax: number) {
    this.#body = body;
    this.#bytesMax = messageBytesMax;
  }

  next(): boolean {
    const body = this.#body;
    const end = body.length;
    let at = this.#at;
    while (at < end && body[at] === newline) at++;
    this.from = at;
    // Byte by byte: a call of indexOf costs more than the short lines it finds.
    while (at < end && body[at] !== newline) at++;
    this.#at = at;
    this.bytes = at - this.from;
    if (this.bytes > this.#bytesMax) this.refusal = "MSG_TOO_BIG";
    return this.bytes > 0 && this.refusal === null;
  }
}

/** A count, then that many messages, each a length and its bytes. What follows is ignored. */
export class Counted implements Items {
  from = 0;
  bytes = 0;
  refusal: RefusalCode | null = null;
  readonly #body: Buffer;
  readonly #bytesMax: number;
  #at = 4;
  #left: number;

  constructor(body: Buffer, messageBytesMax: number, bodyBytesMax: number) {
    this.#body = body;
    this.#bytesMax = messageBytesMax;
    this.#left = body.length < 4 ? 0 : body.readInt32BE(0);
    // A message takes at least a length and one byte.
    const countMax = Math.floor((bodyBytesMax - 4) / 5);
    if (this.#left <= 0 || this.#left > countMax) this.refusal = "BAD_BODY";
  }

  next(): boolean {
    if (this.refusal !== null || this.#left === 0) return false;
    const body = this.#body;
    const bytes = body.length - this.#at < 4 ? 0 : body.readInt32BE(this.#at);
    this.from = this.#at + 4;
    if (bytes <= 0 || bytes > this.#bytesMax || this.from + bytes > body.length) {
      this.refusal = "BAD_MESSAGE";
      return false;
    }
    this.bytes = bytes;
    this.#at = this.from + bytes;
    this.#left--;
    return true;
  }
}
