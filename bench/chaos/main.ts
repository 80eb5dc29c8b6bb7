/** `npm run chaos`: does harm to real nodes and a real Postgres under load, and asks whether anything was lost. */
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { Display } from "./display.ts";
import { perform } from "./run.ts";
import { runs } from "./runs.ts";
import { fullScale } from "./scales.ts";

const width = Math.max(...runs.map(({ name }) => name.length));
const help = `npm run chaos -- [options]

Starts nodes and a Postgres of its own, publishes and consumes through them, does
harm to them, heals it, waits until everything is consumed, and has the history
judged. Exits with 0 when every run held, 1 when one did not, 2 when it was asked
for something that there is not.

  --run NAME,…     only these (default: all)
  --seed N         of what is random: moments, victims, bodies, habits (default: the time)
  --messages N     acknowledged in each run, at least (default: ${fullScale.messages})
  --rounds N       how often a harm is done in a run (default: ${fullScale.rounds})
  --lease-ttl MS   of the nodes (default: ${fullScale.leaseTtlMs})
  --keep           keeps the history and the nodes' logs also of runs that held
  --help

Runs:
${runs.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}`).join("\n")}`;

function wrong(text: string): never {
  console.error(`${text}\n\nnpm run chaos -- --help says what there is.`);
  process.exit(2);
}

function read() {
  try {
    return parseArgs({
      options: {
        run: { type: "string" },
        seed: { type: "string" },
        messages: { type: "string", default: String(fullScale.messages) },
        rounds: { type: "string", default: String(fullScale.rounds) },
        "lease-ttl": { type: "string", default: String(fullScale.leaseTtlMs) },
        keep: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return wrong((error as Error).message);
  }
}

const values = read();

function whole(name: "messages" | "rounds" | "lease-ttl" | "seed", text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) wrong(`--${name} ${text}: not a whole number above 0`);
  return number;
}

if (values.help) {
  console.log(help);
  process.exit(0);
}
const scale = {
  ...fullScale,
  messages: whole("messages", values.messages),
  rounds: whole("rounds", values.rounds),
  leaseTtlMs: whole("lease-ttl", values["lease-ttl"]),
};
const seed = values.seed === undefined ? Date.now() % 1_000_000 : whole("seed", values.seed);
const chosen = values.run?.split(",").map((name) => {
  return runs.find((run) => run.name === name) ?? wrong(`there is no run ${name}`);
});

// Leaving by itself is what ends the nodes; Postgres notices.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const source = sourceCommit();
const display = new Display(process.stdout);
const results: string[] = [];
let failures = 0;
for (const run of chosen ?? runs) {
  const whyNot = run.whyNot?.() ?? null;
  if (whyNot !== null) {
    results.push(`${run.name.padEnd(width)}  not run: ${whyNot}`);
    continue;
  }
  display.begin(run.name, scale.messages);
  const { isGood, words, seconds, keptIn } = await perform(run, {
    ...{ seed, scale, source, keep: values.keep },
    say: (text) => display.say(text),
    onLoad: (acknowledged) => display.follow(acknowledged),
  }).catch((error: Error) => {
    const words = `FAULT: ${error.stack}`;
    return { isGood: false, words, seconds: 0, keptIn: null };
  });
  display.end();
  console.log(words);
  if (keptIn !== null) console.log(`history and logs: ${keptIn}`);
  if (!isGood) failures++;
  results.push(
    `${run.name.padEnd(width)}  ${isGood ? "held" : "FAILED"}  ${seconds.toFixed(0)} s  seed ${seed}`,
  );
}
console.log(`\n${results.join("\n")}`);
process.exit(failures > 0 ? 1 : 0);

function sourceCommit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "unknown";
  }
}
