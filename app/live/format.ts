/**
 * Figures as people read them. `null` is "not known" and always reads "—". The locale is fixed, so
 * that what the server rendered and what the browser renders are the same characters.
 */

export const unknown = "—";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 1,234 · 123,456 · 1.23 M · 4.56 G */
export function count(value: number | null): string {
  if (value === null) return unknown;
  if (value < 1_000_000) return whole.format(value);
  if (value < 1_000_000_000) return `${three(value / 1_000_000)} M`;
  return `${three(value / 1_000_000_000)} G`;
}

/** The figure to the last unit, for titles. */
export function exact(value: number | null): string {
  return value === null ? "not known" : whole.format(value);
}

/** A rate a second: 0 · 0.4 · 12 · 8,204 · 123 k · 1.20 M */
export function rate(value: number | null): string {
  if (value === null) return unknown;
  if (value < 0.05) return "0";
  if (value < 9.95) return value.toFixed(1);
  if (value < 100_000) return whole.format(value);
  if (value < 1_000_000) return `${whole.format(value / 1_000)} k`;
  return `${three(value / 1_000_000)} M`;
}

/** An age or a span: <1 s · 12 s · 3 m 20 s · 2 h 5 m · 3 d 4 h */
export function age(ms: number | null): string {
  if (ms === null) return unknown;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 1) return "<1 s";
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, "m", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, "h", minutes % 60, "m");
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** A short time: 0.4 ms · 12 ms · 1.85 s; beyond a minute as `age`. */
export function span(ms: number | null): string {
  if (ms === null) return unknown;
  if (ms < 10) return `${trim(ms.toFixed(1))} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${trim((ms / 1_000).toFixed(2))} s`;
  return age(ms);
}

/** 512 B · 1.2 KB · 64 KB · 1.5 GB, in powers of 1,024. */
export function bytes(value: number | null): string {
  if (value === null) return unknown;
  if (value < 1_024) return `${whole.format(value)} B`;
  let size = value / 1_024;
  for (const unit of ["KB", "MB", "GB"]) {
    if (size < 1_000) return `${size < 9.95 ? trim(size.toFixed(1)) : whole.format(size)} ${unit}`;
    size /= 1_024;
  }
  return `${trim(size.toFixed(1))} TB`;
}

/** 0 to 1 as 0 % · 3.4 % · 87 % */
export function percent(value: number | null): string {
  if (value === null) return unknown;
  const hundredths = value * 100;
  return `${hundredths < 9.95 ? trim(hundredths.toFixed(1)) : Math.round(hundredths)} %`;
}

/** "1 message", "2 messages". */
export function plural(value: number | null, one: string, many = `${one}s`): string {
  return `${value === null ? unknown : count(value)} ${value === 1 ? one : many}`;
}

/** By name, for figures that are described rather than written. */
export const formats = { count, rate, age, span, bytes, percent } as const;
export type NumberFormat = keyof typeof formats;

/** Wall clock, `utc` until the browser's own time zone may be used. */
export function clock(ms: number, zone: "utc" | "local", withMillis = false): string {
  const date = new Date(ms);
  const shifted = zone === "utc" ? date : new Date(ms - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(11, withMillis ? 23 : 19);
}

export function day(ms: number, zone: "utc" | "local"): string {
  const date = new Date(ms);
  const shifted = zone === "utc" ? date : new Date(ms - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 10);
}

function three(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole.format(value);
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function trim(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
