import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { nodeExecutable } from "../../server/testing/node.ts";
import { perform, provedNothing, type Run } from "./run.ts";
import { runs } from "./runs.ts";
import { shortScale } from "./scales.ts";

/** Ten seconds each on a machine that has time. */
const withinMs = 150_000;
const attemptsMax = 3;
/** Together they kill, freeze, take over and refuse. */
const short = ["kill", "freeze", "kill-postgres"];

async function attempt(run: Run, done: string[]) {
  const seed = Date.now() % 1_000_000;
  const performed = await perform(run, { seed, scale: shortScale, say: (text) => done.push(text) });
  const { report, faults } = performed;
  const hasMissed =
    !report.isViolated && faults.length > 0 && faults.every((fault) => fault.startsWith(provedNothing));
  return { ...performed, hasMissed };
}

test.each(runs.filter(({ name }) => short.includes(name)))(
  "[CH2] $name: $what",
  async (run) => {
    const done: string[] = [];
    let performed = await attempt(run, done);
    // A harm of seconds may hit a moment when there was nothing to hurt: that is no verdict.
    for (let again = 1; performed.hasMissed && again < attemptsMax; again++)
      performed = await attempt(run, done);

    expect(performed.isGood, `${done.join("\n")}\n\n${performed.words}`).toBe(true);
  },
  withinMs,
);

async function chaos(...args: string[]) {
  try {
    const main = join(import.meta.dirname, "main.ts");
    const { stdout, stderr } = await promisify(execFile)(nodeExecutable(), [main, ...args]);
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}

test("[CH3] the help names every run", async () => {
  const { code, text } = await chaos("--help");

  expect(code).toBe(0);
  for (const { name, what } of runs) expect(text).toContain(`${name.padEnd(13)}  ${what}`);
});

test.each([
  [["--run", "kill,nonsense"], "there is no run nonsense"],
  [["--seed", "0"], "--seed 0: not a whole number above 0"],
  [["--messages", "many"], "--messages many: not a whole number above 0"],
  [["--nonsense"], "Unknown option '--nonsense'"],
])("[CH3] what it does not know it refuses: %j", async (args, words) => {
  const { code, text } = await chaos(...args);

  expect([code, text]).toEqual([2, expect.stringContaining(words)]);
});
