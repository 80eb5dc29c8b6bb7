/** `2006-01-02T15:04:05+01:00`, local time. */
export function rfc3339(atMs: number): string {
  const at = new Date(atMs);
  const offset = -at.getTimezoneOffset();
  const local = new Date(atMs + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const two = (value: number) => String(value).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}
