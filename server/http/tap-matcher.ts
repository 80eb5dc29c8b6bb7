/**
 * Whether a copy is one of those that somebody wants. The work is bounded: of a body so many bytes are looked at, an
 * expression is matched in time linear in them, and all filters of a node together have so much of each second.
 * What there was no time for is not guessed: it is counted as not looked at.
 */
import { compilePattern } from "../auth/patterns.ts";
import { frameHeaderBytes } from "../broker/frame.ts";
import { parseTapFilter, pathHolds, type TapFilter } from "../protocol/tap-filter.ts";

/** Of a body. Beyond it a text may be that is not found, and JSON is not read at all. */
const lookedBytesMax = 64 * 1024;
/** An expression takes its steps for each character at worst, some 75 ns each: 15 ms a message. */
const regexWorkMax = 200_000;

export interface Matcher {
  matches(frame: Uint8Array): boolean;
}

/** null: it is no filter, or one that would take too much of the node. */
export function matcherOf(written: string): Matcher | null {
  const filter = parseTapFilter(written);
  return filter && compiled(filter);
}

function compiled(filter: TapFilter): Matcher | null {
  switch (filter.kind) {
    case "text": {
      const wanted = Buffer.from(filter.text);
      return { matches: (frame) => bodyOf(frame, lookedBytesMax).includes(wanted) };
    }
    case "regex": {
      const pattern = compilePattern(filter.source);
      if (pattern === null) return null;
      const bytesMax = Math.min(lookedBytesMax, Math.ceil(regexWorkMax / pattern.steps));
      return { matches: (frame) => pattern.finds(bodyOf(frame, bytesMax).toString("utf8")) };
    }
    case "path":
      return {
        matches(frame) {
          const body = bodyOf(frame, lookedBytesMax + 1);
          // What cannot be an object or a list is not parsed.
          if (body.length > lookedBytesMax || (body[0] !== 0x7b && body[0] !== 0x5b && body[0]! > 0x20))
            return false;
          try {
            return pathHolds(filter, JSON.parse(body.toString("utf8")));
          } catch {
            return false;
          }
        },
      };
  }
}

function bodyOf(frame: Uint8Array, bytesMax: number): Buffer {
  const length = Math.min(frame.byteLength - frameHeaderBytes, bytesMax);
  return Buffer.from(frame.buffer, frame.byteOffset + frameHeaderBytes, length);
}

/** What all filters of a node may take of a second. */
export const filterMsPerSecond = 20;

/** Time for filters, given anew each second. */
export class FilterTime {
  #endsAtMs = 0;
  #leftMs = filterMsPerSecond;

  get isUp(): boolean {
    const nowMs = performance.now();
    if (nowMs >= this.#endsAtMs) {
      this.#endsAtMs = nowMs + 1_000;
      // One message may take more than was left: that is not given twice.
      this.#leftMs = Math.min(filterMsPerSecond, this.#leftMs + filterMsPerSecond);
    }
    return this.#leftMs <= 0;
  }

  spend(ms: number): void {
    this.#leftMs -= ms;
  }
}
