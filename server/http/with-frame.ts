/** A message's frame, wherever this node has it: for whoever looks at one, or moves it. */
import type { Log } from "../broker/log.ts";
import { frameInMemory, frameInStore } from "../broker/lookup-frame.ts";
import type { Topic } from "../broker/topic.ts";
import { Refusal } from "../http-api/errors.ts";

/** Reads of the store for whoever looks, at a time: what consumers wait for goes before. */
const readsMax = 4;
const storeMsMax = 3_000;
let reading = 0;

export interface FoundFrame {
  /** The whole of it, good during this turn. */
  readonly frame: Buffer;
  readonly where: "memory" | "store";
}

/** What `use`, called in the turn in which the frame is found, makes of it; or why there is none. */
export async function withFrame<T>(
  topic: Topic,
  log: Log,
  seq: number,
  use: (found: FoundFrame) => T,
): Promise<T | Refusal> {
  const held = frameInMemory(topic, log, seq);
  if (held !== null) return use({ frame: bufferOf(held), where: "memory" });
  if (reading >= readsMax) return new Refusal("BUSY");
  reading++;
  try {
    const stored = await new Promise<Uint8Array | null | undefined>((resolve) => {
      const late = setTimeout(() => resolve(undefined), storeMsMax);
      frameInStore(topic, log, seq, (frame) => {
        clearTimeout(late);
        resolve(frame);
      });
    });
    if (stored === undefined) return new Refusal("UNAVAILABLE", "the store does not answer");
    return stored === null
      ? new Refusal("MESSAGE_NOT_FOUND")
      : use({ frame: bufferOf(stored), where: "store" });
  } finally {
    reading--;
  }
}

function bufferOf(frame: Uint8Array): Buffer {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
}
