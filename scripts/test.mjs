// `npm test`: everything; with names of groups or stages, those. Ends with one line of figures.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { findBrowser } from "./browser.mjs";
import { ensureBuilt, ensureInstalled, nodePath, root, runTool, toolEnv } from "./prepare.mjs";

const stageMsMax = 9 * 60_000;
const reports = mkdtempSync(join(tmpdir(), "weir-reports-"));

/** These tests wait for processes rather than for a core. */
const waitingWorkers = [`--maxWorkers=${Math.max(5, availableParallelism())}`];
/** Some of these wait for a clock, so that two of them leave two cores half idle. */
const unitWorkers = [`--maxWorkers=${Math.max(4, availableParallelism())}`];

const stages = {
  types: { run: types },
  lint: { run: () => tool("@biomejs/biome/bin/biome", ["ci"]) },
  unused: { run: () => tool("knip/bin/knip.js", ["--no-progress"]) },
  unit: { run: () => vitest("unit", unitWorkers), counts: vitestCounts },
  // Those with a Postgres and those with running nodes, together: what is long in the one fills what waits in the other.
  processes: { run: () => vitest("processes", waitingWorkers, ["pg", "conformance"]), counts: vitestCounts },
  measured: { run: () => vitest("measured"), counts: vitestCounts },
  e2e: { run: e2e, counts: playwrightCounts },
};

const groups = {
  verify: ["types", "lint", "unused", "unit"],
  "verify:pg": ["processes", "measured"],
};

const args = process.argv.slice(2);
const choices = [...Object.keys(groups), ...Object.keys(stages)].join(", ");
if (args.includes("--help") || args.includes("-h")) {
  console.log(`npm test [-- name...]: every check there is, or those of\n  ${choices}`);
  process.exit(0);
}
const asked = args.flatMap((name) => groups[name] ?? [name]);
const unknown = asked.find((name) => !Object.hasOwn(stages, name));
if (unknown !== undefined) {
  console.error(`no stage ${unknown}: there are ${choices}`);
  process.exit(2);
}

ensureInstalled();
const results = [];
for (const name of asked.length > 0 ? asked : Object.keys(stages))
  results.push(await runStage(name, stages[name]));
rmSync(reports, { recursive: true });
summarise(results);

async function runStage(name, { run, counts }) {
  console.log(`\n── ${name} ${"─".repeat(70 - name.length)}`);
  const startedMs = Date.now();
  const ok = await run();
  const counted = counts?.(name) ?? { passed: ok ? 1 : 0, failed: 0, failures: [] };
  // A stage may fail without a failed test: a file that does not load, an error between tests.
  return { name, ms: Date.now() - startedMs, ...counted, failed: Math.max(counted.failed, ok ? 0 : 1) };
}

function summarise(results) {
  console.log("\n── summary ──────────────────────────────────────────────────────────────");
  for (const { name, ms, passed, failed } of results) {
    const verdict = failed > 0 ? "FAILED" : "ok";
    console.log(
      `${name.padEnd(13)}${verdict.padEnd(8)}${`${(ms / 1_000).toFixed(1)} s`.padStart(8)}   ${passed} passed, ${failed} failed`,
    );
  }
  // Said again at the end, where they are looked for.
  for (const { name, failures } of results) {
    for (const title of failures) console.log(`FAILED ${name}: ${title}`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  process.exitCode = sum("failed") > 0 ? 1 : 0;
}

/** Next writes the types of its routes and of what pages may import, which are not in the repository. */
function types() {
  if (!existsSync(join(root, "next-env.d.ts"))) {
    const { ok, output } = runTool("next/dist/bin/next", ["typegen"]);
    if (!ok) console.error(output);
  }
  return tool("typescript/bin/tsc", ["-p", "tsconfig.json"]);
}

function vitest(stage, workers = [], projects = [stage]) {
  const report = ["--reporter=default", "--reporter=json", `--outputFile.json=${join(reports, stage)}`];
  const which = projects.map((project) => `--project=${project}`);
  return tool("vitest/vitest.mjs", ["run", ...which, ...workers, ...report]);
}

async function e2e() {
  ensureBuilt();
  const browser = await findBrowser();
  if (browser === null) return false;
  return tool("@playwright/test/cli.js", ["test", "--reporter=list,json"], {
    CHROMIUM_PATH: browser,
    PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, "e2e"),
  });
}

function vitestCounts(name) {
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = report(name);
  const failures = testResults.flatMap((file) => {
    const of = (title) => `${relative(root, file.name)}: ${title}`;
    const titles = file.assertionResults
      .filter(({ status }) => status === "failed")
      .map((test) => test.fullName);
    return file.status === "failed" && titles.length === 0 ? [of("did not run")] : titles.map(of);
  });
  return { passed: numPassedTests, failed: numFailedTests, failures };
}

function playwrightCounts(name) {
  const { stats = {}, suites = [] } = report(name);
  const { expected = 0, unexpected = 0, flaky = 0 } = stats;
  for (const title of suites.flatMap((suite) => specsOf(suite, isFlaky)))
    console.log(`needed a second attempt: ${title}`);
  const failures = suites.flatMap((suite) => specsOf(suite, ({ ok }) => !ok));
  return { passed: expected + flaky, failed: unexpected, failures };
}

function isFlaky({ tests }) {
  return tests.some(({ status }) => status === "flaky");
}

function specsOf({ specs = [], suites = [] }, isMeant) {
  const own = specs.filter(isMeant).map(({ file, title }) => `${file}: ${title}`);
  return [...own, ...suites.flatMap((suite) => specsOf(suite, isMeant))];
}

function report(name) {
  const path = join(reports, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

/** Runs a package's script with its output shown; false when it fails or takes too long. */
function tool(script, args, env) {
  return new Promise((resolve) => {
    // A group of its own, so that at the deadline nothing of it is left.
    const child = spawn(nodePath(), [join(root, "node_modules", script), ...args], {
      cwd: root,
      env: toolEnv(env),
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
    const kill = () => process.kill(-child.pid, "SIGKILL");
    const late = setTimeout(() => {
      console.error(`${script} took longer than ${stageMsMax / 60_000} minutes`);
      kill();
    }, stageMsMax);
    const interrupted = () => {
      kill();
      process.exit(130);
    };
    process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
    child.once("close", (code) => {
      clearTimeout(late);
      process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
      resolve(code === 0);
    });
  });
}
