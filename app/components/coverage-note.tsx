import type { Coverage } from "../../server/console/contract/index.ts";
import { age, clock } from "../live/format.ts";
import { useAwake } from "../live/use-awake.ts";
import { useNow } from "../live/use-now.ts";
import { Shape } from "./status.tsx";

/** Some nodes are not in the sums: they are at least what they say. */
export function isPartial({ heard, of }: Coverage): boolean {
  return heard > 0 && heard < of;
}

/** Which nodes the figures do not have, and how old what is known of them is; nothing when all answered. */
export function CoverageNote({ coverage }: { coverage: Coverage }) {
  const nowMs = useNow();
  const zone = useAwake() ? "local" : "utc";
  const { heard, of, missing, silentLookups } = coverage;
  if (heard >= of) return <SilentLookups keys={silentLookups} />;
  const ago = (atMs: number | null) =>
    atMs === null ? "not heard yet" : `last heard ${age(Math.max(0, nowMs - atMs))} ago`;
  const lastMs = missing.reduce<number | null>(
    (last, { lastHeardAtMs: atMs }) => (atMs === null ? last : Math.max(last ?? atMs, atMs)),
    null,
  );
  return (
    <>
      <SilentLookups keys={silentLookups} />
      <p data-testid="coverage" className="mb-4 flex flex-wrap items-center gap-1.5 text-13">
        <Shape tone={heard === 0 && lastMs !== null ? "crit" : "unknown"} />
        {heard > 0 && `Figures from ${heard} of ${of} nodes: sums are at least what they say. Silent: `}
        {heard === 0 && lastMs === null && "No node has answered yet: "}
        {heard === 0 &&
          lastMs !== null &&
          `No node answers. These are the last figures, from ${clock(lastMs, zone)}: `}
        {missing.map(({ key, lastHeardAtMs }, at) => (
          <span key={key}>
            <span className="font-mono">{key}</span> ({ago(lastHeardAtMs)}){at < missing.length - 1 && ","}
          </span>
        ))}
      </p>
    </>
  );
}

/** Nodes are found through lookups: without one of them, some may not even be known. */
function SilentLookups({ keys }: { keys: readonly string[] }) {
  if (keys.length === 0) return null;
  return (
    <p data-testid="silent-lookups" className="mb-4 flex items-baseline gap-1.5 text-13">
      <Shape tone="unknown" className="translate-y-px" />
      <span>
        {keys.length === 1 ? "A lookup does not answer: " : "Lookups do not answer: "}
        <span className="font-mono">{keys.join(", ")}</span>. Nodes that only{" "}
        {keys.length === 1 ? "it knows" : "they know"} are not in these figures.
      </span>
    </p>
  );
}
