/** The rules of server/SPEC.md, and the tests whose titles carry their ids. */
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** Contract suites carry rules as tests do. */
export const isTest = (file: string): boolean =>
  /(\.(test|spec)|-contract)\.tsx?$/.test(file) || file.startsWith("server/testing/");

export interface Rule {
  readonly id: string;
  readonly sentence: string;
}

export function rules(): Rule[] {
  const spec = readFileSync(join(root, "server/SPEC.md"), "utf8");
  return [...spec.matchAll(/^- \*\*([A-Z]+\d+[a-z]?)\*\* (.*)$/gm)].map((match) => ({
    id: match[1]!,
    sentence: match[2]!,
  }));
}

/** Files with a test of each id. */
export function testsOfRules(): Map<string, Set<string>> {
  const files = globSync("{server,client,db,app,bench,e2e}/**/*.{ts,tsx}", { cwd: root });
  const found = new Map<string, Set<string>>();
  for (const file of files.filter((file) => isTest(file) || file.startsWith("e2e/")).toSorted()) {
    const source = readFileSync(join(root, file), "utf8");
    for (const [, ids] of source.matchAll(/["'`]((?:\[[A-Z]+\d+[a-z]?\])+) /g)) {
      for (const id of ids!.slice(1, -1).split("][")) found.set(id, (found.get(id) ?? new Set()).add(file));
    }
  }
  return found;
}
