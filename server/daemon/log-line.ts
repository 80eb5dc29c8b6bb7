/** One line of nsqd's log: prefix, local time to the microsecond, level, text. */
export function logLine(prefix: string, word: string, text: string): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("/");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":");
  const micros =
    String(now.getMilliseconds()).padStart(3, "0") +
    String(Math.floor((performance.now() % 1) * 1000)).padStart(3, "0");
  return `${prefix}${day} ${time}.${micros} ${word}: ${text.replaceAll("\n", " ")}\n`;
}
