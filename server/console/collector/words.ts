/** Figures in sentences for people. */

const whole = new Intl.NumberFormat("en-US");

export function countWords(count: number): string {
  return whole.format(Math.round(count));
}

/** `850 ms`, `12 s`, `14 m`, `3 h 5 m`. */
export function ageWords(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}
