/** Whether a body is one that a filter looks for. The work for each is bounded: see the limits. */
import { parseTapFilter, pathHolds } from "./tap-filter.ts";

/** Of a body. Beyond it a text may be that is not found, and JSON is not read at all. */
const lookedBytesMax = 64 * 1024;
/** An expression takes its steps for each character at worst, some 75 ns each: 15 ms a body. */
const regexWorkMax = 200_000;

/** An expression that is matched in time linear in what it is matched against. */
export interface LinearPattern {
  /** For each character, at worst. */
  readonly steps: number;
  finds(text: string): boolean;
}

export interface BodyMatcher {
  /** So much of the beginning of a body is looked at. */
  readonly bytesMax: number;
  /** @param body its first `bytesMax` bytes */
  matches(body: Buffer): boolean;
}

/** null: it is no filter, or `compile` takes no such expression. */
export function bodyMatcherOf(
  written: string,
  compile: (source: string) => LinearPattern | null,
): BodyMatcher | null {
  const filter = parseTapFilter(written);
  switch (filter?.kind) {
    case undefined:
      return null;
    case "text": {
      const wanted = Buffer.from(filter.text);
      return { bytesMax: lookedBytesMax, matches: (body) => body.includes(wanted) };
    }
    case "regex": {
      const pattern = compile(filter.source);
      if (pattern === null) return null;
      return {
        bytesMax: Math.min(lookedBytesMax, Math.ceil(regexWorkMax / pattern.steps)),
        matches: (body) => pattern.finds(body.toString("utf8")),
      };
    }
    case "path":
      return {
        // One more, so that what is cut is known.
        bytesMax: lookedBytesMax + 1,
        matches(body) {
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
