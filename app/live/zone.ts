/** How times of day are written: UTC, as the device has it, or as somewhere else (`Asia/Shanghai`). */
export type ZoneName = `${string}/${string}`;
export type Zone = "utc" | "local" | ZoneName;

const namePattern = /^[A-Za-z]{1,20}(?:\/[A-Za-z0-9_+-]{1,30}){1,2}$/;
const quarterMs = 15 * 60_000;

/** One that this browser, or this server, knows. */
export function isZoneName(text: string): text is ZoneName {
  return namePattern.test(text) && formatOf(text as ZoneName) !== null;
}

/** By how much the zone's wall clock is ahead of UTC then; of a zone that is not known, 0. */
export function aheadMs(zone: Zone, ms: number): number {
  if (zone === "utc") return 0;
  if (zone === "local") return -new Date(ms).getTimezoneOffset() * 60_000;
  // Zones change their offset at whole quarters of an hour.
  const quarter = Math.floor(ms / quarterMs);
  if (last.zone !== zone || last.quarter !== quarter)
    last = { zone, quarter, aheadMs: offsetOf(zone, quarter * quarterMs) };
  return last.aheadMs;
}

/** Rows are mostly of about the same time. */
let last: { readonly zone: Zone; readonly quarter: number; readonly aheadMs: number } = {
  ...{ zone: "utc", quarter: 0, aheadMs: 0 },
};
const formats = new Map<ZoneName, Intl.DateTimeFormat | null>();

function formatOf(zone: ZoneName): Intl.DateTimeFormat | null {
  let format = formats.get(zone);
  if (format !== undefined) return format;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
      ...{ hour: "numeric", minute: "numeric", second: "numeric" },
    });
  } catch {
    format = null;
  }
  // On a server whatever a cookie says comes by here.
  if (formats.size >= 1_000) formats.clear();
  formats.set(zone, format);
  return format;
}

function offsetOf(zone: ZoneName, ms: number): number {
  const parts = formatOf(zone)?.formatToParts(ms) ?? null;
  if (parts === null) return 0;
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - ms;
}
