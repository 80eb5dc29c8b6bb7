/** The conversions of strftime that NSQ's nsq_to_file has, in local time and English. */

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const two = (value: number) => String(value).padStart(2, "0");

const conversions: Readonly<Record<string, (at: Date) => string>> = {
  A: (at) => days[at.getDay()]!,
  a: (at) => days[at.getDay()]!.slice(0, 3),
  B: (at) => months[at.getMonth()]!,
  b: (at) => months[at.getMonth()]!.slice(0, 3),
  d: (at) => two(at.getDate()),
  H: (at) => two(at.getHours()),
  I: (at) => two(at.getHours() % 12 || 12),
  M: (at) => two(at.getMinutes()),
  m: (at) => two(at.getMonth() + 1),
  p: (at) => (at.getHours() < 12 ? "AM" : "PM"),
  S: (at) => two(at.getSeconds()),
  Y: (at) => String(at.getFullYear()),
  y: (at) => two(at.getFullYear() % 100),
  Z: zoneName,
  z: zoneOffset,
  "%": () => "%",
};

/** `at`, laid out as `format` says. What is no conversion of ours stays as it is written. */
export function strftime(format: string, at: Date): string {
  return format.replace(/%(.)/gs, (written, letter: string) =>
    Object.hasOwn(conversions, letter) ? conversions[letter]!(at) : written,
  );
}

/** `CET`, or what the system calls it: `GMT+1`. */
function zoneName(at: Date): string {
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "short" }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** `+0100` */
function zoneOffset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}
