"use client";

import { useTheme } from "next-themes";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import type { HistoryMark } from "../../../server/console/contract/index.ts";
import type { Formats, NumberFormat } from "../../live/format.ts";
import { type Columns, stacked } from "../../live/series.ts";
import { localeTags, useFormat, useLocale } from "../../words/index.ts";
import type { ChartKind } from "./lines.ts";
import { drawMarks } from "./marks.ts";

const liveSeconds = 300;
/** A line between so few points would hardly be seen. */
const dotsBelow = 30;
/** A drag so short is a click. */
const dragPixelsMin = 8;
const dayS = 86_400;

interface Drawing {
  readonly kind: ChartKind;
  readonly labels: readonly string[];
  readonly height: number;
  readonly onCursor: (at: number | null) => void;
  readonly onSpan: (fromMs: number, toMs: number) => void;
}

interface Drawn {
  readonly data: Columns;
  readonly bounds: { readonly fromMs: number; readonly toMs: number } | null;
  readonly marks: readonly HistoryMark[];
}

/** The canvas. All words are its caller's: it is hidden from screen readers behind their sentence. */
export function Plot({ kind, labels, height, onCursor, onSpan, ...drawn }: Drawing & Drawn) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef<Drawn>(drawn);
  const { resolvedTheme } = useTheme();
  const f = useFormat();
  const locale = useLocale();
  const { data, bounds, marks } = drawn;

  // The theme decides the colours, and a canvas cannot follow them by itself.
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when the theme changes
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const drawing = { kind, labels, height, onCursor, onSpan };
    const look = { f, tag: localeTags[locale], marks: () => latest.current.marks };
    const made = new uPlot(options(drawing, look, element.clientWidth), [[]], element);
    plot.current = made;
    draw(made, kind, latest.current);
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [kind, labels, height, onCursor, onSpan, f, locale, resolvedTheme]);

  useEffect(() => {
    latest.current = { data, bounds, marks };
    if (plot.current !== null) draw(plot.current, kind, latest.current);
  }, [data, bounds, marks, kind]);

  return <div ref={host} style={{ height }} />;
}

function draw(plot: uPlot, kind: ChartKind, { data, bounds }: Drawn): void {
  const drawn = kind.stack ? layered(kind, data) : data;
  const end = data[0].at(-1) ?? Date.now() / 1_000;
  const [min, max] =
    bounds === null ? [end - liveSeconds, end] : [bounds.fromMs / 1_000, bounds.toMs / 1_000];
  plot.batch(() => {
    plot.setData(drawn as uPlot.AlignedData, false);
    plot.setScale("x", { min, max });
  });
}

function layered(kind: ChartKind, data: Columns): Columns {
  const laid = kind.lines.filter((line) => line.apart !== true).length;
  const [times, ...layers] = data;
  const [, ...sums] = stacked([times, ...layers.slice(0, laid)]);
  return [times, ...sums, ...layers.slice(laid)];
}

interface Look {
  readonly f: Formats;
  /** Of the language, for days. */
  readonly tag: string;
  readonly marks: () => readonly HistoryMark[];
}

function options(
  { kind, labels, height, onCursor, onSpan }: Drawing,
  look: Look,
  width: number,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const format = look.f[kind.as];
  const dayName = new Intl.DateTimeFormat(look.tag, { weekday: "short", day: "numeric" });
  const font = `11px ${style.fontFamily}`;
  const grid = { stroke: token("line"), width: 1 };
  const laid = kind.stack ? kind.lines.filter((line) => line.apart !== true).length : 0;
  return {
    width,
    height,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: "weir" }, points: { size: 6 }, drag: { x: true, y: false, setScale: false } },
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
        values: (_plot, splits, _axis, _space, step) =>
          splits.map((at) => {
            const date = new Date(at * 1_000);
            return step >= dayS / 2 ? dayName.format(date) : date.toTimeString().slice(0, 5);
          }),
        incrs: [
          60,
          120,
          300,
          600,
          900,
          1_800,
          3_600,
          7_200,
          14_400,
          21_600,
          dayS,
          2 * dayS,
          7 * dayS,
          28 * dayS,
        ],
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
        label: labels[at] ?? "",
        stroke: token(line.hue),
        width: 1.5,
        points: { size: 4, show: (plot: uPlot) => (plot.data[0]?.length ?? 0) < dotsBelow },
        ...(line.dash ? { dash: [...line.dash] } : {}),
        ...(at === 0 && (laid > 0 || kind.lines.length === 1) ? { fill: `${token(line.hue)}2b` } : {}),
      })),
    ],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      draw: [(plot) => drawMarks(plot, look.marks(), token)],
      setSelect: [
        (plot) => {
          const { left, width: dragged } = plot.select;
          if (dragged < dragPixelsMin) return;
          const at = (pixels: number) => plot.posToVal(pixels, "x") * 1_000;
          const [fromMs, toMs] = [at(left), at(left + dragged)];
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          onSpan(fromMs, toMs);
        },
      ],
    },
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
