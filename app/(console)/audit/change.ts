/** What an act changed, from the states before and after it that are kept with it. */
import { visible } from "../../live/visible.ts";

type Kept = Readonly<Record<string, unknown>>;

export interface Change {
  /** `messages.waiting`: names on the way to the value. */
  readonly path: string;
  /** As JSON, with everything in it to be seen; null: there was none. */
  readonly before: string | null;
  readonly after: string | null;
}

const depthMax = 3;
const changesMax = 50;

/** What is other than before, in the order in which it is kept; at most fifty. Without an after nothing is known. */
export function changesOf(before: Kept | null, after: Kept | null): readonly Change[] {
  if (after === null) return [];
  return differences("", before ?? {}, after, 1).slice(0, changesMax);
}

function differences(path: string, before: Kept, after: Kept, depth: number): Change[] {
  // What is no more than not told again has not gone.
  const names = Object.keys(after).filter((name) => after[name] !== undefined);
  return names.flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    const here = path + name;
    if (isRecord(is) && (isRecord(was) || was === undefined) && depth < depthMax)
      return differences(`${here}.`, was ?? {}, is, depth + 1);
    const [wasText, isText] = [textOf(was), textOf(is)];
    return wasText === isText ? [] : [{ path: here, before: wasText, after: isText }];
  });
}

function isRecord(value: unknown): value is Kept {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | null {
  return value === undefined || value === null ? null : visible(JSON.stringify(value));
}
