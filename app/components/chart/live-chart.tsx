"use client";

import { Table2 } from "lucide-react";
import { useMemo, useState } from "react";
import type { Series } from "../../../server/console/contract/index.ts";
import { clock, formats } from "../../live/format.ts";
import { columns, sentence, tableRows } from "../../live/series.ts";
import { useAwake } from "../../live/use-now.ts";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { cn } from "../classes.ts";
import type { ChartKind, Line } from "./lines.ts";
import { Plot } from "./plot.tsx";

/** Five minutes of a few figures: drawn, told in a sentence, or as a table. */
export function LiveChart({
  kind,
  series,
  height = 148,
}: {
  kind: ChartKind;
  series: Series;
  height?: number;
}) {
  const data = useMemo(
    () =>
      columns(
        series,
        kind.lines.map((line) => line.metric),
      ),
    [series, kind],
  );
  const [cursor, setCursor] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const awake = useAwake();
  const format = formats[kind.as];
  const at = cursor ?? data[0].length - 1;
  const told = kind.lines.map((line, index) => sentence(line.label, data, index + 1, format)).join(" ");

  return (
    <Card className="flex flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5 px-4 pt-3">
        <h3 className="text-13 font-medium">{kind.title}</h3>
        <span className="text-12 text-muted">
          {kind.unit}, last 5 min
          {cursor !== null && awake && `, at ${clock((data[0][at] ?? 0) * 1_000, "local")}`}
        </span>
        <Button
          kind="quiet"
          size="icon"
          className="-my-1 -mr-2 ml-auto size-7"
          aria-pressed={asTable}
          aria-label={`${kind.title} as a table`}
          title="As a table"
          onClick={() => setAsTable(!asTable)}
        >
          <Table2 aria-hidden="true" />
        </Button>
      </div>
      <ul className="flex flex-wrap gap-x-4 px-4 pb-1 text-12">
        {kind.lines.map((line, index) => (
          <li key={line.metric} className="flex items-center gap-1.5">
            <Swatch line={line} />
            <span className="text-muted">{line.label}</span>
            <span data-number="">{format(data[index + 1]?.[at] ?? null)}</span>
          </li>
        ))}
      </ul>
      {asTable ? (
        <ChartTable kind={kind} rows={tableRows(data)} format={format} />
      ) : (
        <div role="img" aria-label={`${kind.title}, ${kind.unit}. ${told}`} className="px-2 pb-1">
          <Plot kind={kind} data={data} height={height} onCursor={setCursor} />
        </div>
      )}
    </Card>
  );
}

const hues: Record<Line["hue"], string> = {
  accent: "text-accent",
  info: "text-info",
  ok: "text-ok",
  warn: "text-warn",
  crit: "text-crit",
  paused: "text-paused",
  muted: "text-muted",
};

function Swatch({ line }: { line: Line }) {
  return (
    <svg viewBox="0 0 14 6" aria-hidden="true" className={cn("h-1.5 w-3.5", hues[line.hue])}>
      <path d="M0 3h14" stroke="currentColor" strokeWidth="2" strokeDasharray={line.dash?.join(" ")} />
    </svg>
  );
}

function ChartTable({
  kind,
  rows,
  format,
}: {
  kind: ChartKind;
  rows: ReturnType<typeof tableRows>;
  format: (value: number | null) => string;
}) {
  return (
    <section
      aria-label={`${kind.title}, table`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
      tabIndex={0}
      className="max-h-44 overflow-auto px-4 pb-3"
    >
      <table className="w-full text-12">
        <caption className="sr-only">
          {kind.title}, {kind.unit}, every ten seconds, newest first
        </caption>
        <thead>
          <tr className="text-left text-muted">
            <th scope="col" className="font-normal">
              Time
            </th>
            {kind.lines.map((line) => (
              <th key={line.metric} scope="col" className="text-right font-normal">
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.atMs}>
              <td>{clock(row.atMs, "local")}</td>
              {row.values.map((value, at) => (
                <td key={kind.lines[at]?.metric} className="text-right">
                  {format(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
