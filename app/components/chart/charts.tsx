import type { Series } from "../../../server/console/contract/index.ts";
import { cn } from "../classes.ts";
import type { ChartKind } from "./lines.ts";
import { LiveChart } from "./live-chart.tsx";

/** Charts of one thing side by side. */
export function Charts({
  kinds,
  series,
  across = 2,
}: {
  kinds: readonly ChartKind[];
  series: Series;
  /** On a wide screen. */
  across?: 2 | 3;
}) {
  return (
    <div className={cn("grid gap-4", across === 2 ? "lg:grid-cols-2" : "md:grid-cols-2 xl:grid-cols-3")}>
      {kinds.map((kind) => (
        <LiveChart key={kind.title} kind={kind} series={series} />
      ))}
    </div>
  );
}
