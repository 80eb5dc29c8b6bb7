import { globCharactersMax, globPattern, globsMax } from "../../server/console/contract/index.ts";

/** Names as typed, with commas, spaces or lines between them. */
export function readGlobs(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,，、]+/).filter((glob) => glob !== ""))];
}

export function writeGlobs(globs: readonly string[]): string {
  return globs.join(" ");
}

/** The first that is not one; null: all are. Too many: the first beyond. */
export function wrongGlob(globs: readonly string[]): string | null {
  const wrong = globs.find((glob) => glob.length > globCharactersMax || !globPattern.test(glob));
  return wrong ?? globs[globsMax] ?? null;
}
