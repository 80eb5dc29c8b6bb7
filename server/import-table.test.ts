import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";

/** Who may import whom: a folder may import itself, server/protocol, and what stands beside it here. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "server/broker": [],
  "server/protocol": [],
  "server/compression": [],
  "server/auth": [],
  "server/tcp": ["server/auth", "server/broker", "server/compression"],
  "server/http-api": ["server/broker"],
  "server/http": ["server/auth", "server/broker", "server/http-api", "server/metrics"],
  "server/lookup": ["server/broker", "server/http-api", "server/metrics"],
  "server/store": ["server/broker", "db"],
  "server/cluster": ["server/broker", "db"],
  "server/console": ["db", "client", "server/auth", "server/metrics"],
  "server/console/contract": [],
  "server/postgres": [],
  "server/metrics": [],
  "server/verification": [],
  "server/statsd": ["server/broker", "server/metrics"],
  "server/tools": ["client"],
  "server/cli": ["server/daemon", "server/console/contract", "client"],
  "server/daemon": ["server", "client", "db"],
  client: ["server/compression"],
  db: [],
  app: ["server/console/contract", "client/browser"],
};

/** Bytes and decisions: no file, no socket, no package. What they need of the world comes in as an argument. */
const pure = ["server/broker", "server/protocol"];

/** The only place that knows the driver and its traps. */
const databasePackages = ["postgres", "drizzle-orm"];

const root = resolve(import.meta.dirname, "..");
const testFile = /\.test\.tsx?$|(^|\/)testing\/|^server\/conformance\//;

interface Import {
  readonly file: string;
  readonly to: string;
}

const imports = globSync("{server,client,db,app}/**/*.{ts,tsx}", { cwd: root })
  .filter((file) => !testFile.test(file))
  .flatMap(importsOf);

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), "utf8");
  const { module } = parseSync(file, source);
  const specifiers = [
    ...module.staticImports.map((found) => found.moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap((entry) => entry.moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      source.slice(start, end).replace(/^["'`]|["'`]$/g, ""),
    ),
  ];
  return specifiers.map((specifier) => ({
    file,
    to: specifier.startsWith(".") ? relative(root, resolve(root, dirname(file), specifier)) : specifier,
  }));
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** The innermost folder of the table that holds the file. */
function folderOf(file: string): string | undefined {
  return Object.keys(mayImport)
    .filter((folder) => isIn(folder, file))
    .toSorted((one, other) => other.length - one.length)[0];
}

const ours = /^(server|client|db|app|bench|e2e|scripts|bin)\//;

describe.each(Object.entries(mayImport))("%s", (folder, others) => {
  test(`[IM1] imports only ${["itself", "server/protocol", ...others].join(", ")}`, () => {
    const allowed = [folder, "server/protocol", ...others];
    const wrong = imports.filter(
      ({ file, to }) => folderOf(file) === folder && ours.test(to) && !allowed.some((name) => isIn(name, to)),
    );

    expect(wrong).toEqual([]);
  });
});

test("[IM2] broker and protocol import no package and nothing of Node's", () => {
  expect(
    imports.filter(({ file, to }) => pure.some((folder) => isIn(folder, file)) && !ours.test(to)),
  ).toEqual([]);
});

test("[IM3] the database's driver is imported in db and nowhere else", () => {
  const wrong = imports.filter(
    ({ file, to }) => !isIn("db", file) && databasePackages.some((name) => to === name || isIn(name, to)),
  );

  expect(wrong).toEqual([]);
});

test("[IM1] every folder of the server stands in the table, and the imports were found", () => {
  const unknown = globSync("server/*/**/*.ts", { cwd: root }).filter(
    (file) => !testFile.test(file) && folderOf(file) === undefined,
  );

  expect(unknown).toEqual([]);
  expect(imports).toContainEqual({ file: "server/cli/roles/up.ts", to: "server/daemon/up.ts" });
});
