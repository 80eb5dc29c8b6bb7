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
 * Checks [from, to). @returns the number of messages, or what is wrong. Bytes behind the last
 * message are a fault: the next command would be read from them.
 */
export function checkMpub(view: DataView, from: number, to: number, limits: MpubLimits): number | Fault {
  if (to - from < 4) return fault("E_BAD_BODY", "MPUB failed to read message count");
  const count = view.getInt32(from);
  // A message takes at least a length and one byte, which bounds what a count may claim.
  const countMax = Math.floor((limits.bodyBytesMax - 4) / 5);
  if (count <= 0 || count > countMax) return fault("E_BAD_BODY", `MPUB invalid message count ${count}`);
  let at = from + 4;
  for (let i = 0; i < count; i++) {
    if (to - at < 4) return fault("E_BAD_MESSAGE", `MPUB failed to read message(${i}) body size`);
    const bytes = view.getInt32(at);
    if (bytes <= 0) return fault("E_BAD_MESSAGE", `MPUB invalid message(${i}) body size ${bytes}`);
    if (bytes > limits.messageBytesMax) {
      return fault("E_BAD_MESSAGE", `MPUB message too big ${bytes} > ${limits.messageBytesMax}`);
    }
    if (to - at - 4 < bytes) return fault("E_BAD_MESSAGE", "MPUB failed to read message body");
    at += 4 + bytes;
  }
  if (at !== to) return fault("E_BAD_BODY", `MPUB ${to - at} bytes after the last message`);
  return count;
}
