"use client";

import { Table2 } from "lucide-react";
import { useMemo, useState } from "react";
import type { HistoryMark, Series } from "../../../server/console/contract/index.ts";
import { clock, day } from "../../live/format.ts";
import { columns, courseOf, tableRows } from "../../live/series.ts";
import { useAwake } from "../../live/use-awake.ts";
import type { Zone } from "../../live/zone.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { cn } from "../classes.ts";
import type { ChartKind, Line } from "./lines.ts";
import { Plot } from "./plot.tsx";

/** What all charts of a page have in common. */
export interface Scene {
  readonly series: Series;
  /** null: the last five minutes until the last point, as it moves. */
  readonly bounds: { readonly fromMs: number; readonly toMs: number } | null;
  /** "last 24 h", in words. */
  readonly when: string;
  /** "in the last 24 hours", as a part of a sentence. */
  readonly during: string;
  readonly marks: readonly HistoryMark[];
  readonly onSpan: (fromMs: number, toMs: number) => void;
}

const tableRowsMax = 40;
const heightDefault = 148;

/** A few figures over a time: drawn, told in a sentence, or as a table. */
export function Chart({
  kind,
  scene,
  height = heightDefault,
}: {
  kind: ChartKind;
  scene: Scene;
  height?: number;
}) {
  const t = useWords("charts");
  const f = useFormat();
  const data = useMemo(
    () =>
      columns(
        scene.series,
        kind.lines.map((line) => line.metric),
      ),
    [scene.series, kind],
  );
  const [cursor, setCursor] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const awake = useAwake();
  const zone = useZone();
  const format = f[kind.as];
  const at = cursor === null ? data[0].length - 1 : Math.min(cursor, data[0].length - 1);
  const title = t(`title.${kind.id}`);
  const unit = t(`unit.${kind.id}`);
  const labels = useLabels(kind);
  // A history that is still on its way has no times either.
  const isEmpty = data[0].length > 0 && data.slice(1).every((line) => line.every((value) => value === null));
  const told = kind.lines
    .map((_, index) => {
      const course = courseOf(data, index + 1, (one, other) => format(one) === format(other));
      const name = labels[index] ?? "";
      if (course.kind === "none") return t("course.none", { name });
      const { first, last, most } = course;
      const figures = { name, first: format(first), last: format(last), most: format(most) };
      return t(`course.${course.kind}`, { ...figures, during: scene.during });
    })
    .join(" ");

  return (
    <Card className="flex flex-col">
      <div className="relative flex flex-wrap items-baseline gap-x-3 gap-y-0.5 pt-3 pr-12 pl-4">
        <h3 className="text-13 font-medium">{title}</h3>
        <span className="text-12 text-muted">
          {cursor !== null && awake
            ? t("at", { unit, time: timeText((data[0][at] ?? 0) * 1_000, scene.bounds, zone) })
            : t("of", { unit, when: scene.when })}
        </span>
        <Button
          kind="quiet"
          size="icon"
          className="absolute top-2 right-2 size-7"
          aria-pressed={asTable}
          aria-label={t("asTableOf", { title })}
          title={t("asTable")}
          onClick={() => setAsTable(!asTable)}
        >
          <Table2 aria-hidden="true" />
        </Button>
      </div>
      <ul className="flex flex-wrap gap-x-3 px-4 pb-1 text-12">
        {kind.lines.map((line, index) => (
          <li key={line.metric} className="flex items-center gap-1.5">
            <Swatch line={line} />
            <span className="text-muted">{labels[index]}</span>
            <span data-number="">{format(data[index + 1]?.[at] ?? null)}</span>
          </li>
        ))}
      </ul>
      {asTable ? (
        <ChartTable
          caption={t("tableOf", { title, unit })}
          head={[t("time"), ...labels]}
          rows={tableRows(data, Math.max(1, Math.ceil(data[0].length / tableRowsMax)))}
          time={(atMs) => timeText(atMs, scene.bounds, zone)}
          format={format}
        />
      ) : (
        <div role="img" aria-label={t("told", { title, unit, told })} className="relative mt-auto px-2 pb-1">
          {isEmpty && (
            <p aria-hidden="true" className="absolute inset-x-4 top-1/3 text-center text-12 text-muted">
              {t("nothing", { during: scene.during })}
            </p>
          )}
          <Plot
            kind={kind}
            labels={labels}
            data={data}
            bounds={scene.bounds}
            marks={scene.marks}
            height={height}
            onCursor={setCursor}
            onSpan={scene.onSpan}
          />
        </div>
      )}
    </Card>
  );
}

function useLabels(kind: ChartKind): readonly string[] {
  const t = useWords("charts");
  return useMemo(
    () => kind.lines.map((line) => line.label ?? t(`line.${line.word ?? line.metric}` as "line.inRate")),
    [kind, t],
  );
}

/** With the day where there is more than one. */
export function timeText(atMs: number, bounds: Scene["bounds"], zone: Zone): string {
  const time = clock(atMs, zone);
  return bounds === null || bounds.toMs - bounds.fromMs < 12 * 3_600_000
    ? time
    : `${day(atMs, zone)} ${time.slice(0, 5)}`;
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
  caption,
  head,
  rows,
  time,
  format,
}: {
  caption: string;
  head: readonly string[];
  rows: ReturnType<typeof tableRows>;
  time: (atMs: number) => string;
  format: (value: number | null) => string;
}) {
  const [first, ...names] = head;
  return (
    <section
      aria-label={caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
      tabIndex={0}
      className="max-h-44 overflow-auto px-4 pb-3"
    >
      <table className="w-full text-12">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="text-left text-muted">
            <th scope="col" className="font-normal">
              {first}
            </th>
            {names.map((name) => (
              <th key={name} scope="col" className="text-right font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.atMs}>
              <td>{time(row.atMs)}</td>
              {row.values.map((value, at) => (
                <td key={names[at]} className="text-right">
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
