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

export const isolated: Invariant = {
  id: "I12",
  promise: "what is hurt does not push the publishes of others beyond twice their p99",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    for (const topic of history.promises.bystanders) {
      const { calm, hurt } = latencies(history, topic);
      if (calm.count < publishesMin || hurt.count < publishesMin) continue;
      judged += calm.count + hurt.count;
      const before = Math.max(noiseMs, calm.p99Ms());
      const after = hurt.p99Ms();
      if (after <= before * factorMax) continue;
      const why = `publishes to ${topic} took ${after.toFixed(1)} ms at p99 while others were hurt, ${before.toFixed(1)} ms before`;
      findings.push({ why, events: history.course });
    }
    return { judged, findings };
  },
};

function latencies({ messages, course }: History, topic: string): { calm: Latencies; hurt: Latencies } {
  const found = { calm: new Latencies(), hurt: new Latencies() };
  const phases = course.filter(({ op }) => op === "phase");
  for (const { publishes } of messages.values()) {
    const invoke = publishes.find((publish) => publish.kind === "invoke" && publish.topic === topic);
    const ok = publishes.find(({ kind }) => kind === "ok");
    if (!invoke || !ok) continue;
    const phase = phases.findLast(({ t }) => t <= invoke.t)?.phase;
    if (phase) found[phase].add((ok.t - invoke.t) / nsPerMs);
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
