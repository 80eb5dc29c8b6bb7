"use client";

import { useTheme } from "next-themes";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { formats, type NumberFormat } from "../../live/format.ts";
import { type Columns, stacked } from "../../live/series.ts";
import type { ChartKind } from "./lines.ts";

const windowSeconds = 300;

/** The canvas. All words are its caller's: it is hidden from screen readers behind their sentence. */
export function Plot({
  kind,
  data,
  height,
  onCursor,
}: {
  kind: ChartKind;
  data: Columns;
  height: number;
  onCursor: (at: number | null) => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(data);
  const { resolvedTheme } = useTheme();

  // The theme decides the colours, and a canvas cannot follow them by itself.
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when the theme changes
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = new uPlot(options(kind, element.clientWidth, height, onCursor), [[]], element);
    plot.current = made;
    draw(made, kind, latest.current);
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [kind, height, onCursor, resolvedTheme]);

  useEffect(() => {
    latest.current = data;
    if (plot.current !== null) draw(plot.current, kind, data);
  }, [data, kind]);

  return <div ref={host} style={{ height }} />;
}

function draw(plot: uPlot, kind: ChartKind, data: Columns): void {
  const drawn = kind.stack ? layered(kind, data) : data;
  const end = data[0].at(-1) ?? Date.now() / 1_000;
  plot.batch(() => {
    plot.setData(drawn as uPlot.AlignedData, false);
    plot.setScale("x", { min: end - windowSeconds, max: end });
  });
}

function layered(kind: ChartKind, data: Columns): Columns {
  const laid = kind.lines.filter((line) => line.apart !== true).length;
  const [times, ...layers] = data;
  const [, ...sums] = stacked([times, ...layers.slice(0, laid)]);
  return [times, ...sums, ...layers.slice(laid)];
}

function options(
  kind: ChartKind,
  width: number,
  height: number,
  onCursor: (at: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const format = formats[kind.as];
  const font = `11px ${style.fontFamily}`;
  const grid = { stroke: token("line"), width: 1 };
  const laid = kind.stack ? kind.lines.filter((line) => line.apart !== true).length : 0;
  return {
    width,
    height,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: "weir" }, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true },
      y: { auto: true, range: (_plot, _min, max) => [0, ceiling(max)] },
    },
    axes: [
      {
        stroke: token("muted"),
        font,
        size: 22,
        gap: 4,
        grid: { show: false },
        ticks: { show: false },
        space: 70,
        values: (_plot, splits) => splits.map((at) => new Date(at * 1_000).toTimeString().slice(0, 5)),
        incrs: [60, 120],
      },
      {
        stroke: token("muted"),
        font,
        size: 56,
        gap: 6,
        grid,
        ticks: { show: false },
        space: 34,
        ...(steps[kind.as] === undefined ? {} : { incrs: [...(steps[kind.as] ?? [])] }),
        values: (_plot, splits) =>
          splits.map((value) => (value === 0 ? "0" : format(value).replace(/\.0$/, ""))),
      },
    ],
    // The upper edge of a layer fills down to the layer under it.
    bands: Array.from({ length: Math.max(0, laid - 1) }, (_, at) => ({
      series: [at + 2, at + 1] as [number, number],
      fill: `${token(kind.lines[at + 1]?.hue ?? "muted")}40`,
    })),
    series: [
      {},
      ...kind.lines.map((line, at) => ({
        label: line.label,
        stroke: token(line.hue),
        width: 1.5,
        points: { show: false },
        ...(line.dash ? { dash: [...line.dash] } : {}),
        ...(at === 0 && (laid > 0 || kind.lines.length === 1) ? { fill: `${token(line.hue)}2b` } : {}),
      })),
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}

const secondsMs = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200];
const daysMs = [1, 2, 5, 10, 20, 50].map((days) => days * 86_400_000);
/** 1, 2, 5, 10, 20, … : there is no half of a message. */
const wholes = Array.from({ length: 39 }, (_, at) => [1, 2, 5][at % 3]! * 10 ** Math.floor(at / 3));
const binary = Array.from({ length: 42 }, (_, power) => 2 ** power);

/** Steps at which ticks read as round figures; the others are decimal anyway. */
const steps: { readonly [format in NumberFormat]?: readonly number[] } = {
  age: [...secondsMs.map((seconds) => seconds * 1_000), ...daysMs],
  bytes: binary,
  count: wholes,
};

/** Leaves air above the line, and never stretches a chart of nothing. */
function ceiling(max: number | null): number {
  return max === null || !(max > 0) ? 1 : max * 1.15;
}
