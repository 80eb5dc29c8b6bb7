// What has to be there before anything else can run: the dependencies, the built pages.
// Plain JavaScript for Node 20, since on a fresh clone that may be all there is.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installedNode } from "../bin/launch.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Installs what the lockfile says, unless that is what is there. */
export function ensureInstalled() {
  const lock = join(root, "package-lock.json");
  const stamp = join(root, "node_modules", ".weir-lock");
  const wanted = createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;

  // npm's own record: somebody has installed by hand since the lockfile was last written.
  const record = join(root, "node_modules", ".package-lock.json");
  const installed = existsSync(record) && statSync(record).mtimeMs >= statSync(lock).mtimeMs;
  if (!installed) {
    step("Installing dependencies (once, about a minute)", () => {
      // No package's scripts are run: nothing here needs them, and none can do harm.
      const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
      const npm = process.env.npm_execpath;
      return npm ? run(process.execPath, [npm, ...args]) : run("npm", args);
    });
  }
  writeFileSync(stamp, wanted);
}

/** Everything the pages are made from. */
const pageSources = [
  "app",
  "client",
  "public",
  "server/console/contract",
  "server/protocol",
  "next.config.ts",
  "postcss.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];

/** Builds the pages, unless they were built from what is there. */
export function ensureBuilt() {
  const stamp = join(root, ".next", "weir-sources");
  // Pages are built for the path they will stand under (`--base-path`).
  const wanted = `${hashOf(pageSources)}${process.env.WEIR_BASE_PATH ?? ""}`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(stamp, { force: true });
  step("Building the pages (once, about half a minute)", () => runTool("next/dist/bin/next", ["build"]));
  mkdirSync(join(root, ".next"), { recursive: true });
  writeFileSync(stamp, wanted);
}

function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    const full = join(root, path);
    if (!existsSync(full)) continue;
    const files = statSync(full).isDirectory()
      ? readdirSync(full, { recursive: true })
          .map((name) => join(path, name))
          .sort()
      : [path];
    for (const file of files) {
      if (statSync(join(root, file)).isFile())
        hash.update(`${file}\0`).update(readFileSync(join(root, file)));
    }
  }
  return hash.digest("hex");
}

/** The Node that everything is run with, which may be newer than the one at hand. */
export function nodePath() {
  return Number.parseInt(process.versions.node, 10) >= 24 ? process.execPath : installedNode();
}

/** For what is run: the tools' own Node first on PATH, no telemetry, and no database of the person's by accident. */
export function toolEnv(more = {}) {
  const { DATABASE_URL: _, ...env } = process.env;
  const bin = join(root, "node_modules", ".bin");
  return { ...env, PATH: [bin, env.PATH].join(delimiter), NEXT_TELEMETRY_DISABLED: "1", ...more };
}

/** Runs a script of a package under node_modules; its output is kept for `step` to show. */
export function runTool(script, args, env) {
  return run(nodePath(), [join(root, "node_modules", script), ...args], env);
}

function run(command, args, env) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env: toolEnv(env),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  return { ok: status === 0, output: `${stdout ?? ""}${stderr ?? ""}${error ? error.message : ""}` };
}

/** One line before, one after; what was said in between only when it went wrong. */
function step(title, act) {
  const startedMs = Date.now();
  process.stdout.write(`${title} … `);
  const { ok, output } = act();
  process.stdout.write(
    `${ok ? "done" : "failed"} after ${((Date.now() - startedMs) / 1_000).toFixed(0)} s\n`,
  );
  if (ok) return;
  process.stderr.write(output);
  process.exit(1);
}
