/**
 * Figures as people read them, in each language. `null` is "not known" and always reads "—". Server and
 * browser write the same characters: grouping comes from `Intl` of one fixed locale, units from here.
 */
import type { Locale } from "../../server/console/contract/index.ts";
import { aheadMs, type Zone } from "./zone.ts";

export const unknown = "—";

type Figure = (value: number | null) => string;

export interface Formats {
  /** 1,234 · 123,456 · 1.23 M · 4.56 G; in Chinese 123 万 · 45.6 亿 */
  readonly count: Figure;
  /** The figure to the last unit, for titles. */
  readonly exact: Figure;
  /** A rate a second: 0 · 0.4 · 12 · 8,204 · 123 k · 1.20 M */
  readonly rate: Figure;
  /** An age or a span in ms: <1 s · 12 s · 3 m 20 s · 45 m · 2 h 5 m · 3 d 4 h */
  readonly age: Figure;
  /** A short time in ms: 0.4 ms · 12 ms · 1.85 s; beyond a minute as `age`. */
  readonly span: Figure;
  /** 512 B · 1.2 KB · 64 KB · 1.5 GB, in powers of 1,024. */
  readonly bytes: Figure;
  /** 0 to 1 as 0 % · 3.4 % · 87 % */
  readonly percent: Figure;
}

/** By name, for figures that are described rather than written. */
export type NumberFormat = Exclude<keyof Formats, "exact">;

interface Units {
  readonly tag: string;
  readonly notKnown: string;
  readonly second: string;
  readonly minute: string;
  readonly hour: string;
  readonly day: string;
  readonly percent: string;
  /** Where counts begin to be shortened, and by what: ascending. */
  readonly large: readonly { readonly from: number; readonly unit: string }[];
  readonly thousand: { readonly from: number; readonly of: number; readonly unit: string };
}

const english: Units = {
  tag: "en-US",
  notKnown: "not known",
  second: "s",
  minute: "m",
  hour: "h",
  day: "d",
  percent: " %",
  large: [
    { from: 1e6, unit: "M" },
    { from: 1e9, unit: "G" },
  ],
  thousand: { from: 1e5, of: 1e3, unit: "k" },
};

const chinese: Units = {
  tag: "zh-CN",
  notKnown: "未知",
  second: "秒",
  minute: "分",
  hour: "小时",
  day: "天",
  percent: "%",
  large: [
    { from: 1e6, unit: "万" },
    { from: 1e8, unit: "亿" },
  ],
  thousand: { from: 1e5, of: 1e4, unit: "万" },
};

/** What a unit divides by: a Chinese million is a hundred ten-thousands. */
const sizes: Readonly<Record<string, number>> = { M: 1e6, G: 1e9, 万: 1e4, 亿: 1e8 };

const byLocale: Readonly<Record<Locale, Formats>> = {
  en: formatsIn(english),
  xa: formatsIn(english),
  zh: formatsIn(chinese),
};

export function formatsOf(locale: Locale): Formats {
  return byLocale[locale];
}

function formatsIn(units: Units): Formats {
  const { tag, large, thousand } = units;
  const whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });

  const three = (value: number) =>
    value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole.format(value);

  const shortened = (value: number): string | null => {
    const unit = large.findLast(({ from }) => value >= from)?.unit;
    return unit === undefined ? null : `${three(value / (sizes[unit] ?? 1))} ${unit}`;
  };

  const pair = (large: number, largeUnit: string, small: number, smallUnit: string) =>
    small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

  const age: Figure = (ms) => {
    if (ms === null) return unknown;
    const seconds = Math.floor(ms / 1_000);
    if (seconds < 1) return `<1 ${units.second}`;
    if (seconds < 60) return `${seconds} ${units.second}`;
    const minutes = Math.floor(seconds / 60);
    // Whoever waits that long does not count seconds.
    if (minutes >= 10 && minutes < 60) return `${minutes} ${units.minute}`;
    if (minutes < 60) return pair(minutes, units.minute, seconds % 60, units.second);
    const hours = Math.floor(minutes / 60);
    if (hours < 24) return pair(hours, units.hour, minutes % 60, units.minute);
    return pair(Math.floor(hours / 24), units.day, hours % 24, units.hour);
  };

  return {
    age,
    count: (value) => (value === null ? unknown : (shortened(value) ?? whole.format(value))),
    exact: (value) => (value === null ? units.notKnown : whole.format(value)),
    rate: (value) => {
      if (value === null) return unknown;
      if (value < 0.05) return "0";
      if (value < 9.95) return value.toFixed(1);
      if (value < thousand.from) return whole.format(value);
      return (
        shortened(value) ??
        `${thousand.of === 1e3 ? whole.format(value / thousand.of) : three(value / thousand.of)} ${thousand.unit}`
      );
    },
    span: (ms) => {
      if (ms === null) return unknown;
      if (ms < 10) return `${trim(ms.toFixed(1))} ms`;
      if (ms < 1_000) return `${Math.round(ms)} ms`;
      if (ms < 60_000) return `${trim((ms / 1_000).toFixed(2))} ${units.second}`;
      return age(ms);
    },
    bytes: (value) => {
      if (value === null) return unknown;
      if (value < 1_024) return `${whole.format(value)} B`;
      let size = value / 1_024;
      for (const unit of ["KB", "MB", "GB"]) {
        if (size < 1_000) return `${size < 9.95 ? trim(size.toFixed(1)) : whole.format(size)} ${unit}`;
        size /= 1_024;
      }
      return `${trim(size.toFixed(1))} TB`;
    },
    percent: (value) => {
      if (value === null) return unknown;
      const hundredths = value * 100;
      const figure = hundredths < 9.95 ? trim(hundredths.toFixed(1)) : Math.round(hundredths);
      return `${figure}${units.percent}`;
    },
  };
}

/** Wall clock, `utc` until the browser's own time zone may be used. */
export function clock(ms: number, zone: Zone, withMillis = false): string {
  return iso(ms, zone).slice(11, withMillis ? 23 : 19);
}

export function day(ms: number, zone: Zone): string {
  return iso(ms, zone).slice(0, 10);
}

function iso(ms: number, zone: Zone): string {
  return new Date(ms + aheadMs(zone, ms)).toISOString();
}

function trim(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
