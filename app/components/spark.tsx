import { memo } from "react";

const [width, height] = [88, 20];

/** A small line without axes: what it is like, not how much. Gaps are gaps; `label` says it in a sentence. */
export const Spark = memo(function Spark({
  values,
  label,
}: {
  /** Evenly spaced, oldest first; null: not known. */
  values: readonly (number | null)[];
  label: string;
}) {
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      className="inline-block h-5 w-22 align-middle text-muted"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.25"
      strokeLinejoin="round"
    >
      <title>{label}</title>
      <path d={pathOf(values)} />
    </svg>
  );
});

/** From zero to the most there was. */
export function pathOf(values: readonly (number | null)[]): string {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const x = (at: number) => round(1 + (at * (width - 2)) / Math.max(1, values.length - 1));
  let path = "";
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    const y = round(height - 1 - (value * (height - 2)) / most);
    const alone = values[at - 1] == null;
    // One between two gaps is a dot: a line of no length with round ends.
    path += alone ? `M${x(at)} ${y}h.01` : `L${x(at)} ${y}`;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
