/** A report in words: for a terminal, and for the message of a test that failed. */
import type { Report, Verdict, Witness } from "./check.ts";
import type { HistoryEvent } from "./event.ts";

export function describe(report: Report): string {
  const { run, verdicts, bites } = report;
  const lines = verdicts.map(line);
  const { duplicates, ...counts } = bites;
  lines.push("", `seen: ${inWords(counts)}; came again: ${inWords(duplicates)}`);
  if (report.isViolated && run) {
    const { seed, source, command, promises } = run;
    lines.push(`seed ${seed ?? "none"}, source ${source ?? "unknown"}, options ${JSON.stringify(promises)}`);
    if (command) lines.push(`again: ${command}`);
  }
  for (const { id, witness } of verdicts) if (witness) lines.push("", ...shown(id, witness));
  return lines.join("\n");
}

const marks = { held: "held     ", violated: "VIOLATED ", undecided: "undecided" } as const;

function line({ id, promise, verdict, judged, violations }: Verdict): string {
  const counted = violations > 0 ? `${violations} violations, ${judged} judged` : `${judged} judged`;
  return `${id.padEnd(3)} ${marks[verdict]} ${promise} (${counted})`;
}

function shown(id: string, { why, timeline }: Witness): string[] {
  const from = timeline[0]?.t ?? 0;
  return [`${id}: ${why}`, ...timeline.map((event) => `  ${stampOf(event, from)} ${wordsOf(event)}`)];
}

function stampOf({ t }: HistoryEvent, from: number): string {
  return `${((t - from) / 1e6).toFixed(3)} ms`.padStart(15);
}

/** The event's fields as they stand on its line, without the time. */
function wordsOf(event: HistoryEvent): string {
  const { t: _, proc, op, kind, ...rest } = event;
  return `${proc.padEnd(12)} ${op} ${kind} ${inWords(rest)}`.trimEnd();
}

function inWords(fields: object): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(", ");
}
