import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { expect, test } from "vitest";
import { isTest, root, rules, testsOfRules } from "./testing/rules.ts";

const own = "server/tidy.test.ts";
const sources = globSync("{server,client,db,app,bench,e2e}/**/*.{ts,tsx}", { cwd: root }).filter(
  (file) => file !== own,
);
const pure = sources.filter((file) => /^server\/(broker|protocol)\//.test(file) && !isTest(file));

/** The source with its comments blanked out: they may speak of what the code may not do. */
function code(file: string): string {
  const source = readFileSync(join(root, file), "utf8");
  let blanked = source;
  for (const { start, end } of parseSync(file, source).comments) {
    blanked = blanked.slice(0, start) + source.slice(start, end).replace(/[^\n]/g, " ") + blanked.slice(end);
  }
  return blanked;
}

/** `file:line: text` of every match. */
function found(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    code(file)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

test("[TD1] no clock, timer, randomness or wait in the broker and the protocol", () => {
  const worldly =
    /\b(Date\.now|new Date|performance\.|process\.(hrtime|uptime)|setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|Math\.random|randomUUID|randomBytes|await|async)\b/;

  expect(pure.length).toBeGreaterThan(0);
  expect(found(pure, worldly)).toEqual([]);
});

test("[TD2] every rule has a test, and every test a rule", () => {
  const ids = rules().map(({ id }) => id);
  const titled = [...testsOfRules().keys()];

  expect(new Set(ids).size, "an id names one rule").toBe(ids.length);
  expect(titled.filter((id) => !ids.includes(id)).toSorted(), "in a test's title, not in SPEC.md").toEqual(
    [],
  );
  expect(
    ids.filter((id) => !titled.includes(id)),
    "in SPEC.md, in no test's title",
  ).toEqual([]);
});

test("[TD3] no transaction of several statements and no SQL made of text outside migrations", () => {
  const files = sources.filter((file) => !/^db\/migrat/.test(file) && !isTest(file));

  expect(
    found(files, /\b(sql|tx|client|connection)\.(begin|reserve|unsafe)\b|\.transaction\(|\bsql\.raw\(/),
  ).toEqual([]);
});

test("[TD4] no test is left out or run alone", () => {
  const files = sources.filter((file) => isTest(file) || file.startsWith("e2e/"));

  expect(found(files, /\b(test|it|describe)(\.\w+)*\.(only|skip|todo|fixme|fails)\b/)).toEqual([]);
});

test("[TD5] the lockfile has an entry for every optional dependency, of every platform", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const missing = Object.values(packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)));

  expect(missing, "npm ci refuses such a lockfile").toEqual([]);
});

test("[TD6] every dependency has its reason written down, and an exact version", () => {
  const reasons = readFileSync(join(root, "docs/decisions/dependencies.md"), "utf8");
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as Record<string, Record<string, string>>;
  const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const named = (name: string) => reasons.includes(name) || reasons.includes(`${name.split("/")[0]}/*`);

  expect(all.map(([name]) => name).filter((name) => !named(name))).toEqual([]);
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
