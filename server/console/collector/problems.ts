/**
 * What is wrong now, by rule: only what an operator can act on, worst first. A condition has to
 * hold for its rule's time before it is told, and what went away is remembered for an hour (CN6).
 */
import { type PastProblem, type Problem, type ProblemRule, worstFirst } from "../contract/index.ts";
import {
  channelProblems,
  durableProblems,
  type Found,
  lookupProblems,
  nodeProblems,
  onNode,
  type ProblemInput,
} from "./problem-rules.ts";
import { countWords } from "./words.ts";

const problemsMax = 100;
/** A problem that stays says its figures again this often, not with every tick: it is the same problem. */
const saidAgainMs = 5_000;
const recentMax = 20;
const recentForMs = 3_600_000;

/** How long a condition holds before it is a problem. */
const afterMs: Readonly<Record<ProblemRule, number>> = {
  "no-consumers": 10_000,
  "depth-growing": 0,
  timeouts: 10_000,
  // Tried again and again it is seldom for long: every delivery counts.
  poison: 5_000,
  "node-silent": 0,
  "node-secret": 0,
  "lookup-silent": 0,
  "store-down": 0,
  "producers-held": 0,
  "audit-behind": 5_000,
  "audit-gaps": 0,
  "memory-high": 5_000,
  "node-unhealthy": 0,
  // Nodes carry out what was said to all of them within a second or so.
  "node-differs": 5_000,
  "postgres-slow": 5_000,
  "lease-overdue": 0,
  "durable-at-risk": 0,
  alert: 0,
};

export class Problems {
  readonly #since = new Map<string, number>();
  readonly #gaps = new Map<string, { count: number; grewAtMs: number }>();
  #told = new Map<string, Told>();
  #said = new Map<string, { readonly problem: Problem; readonly atMs: number }>();
  active: readonly Problem[] = [];
  recent: readonly PastProblem[] = [];
  lastEndedAtMs: number | null = null;
  /** What operators' own rules have found. With the key of one that is found here already it is left out. */
  more: () => Iterable<Found> = () => [];

  /** Looks again. Call it once a tick. */
  update(input: ProblemInput): void {
    const { atMs } = input;
    const found = [
      ...nodeProblems(input),
      ...durableProblems(input),
      ...lookupProblems(input),
      ...this.#gapProblems(input),
      ...channelProblems(input),
    ];
    const keys = new Set(found.map((problem) => problem.key));
    for (const problem of this.more()) {
      if (keys.has(problem.key)) continue;
      keys.add(problem.key);
      found.push(problem);
    }
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key);

    const told = new Map<string, Told>();
    for (const problem of found) {
      const sinceMs = problem.sinceMs ?? this.#since.get(problem.key) ?? atMs;
      this.#since.set(problem.key, sinceMs);
      if (atMs - sinceMs >= afterMs[problem.rule]) told.set(problem.key, { found: problem, sinceMs });
    }
    this.#remember(told, atMs);
    this.#told = told;
    const worst = [...told.values()]
      .sort((one, other) => worstFirst(inOrder(one), inOrder(other)))
      .slice(0, problemsMax);
    this.#said = new Map(worst.map((one) => [one.found.key, this.#say(one, atMs)]));
    this.active = [...this.#said.values()].map(({ problem }) => problem);
  }

  /** In the words it had a moment ago, unless it is another problem by now. */
  #say(one: Told, atMs: number) {
    const { key, severity, code } = one.found;
    const before = this.#said.get(key);
    const same =
      before?.problem.severity === severity &&
      before.problem.code === code &&
      before.problem.sinceMs === one.sinceMs;
    return same && atMs - before.atMs < saidAgainMs ? before : { problem: problemOf(one), atMs };
  }

  #remember(told: ReadonlyMap<string, Told>, atMs: number): void {
    const ended: PastProblem[] = [];
    for (const [key, one] of this.#told) {
      if (told.has(key) || ended.length >= recentMax) continue;
      ended.push({ ...problemOf(one), endedAtMs: atMs });
    }
    const old = this.recent.some((problem) => atMs - problem.endedAtMs > recentForMs);
    if (ended.length === 0 && !old) return;
    if (ended.length > 0) this.lastEndedAtMs = atMs;
    // Of one that came again and again its last end is enough.
    const again = new Set(ended.map(({ key }) => key));
    this.recent = [...ended, ...this.recent.filter(({ key }) => !again.has(key))]
      .filter((problem) => atMs - problem.endedAtMs <= recentForMs)
      .slice(0, recentMax);
  }

  /** Gaps are told for ten minutes after the last one: they cannot be mended, only known. */
  #gapProblems({ nodes, atMs }: ProblemInput): Found[] {
    const found: Found[] = [];
    for (const node of nodes) {
      const count = node.store?.auditGaps ?? 0;
      const known = this.#gaps.get(node.key) ?? { count: 0, grewAtMs: 0 };
      if (count !== known.count) {
        known.grewAtMs = count > known.count ? atMs : known.grewAtMs;
        known.count = count;
        this.#gaps.set(node.key, known);
      }
      if (count > 0 && atMs - known.grewAtMs < 600_000) {
        found.push(
          onNode(node, "audit-gaps", "warn", {
            code: "audit-gaps",
            params: { count },
            message: `the audit lost ${countWords(count)} events: a trace may miss some`,
          }),
        );
      }
    }
    return found;
  }
}

interface Told {
  readonly found: Found;
  readonly sinceMs: number;
}

function problemOf({ found, sinceMs }: Told): Problem {
  const { message } = found;
  return { ...found, message: typeof message === "function" ? message() : message, sinceMs };
}

/** By what it is told before or after another. */
function inOrder({ found: { severity, key }, sinceMs }: Told): Pick<Problem, "severity" | "key" | "sinceMs"> {
  return { severity, key, sinceMs };
}
