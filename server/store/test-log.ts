import type { StoreLog } from "./ports.ts";

export const silent: StoreLog = { info: () => {}, warn: () => {}, error: () => {} };

/** Keeps what is said, to be asserted on. */
export function keptLog(): StoreLog & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (_: object, message: string) => {
    lines.push(message);
  };
  return { lines, info: keep, warn: keep, error: keep };
}
