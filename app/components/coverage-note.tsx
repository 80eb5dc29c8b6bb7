"use client";

import type { Coverage } from "../../server/console/contract/index.ts";
import { clock } from "../live/format.ts";
import { useNow } from "../live/use-now.ts";
import { useZone } from "../preferences/provider.tsx";
import { useFormat, useWords } from "../words/index.ts";
import { Shape } from "./status.tsx";

/** Some nodes are not in the sums: they are at least what they say. */
export function isPartial({ heard, of }: Coverage): boolean {
  return heard > 0 && heard < of;
}

/** Which nodes the figures do not have, and how old what is known of them is; nothing when all answered. */
export function CoverageNote({ coverage }: { coverage: Coverage }) {
  const nowMs = useNow();
  const t = useWords("components");
  const { age } = useFormat();
  const zone = useZone();
  const { heard, of, missing, silentLookups } = coverage;
  if (heard >= of) return <SilentLookups keys={silentLookups} />;
  const ago = (atMs: number | null) =>
    atMs === null ? t("coverage.notHeard") : t("coverage.heard", { time: age(Math.max(0, nowMs - atMs)) });
  const lastMs = missing.reduce<number | null>(
    (last, { lastHeardAtMs: atMs }) => (atMs === null ? last : Math.max(last ?? atMs, atMs)),
    null,
  );
  return (
    <>
      <SilentLookups keys={silentLookups} />
      <p data-testid="coverage" className="mb-4 flex flex-wrap items-center gap-1.5 text-13">
        <Shape tone={heard === 0 && lastMs !== null ? "crit" : "unknown"} />
        {heard > 0 && t("coverage.partial", { heard, of })}
        {heard === 0 && lastMs === null && t("coverage.none")}
        {heard === 0 && lastMs !== null && t("coverage.last", { at: clock(lastMs, zone) })}{" "}
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
  const t = useWords("components");
  if (keys.length === 0) return null;
  return (
    <p data-testid="silent-lookups" className="mb-4 flex items-baseline gap-1.5 text-13">
      <Shape tone="unknown" className="translate-y-px" />
      <span>
        {t.rich("coverage.lookups", {
          count: keys.length,
          names: () => <span className="font-mono">{keys.join(", ")}</span>,
        })}
      </span>
    </p>
  );
}
