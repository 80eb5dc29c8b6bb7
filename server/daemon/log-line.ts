/** Between the system's clock and ours, which is finer: more is a clock that was set. */
const driftMsMax = 2;
let offsetMs = performance.timeOrigin;

/** One line of nsqd's log: prefix, local time to the microsecond, level, text. */
export function logLine(prefix: string, word: string, text: string): string {
  const wallMs = finerWallMs();
  const now = new Date(wallMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("/");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":");
  const micros = String(Math.floor((wallMs % 1_000) * 1_000)).padStart(6, "0");
  return `${prefix}${day} ${time}.${micros} ${word}: ${text.replaceAll("\n", " ")}\n`;
}

/** The system's time with fractions, so that lines of one millisecond stand in their order. */
function finerWallMs(): number {
  const nowMs = performance.now();
  if (Math.abs(Date.now() - offsetMs - nowMs) > driftMsMax) offsetMs = Date.now() - nowMs;
  return offsetMs + nowMs;
}
