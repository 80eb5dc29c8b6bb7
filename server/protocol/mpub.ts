/**
 * The body of an MPUB: a count, then that many messages, each a length and its
 * bytes. All of it is checked before anything is published. HTTP's `/mpub?binary=true` has the same body.
 */
import { type Fault, fault } from "./faults.ts";

export interface MpubLimits {
  readonly bodyBytesMax: number;
  readonly messageBytesMax: number;
}

/**
 * Checks [from, to) a part at a time. Bytes behind the last message are a fault: the next
 * command would be read from them.
 */
export class MpubCheck {
  /** The messages it says it has; 0 when `fault` says why it has none. */
  readonly count: number;
  fault: Fault | null = null;
  readonly #view: DataView;
  readonly #to: number;
  readonly #limits: MpubLimits;
  #at: number;
  #checked = 0;

  constructor(view: DataView, from: number, to: number, limits: MpubLimits) {
    this.#view = view;
    this.#to = to;
    this.#limits = limits;
    this.#at = from + 4;
    this.count = 0;
    if (to - from < 4) {
      this.fault = fault("E_BAD_BODY", "MPUB failed to read message count");
      return;
    }
    const count = view.getInt32(from);
    // A message takes at least a length and one byte, which bounds what a count may claim.
    const countMax = Math.floor((limits.bodyBytesMax - 4) / 5);
    if (count <= 0 || count > countMax)
      this.fault = fault("E_BAD_BODY", `MPUB invalid message count ${count}`);
    else this.count = count;
  }

  /** Checks at most `messages` more. @returns whether that was all, or something is wrong */
  step(messages: number): boolean {
    if (this.fault !== null) return true;
    const end = Math.min(this.count, this.#checked + messages);
    while (this.#checked < end) {
      this.fault = this.#next();
      if (this.fault !== null) return true;
      this.#checked++;
    }
    if (end < this.count) return false;
    const rest = this.#to - this.#at;
    if (rest !== 0) this.fault = fault("E_BAD_BODY", `MPUB ${rest} bytes after the last message`);
    return true;
  }

  #next(): Fault | null {
    const rest = this.#to - this.#at;
    if (rest < 4) return fault("E_BAD_MESSAGE", `MPUB failed to read message(${this.#checked}) body size`);
    const bytes = this.#view.getInt32(this.#at);
    if (bytes <= 0)
      return fault("E_BAD_MESSAGE", `MPUB invalid message(${this.#checked}) body size ${bytes}`);
    if (bytes > this.#limits.messageBytesMax) {
      return fault("E_BAD_MESSAGE", `MPUB message too big ${bytes} > ${this.#limits.messageBytesMax}`);
    }
    if (rest - 4 < bytes) return fault("E_BAD_MESSAGE", "MPUB failed to read message body");
    this.#at += 4 + bytes;
    return null;
  }
}

/** Checks [from, to) at once. @returns the number of messages, or what is wrong */
export function checkMpub(view: DataView, from: number, to: number, limits: MpubLimits): number | Fault {
  const check = new MpubCheck(view, from, to, limits);
  check.step(Number.POSITIVE_INFINITY);
  return check.fault ?? check.count;
}
