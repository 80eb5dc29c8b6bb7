import { setTimeout as pause } from "node:timers/promises";

/**
 * Runs `check` until it stops throwing and returns what it returned. When
 * `withinMs` have passed it throws what `check` threw last.
 */
export async function eventually<T>(check: () => T | Promise<T>, { withinMs = 5_000 } = {}): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 2, 50)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
    }
    await pause(waitMs);
  }
}
