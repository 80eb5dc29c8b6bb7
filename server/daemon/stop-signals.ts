/** Signals that ask a process to stop. */

/** Ctrl-C may arrive twice: from the terminal, and from who was asked first and hands it on. */
const sameRequestMs = 1_000;

/**
 * Calls `first` once, when one of the signals comes, and `again` for each that comes later: one that comes within a
 * second of the first is the same request.
 */
export function whenAskedToStop(
  signals: readonly NodeJS.Signals[],
  first: () => void,
  again: (signal: NodeJS.Signals) => void = () => {},
): void {
  let firstMs: number | null = null;
  const ask = (signal: NodeJS.Signals) => {
    if (firstMs === null) {
      firstMs = performance.now();
      first();
    } else if (performance.now() - firstMs >= sameRequestMs) again(signal);
  };
  for (const signal of signals) process.on(signal, ask);
}
