/** I11 and I12: what has a limit keeps it, and who is not hurt does not feel it. */
import { nsPerMs } from "../event.ts";
import type { History } from "../history.ts";
import type { Finding, Invariant } from "./invariant.ts";

export const bounded: Invariant = {
  id: "I11",
  promise: "memory, descriptors, connections and queues stay under their limits",
  decide({ gauges }) {
    const findings: Finding[] = [];
    for (const gauge of gauges) {
      if (gauge.value <= gauge.max) continue;
      findings.push({ why: `${gauge.name} was ${gauge.value}, over ${gauge.max}`, events: [gauge] });
    }
    return { judged: gauges.length, findings };
  },
};

/** A phase with fewer publishes has no percentile worth the name. */
const publishesMin = 100;
const factorMax = 2;
/** Of a percentile that low the machine's own noise is the larger part. */
const noiseMs = 5;
/** A process that has just begun is itself what was hurt. */
const beginsMs = 1_000;

export const isolated: Invariant = {
  id: "I12",
  promise:
    "what is hurt does not push the publishes of others beyond twice their p99, or what it makes of a machine",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    const { bystanders, controls } = history.promises;
    const found = latencies(history, [...bystanders, ...controls]);
    // Processes that die and begin cost everybody on their machine: so much that a node which has nothing to do with them says it.
    const elsewhereMs = Math.max(0, ...controls.map((topic) => found.get(topic)!.hurt.p99Ms()));
    for (const topic of bystanders) {
      const { calm, hurt } = found.get(topic)!;
      if (calm.count < publishesMin || hurt.count < publishesMin) continue;
      judged += calm.count + hurt.count;
      const before = Math.max(noiseMs, calm.p99Ms());
      const after = hurt.p99Ms();
      if (after <= Math.max(before, elsewhereMs) * factorMax) continue;
      const why = `publishes to ${topic} took ${after.toFixed(1)} ms at p99 while others were hurt, ${before.toFixed(1)} ms before, and ${elsewhereMs.toFixed(1)} ms where nobody was`;
      findings.push({ why, events: history.course });
    }
    return { judged, findings };
  },
};

interface Phases {
  readonly calm: Latencies;
  readonly hurt: Latencies;
}

/** By topic. */
function latencies({ messages, course, nodes }: History, topics: readonly string[]): Map<string, Phases> {
  const found = new Map(topics.map((topic) => [topic, { calm: new Latencies(), hurt: new Latencies() }]));
  const phases = course.filter(({ op }) => op === "phase" || op === "heal");
  for (const { publishes } of messages.values()) {
    const invoke = publishes.find(({ kind }) => kind === "invoke");
    const of = invoke && found.get(invoke.topic);
    const ok = of && publishes.find(({ kind }) => kind === "ok");
    if (!ok || nodes.wasFrozen(invoke.node, invoke.t, ok.t)) continue;
    if (nodes.starts(invoke.node).some((t) => t <= ok.t && ok.t - t < beginsMs * nsPerMs)) continue;
    const phase = phases.findLast(({ t }) => t <= invoke.t)?.phase;
    if (phase) of[phase].add((ok.t - invoke.t) / nsPerMs);
  }
  return found;
}

/** Counts by size, a tenth apart: a percentile without sorting. */
class Latencies {
  readonly #counts: number[] = [];
  count = 0;

  add(ms: number): void {
    const index = Math.max(0, Math.ceil(Math.log(Math.max(ms, 0.001) / 0.001) / Math.log(1.1)));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.count++;
  }

  p99Ms(): number {
    let left = Math.ceil(this.count * 0.99);
    for (const [index, count] of this.#counts.entries()) {
      left -= count ?? 0;
      if (left <= 0) return 0.001 * 1.1 ** index;
    }
    return 0;
  }
}
