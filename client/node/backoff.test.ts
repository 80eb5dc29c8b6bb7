import { expect, test } from "vitest";
import { Backoff, type BackoffSettings } from "./backoff.ts";

const settings: BackoffSettings = {
  backoffStrategy: "exponential",
  backoffMultiplierMs: 1_000,
  maxBackoffDurationMs: 8_000,
};

function failTimes(backoff: Backoff, times: number): (number | null)[] {
  return Array.from({ length: times }, () => {
    const pauseMs = backoff.failed(0.5);
    backoff.paused();
    return pauseMs;
  });
}

test("[NC4] each failure in a row doubles the pause, up to the longest", () => {
  expect(failTimes(new Backoff(settings), 5)).toEqual([2_000, 4_000, 8_000, 8_000, 8_000]);
});

test("[NC4] each success takes one failure back, and the last one ends it", () => {
  const backoff = new Backoff(settings);
  failTimes(backoff, 3);

  const pauses = [1, 2, 3].map(() => {
    const pauseMs = backoff.succeeded(0.5);
    backoff.paused();
    return pauseMs;
  });

  expect(pauses).toEqual([4_000, 2_000, 0]);
  expect(backoff.state).toBe("off");
});

test("[NC4] answers during a pause do not count", () => {
  const backoff = new Backoff(settings);
  backoff.failed(0.5);

  expect([backoff.failed(0.5), backoff.succeeded(0.5)]).toEqual([null, null]);
  expect(backoff.state).toBe("pausing");
});

test("[NC4] full jitter pauses for any part of that", () => {
  const backoff = new Backoff({ ...settings, backoffStrategy: "full_jitter" });

  expect(backoff.failed(0.25)).toBe(500);
});

test("[NC4] with no longest pause nobody is slowed down", () => {
  const backoff = new Backoff({ ...settings, maxBackoffDurationMs: 0 });

  expect(failTimes(backoff, 2)).toEqual([null, null]);
  expect(backoff.state).toBe("off");
});
