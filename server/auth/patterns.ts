/**
 * The patterns an authorisation server gives for topics and channels: Go's regular expressions, by an
 * engine that never goes back, so that matching takes time linear in the name whatever the pattern. What
 * a pattern may grow to is bounded before it is compiled, and what is compiled is shared by connections.
 */
import { RE2JS } from "re2js";

const textLengthMax = 1_024;
/** Of what a pattern compiles to, about: a step costs some microseconds to make, and some nanoseconds a character. */
const stepsMax = 8_192;
/** Of all compiled patterns that are kept for the next connection; the oldest goes first. */
const keptStepsMax = 262_144;
/** What even the shortest takes, in steps. */
const keptStepsLeast = 64;

export interface Pattern {
  readonly text: string;
  readonly steps: number;
  /** Somewhere in the name, as NSQ has it. */
  finds(name: string): boolean;
  /** The whole name. */
  matches(name: string): boolean;
}

const kept = new Map<string, Pattern>();
let keptSteps = 0;

/** null: it is no pattern, or one that would take too much of the node. */
export function compilePattern(text: string): Pattern | null {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const steps = stepsOf(text);
  if (text.length > textLengthMax || steps > stepsMax) return null;
  try {
    const compiled = RE2JS.compile(text);
    const pattern = {
      text,
      steps,
      finds: (name: string) => compiled.matcher(name).find(),
      matches: (name: string) => compiled.matcher(name).matches(),
    };
    keep(pattern);
    return pattern;
  } catch {
    return null;
  }
}

function keep(pattern: Pattern): void {
  kept.set(pattern.text, pattern);
  keptSteps += keptStepsLeast + pattern.steps;
  for (const oldest of kept.values()) {
    if (keptSteps <= keptStepsMax) return;
    kept.delete(oldest.text);
    keptSteps -= keptStepsLeast + oldest.steps;
  }
}

/** At most how many steps it compiles to: characters, as often as they are repeated. */
function stepsOf(text: string): number {
  const counts = Array.from(text.matchAll(/\{(\d+)(?:,(\d*))?\}/g), ([, least, most]) =>
    Math.max(1, Number(least), Number(most || 0)),
  );
  // Only a group can repeat what is repeated already.
  const isNested = text.includes("){");
  const times = counts.reduce((all, count) => (isNested ? all * count : all + count), isNested ? 1 : 0);
  return Math.max(1, text.length) * Math.max(1, times);
}
