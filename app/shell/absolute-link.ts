/** Where relative times stand in the address, each with how long it is. */
const units: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 };

/** The address with fixed times in place of those that count from now: what it shows stays what it shows now. */
export function absoluteLink(href: string, nowMs: number): string {
  const url = new URL(href);
  const window = lengthMs(url.searchParams.get("window"));
  if (window !== null && !url.searchParams.has("from")) {
    url.searchParams.delete("window");
    url.searchParams.set("from", iso(nowMs - window));
    url.searchParams.set("to", iso(nowMs));
  }
  for (const name of ["from", "to"]) {
    const value = url.searchParams.get(name);
    const ago = value === "now" ? 0 : value?.startsWith("now-") ? lengthMs(value.slice(4)) : null;
    if (ago !== null) url.searchParams.set(name, iso(nowMs - ago));
  }
  return url.href;
}

function lengthMs(text: string | null): number | null {
  const match = /^(\d{1,6})([smhd])$/.exec(text ?? "");
  return match === null ? null : Number(match[1]) * (units[match[2] ?? ""] ?? 0);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
