/**
 * Whether a copy is one of those that somebody wants. All filters of a node together have so much of each second.
 * What there was no time for is not guessed: it is counted as not looked at.
 */
import { compilePattern } from "../auth/patterns.ts";
import { frameHeaderBytes } from "../broker/frame.ts";
import { bodyMatcherOf } from "../protocol/body-matcher.ts";

export interface Matcher {
  matches(frame: Uint8Array): boolean;
}

/** null: it is no filter, or one that would take too much of the node. */
export function matcherOf(written: string): Matcher | null {
  const matcher = bodyMatcherOf(written, compilePattern);
  return matcher && { matches: (frame) => matcher.matches(bodyOf(frame, matcher.bytesMax)) };
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
