/** One run: sets the stage, does the harm under load, heals, waits until all is consumed, and asks the checker. */
import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { type Bites, check, type Report } from "../../server/verification/check.ts";
import { describe as inWords } from "../../server/verification/describe.ts";
import { promisesDefault } from "../../server/verification/event.ts";
import { encodeEvent } from "../../server/verification/lines.ts";
import { bystanderTopic, controlTopic, msgTimeoutMs, type Scale, Stage, type StagePlan } from "./stage.ts";

export interface Run extends StagePlan {
  readonly name: string;
  /** One line, for `--help`. */
  readonly what: string;
  /** Why it cannot be done on this machine; null: it can. */
  readonly whyNot?: () => string | null;
  readonly hurt: (stage: Stage) => Promise<void>;
  /** What there must have been for the run to have proved anything: each that was not, in words. */
  readonly unproved: (seen: Seen) => readonly (string | false)[];
}

export interface Seen extends Bites {
  readonly rounds: number;
  /** As the run counted it. */
  readonly count: (what: string) => number;
}

export interface RunOptions {
  readonly seed: number;
  readonly scale: Scale;
  readonly say: (text: string) => void;
  /** Called when the load has begun, for a display of its progress. */
  readonly onLoad?: (acknowledged: () => number) => void;
  readonly source?: string;
  /** Keeps history and logs also of a run that held. */
  readonly keep?: boolean;
}

export interface Outcome {
  readonly isGood: boolean;
  readonly report: Report;
  /** What was wrong beside the verdict. */
  readonly faults: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  readonly seconds: number;
  /** Where the history and the nodes' logs are; null: not kept. */
  readonly keptIn: string | null;
  readonly words: string;
}

const answeredWithinMs = 60_000;
const drainedWithinMs = 120_000;
const emptyWithinMs = 20_000;
/** Beyond that the machine was too busy for anything to be said, and a run may well be found bad. */
const lateMsMax = 1_000;
const emptyForMs = 1_500;

/** A fault of a run that hurt nothing, in front of what was not seen. */
export const provedNothing = "it proved nothing";

export async function perform(run: Run, options: RunOptions): Promise<Outcome> {
  const startedMs = performance.now();
  const { seed, scale, source } = options;
  const faults: string[] = [];
  await using stage = await Stage.set(run, options);
  const { recorder, load } = stage;
  const lateness = monitorEventLoopDelay({ resolution: 5 });
  lateness.enable();
  options.onLoad?.(() => load.acknowledged);
  try {
    stage.phase("calm");
    await stage.pause(scale.calmMs);
    stage.phase("hurt");
    await run.hurt(stage);
    await load.reached(1, 300_000);
  } catch (error) {
    faults.push((error as Error).message);
  }
  await stage.heal();
  stage.say("healed: waiting until all is answered and consumed");
  if (!(await load.finish(answeredWithinMs))) faults.push("not every publish was acknowledged in the end");
  const isConsumed = await load.drained(drainedWithinMs);
  if (!isConsumed) faults.push(`${load.ledger.owed} messages were not consumed in time`);
  const left = await leftOver(stage);
  if (left.length > 0) faults.push(`the nodes still have: ${left.join("; ")}`);
  const isDrained = isConsumed && left.length === 0;
  for (const { name, hasFallen } of stage.nodes) if (hasFallen) faults.push(`node ${name} ended by itself`);
  load.stop();
  const unread = await stage.read();
  if (unread !== null) faults.push(unread);
  if (!isDrained) await stage.list();
  recorder.add({ op: "end", proc: "harness", kind: "ok", drained: isDrained, listed: !isDrained });

  const lateMs = Math.min(lateMsMax, Math.ceil(lateness.max / 1e6));
  recorder.add({
    ...{ op: "run", proc: "harness", kind: "ok", seed, t: 0 },
    ...(source !== undefined && { source }),
    command: `npm run chaos -- --run ${run.name} --seed ${seed} --messages ${scale.messages} --rounds ${scale.rounds} --lease-ttl ${scale.leaseTtlMs}`,
    // Two deliveries may seem nearer to each other by as much as the first was stamped late; and a machine that has
    // no time for the harness has none for a node.
    promises: {
      msgTimeoutMs: msgTimeoutMs - lateMs,
      flushWindowMs: promisesDefault.flushWindowMs + lateMs,
      leaseTtlMs: scale.leaseTtlMs,
      auditLagMs: promisesDefault.auditLagMs + lateMs,
      bystanders: scale.judgesBystanders ? [bystanderTopic] : [],
      controls: [controlTopic],
    },
  });
  stage.say(`judging ${recorder.events.length} events`);
  const report = check(recorder.events);
  const seen: Seen = {
    ...report.bites,
    rounds: scale.rounds,
    count: (what) => stage.counts.get(what) ?? 0,
  };
  for (const { id, verdict } of report.verdicts)
    if (verdict === "undecided" && (scale.judgesBystanders || id !== "I12"))
      faults.push(`${id} was not decided`);
  for (const missing of run.unproved(seen)) if (missing) faults.push(`${provedNothing}: ${missing}`);
  const isGood = faults.length === 0 && !report.isViolated;
  const keptIn = !isGood || options.keep ? keep(run, seed, stage) : null;
  const seconds = (performance.now() - startedMs) / 1_000;
  const words = [inWords(report), ...faults.map((fault) => `FAULT: ${fault}`)].join("\n");
  return { isGood, report, faults, counts: stage.counts, seconds, keptIn, words };
}

/**
 * What the nodes have left in the end: nothing, and they go on having nothing. A FIN that one did not read before it died, or a copy of what
 * was published twice, may be on its way back from Postgres.
 */
async function leftOver(stage: Stage): Promise<string[]> {
  const deadlineMs = performance.now() + emptyWithinMs;
  let emptySinceMs: number | null = null;
  for (;;) {
    const left = await stage.left();
    const nowMs = performance.now();
    emptySinceMs = left.length === 0 ? (emptySinceMs ?? nowMs) : null;
    if (emptySinceMs !== null && nowMs - emptySinceMs > emptyForMs) return [];
    if (nowMs > deadlineMs) return left;
    await stage.pause(50);
  }
}

function keep({ name }: Run, seed: number, stage: Stage): string {
  const dir = mkdtempSync(join(tmpdir(), `weir-chaos-${name}-${seed}-`));
  // Some hundred megabytes: not as one string.
  const lines: string[] = [];
  const flush = () => appendFileSync(join(dir, "history.ndjson"), lines.splice(0).join(""));
  for (const event of stage.recorder.events) if (lines.push(encodeEvent(event)) === 10_000) flush();
  flush();
  for (const { name, process } of stage.nodes) writeFileSync(join(dir, `node-${name}.log`), process.stderr);
  return dir;
}
